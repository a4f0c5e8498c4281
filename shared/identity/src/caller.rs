//! The right is in the signature: a handler that takes `Caller<can::ReadFindings>` authenticates, checks the
//! membership, the tenant's state and the right, and there is no other way to a tenant's data.

use std::{marker::PhantomData, ops::Deref};

use api::{Client, Code, Error};
use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use http::{header, request::Parts};
use jiff::{SignedDuration, Timestamp};
use model::{DirectoryId, Permission, Permissions, Policy, RoleName, TenantId, TenantState, UserId, event::Actor};
use store::{Admission, Origin, Principal, Session, SessionProof, Store, TenantScope};

use crate::{
    BadToken, Verifier,
    api_key::{self, PresentedKey},
};

/// What a handler's caller must hold.
pub trait Right: Send + Sync + 'static {
    /// The permission; `None` where being a member is enough.
    const PERMISSION: Option<Permission>;
    /// Whether the act changes something: refused while the tenant is read-only.
    const CHANGES: bool;
}

/// The rights, one type each.
pub mod can {
    use model::{Permission, Permissions};

    use super::Right;

    macro_rules! rights {
        ($($(#[$doc:meta])* $name:ident = $permission:expr, $changes:literal;)*) => {
            $($(#[$doc])* #[derive(Debug)] pub struct $name;
            impl Right for $name {
                const PERMISSION: Option<Permission> = $permission;
                const CHANGES: bool = $changes;
            })*

            /// Permissions that are of no use while nothing may be changed: every right of theirs changes something.
            pub fn paused_while_read_only() -> Permissions {
                const ALL: &[(Option<Permission>, bool)] = &[$(($permission, $changes)),*];
                let reads = ALL.iter().filter(|(_, changes)| !changes).filter_map(|(one, _)| *one);
                let reads: Permissions = reads.collect();
                ALL.iter().filter_map(|(one, _)| *one).filter(|one| !reads.holds(*one)).collect()
            }
        };
    }

    rights! {
        /// Be a member, whatever the role.
        BeHere = None, false;
        /// Be a member and change what is one's own, whatever the role and the tenant's state.
        ChangeOneself = None, false;
        /// See the company.
        ReadTenant = Some(Permission::ReadTenant), false;
        /// Change the company's settings and rules.
        ManageTenant = Some(Permission::ManageTenant), true;
        /// Read the event list.
        ReadEvents = Some(Permission::ReadEvents), false;
        /// Take the event list away.
        ExportEvents = Some(Permission::ExportEvents), false;
        /// See members.
        ReadMembers = Some(Permission::ReadMembers), false;
        /// Invite, change, remove members.
        ManageMembers = Some(Permission::ManageMembers), true;
        /// Make and change roles.
        ManageRoles = Some(Permission::ManageRoles), true;
        /// See API keys.
        ReadKeys = Some(Permission::ReadKeys), false;
        /// Make, rotate, revoke API keys.
        ManageKeys = Some(Permission::ManageKeys), true;
        /// See the connection.
        ReadConnection = Some(Permission::ReadConnection), false;
        /// Connect and disconnect.
        ManageConnection = Some(Permission::ManageConnection), true;
        /// See scans.
        ReadScans = Some(Permission::ReadScans), false;
        /// Start scans.
        StartScans = Some(Permission::StartScans), true;
        /// See findings and licences.
        ReadFindings = Some(Permission::ReadFindings), false;
        /// Dismiss, snooze, accept findings; ask managers.
        ManageFindings = Some(Permission::ManageFindings), true;
        /// See the directory's people.
        ReadPeople = Some(Permission::ReadPeople), false;
        /// Take data away as files.
        ExportData = Some(Permission::ExportData), false;
        /// Make and revoke addresses that data can be subscribed to at.
        ManageFeeds = Some(Permission::ExportData), true;
        /// Set prices and what checks look for.
        ManageChecks = Some(Permission::ManageChecks), true;
        /// See fixes.
        ReadFixes = Some(Permission::ReadFixes), false;
        /// See what a fix would change.
        PreviewFixes = Some(Permission::PreviewFixes), false;
        /// Change the customer's Microsoft 365.
        ApplyFixes = Some(Permission::ApplyFixes), true;
    }
}

/// Somebody who may do `R`: a person or a program.
#[derive(Debug)]
pub struct Caller<R: Right> {
    admission: Admission,
    right: PhantomData<R>,
}

impl<R: Right> Caller<R> {
    /// The right to the tenant's data.
    pub const fn scope(&self) -> &TenantScope {
        &self.admission.scope
    }
    /// Which tenant.
    pub const fn tenant(&self) -> TenantId {
        self.admission.scope.tenant()
    }
    /// Who.
    pub const fn principal(&self) -> &Principal {
        &self.admission.principal
    }
    /// What they may do.
    pub const fn permissions(&self) -> Permissions {
        self.admission.permissions
    }
    /// Where the tenant is in its life.
    pub const fn state(&self) -> TenantState {
        self.admission.state
    }
    /// When the first payment of the tenant failed that is still open.
    pub const fn past_due_since(&self) -> Option<Timestamp> {
        self.admission.past_due_since
    }
    /// Whether the tenant's company and people are made up.
    pub const fn is_sample(&self) -> bool {
        self.admission.sample
    }
    /// The tenant's rules for signing in.
    pub const fn policy(&self) -> &Policy {
        &self.admission.policy
    }
    /// The directory the tenant is connected to, or was last.
    pub const fn directory(&self) -> Option<DirectoryId> {
        self.admission.directory
    }
    /// Whether they hold all of `permissions`, so that they may give them.
    ///
    /// # Errors
    /// [`Code::MoreThanYouHave`].
    pub fn may_give(&self, permissions: Permissions) -> Result<(), Error> {
        if self.permissions().cover(permissions) {
            return Ok(());
        }
        let more: Vec<&str> =
            permissions.iter().filter(|one| !self.permissions().holds(*one)).map(Permission::as_str).collect();
        let told = format!("You do not hold {} yourself. Ask an owner or administrator.", more.join(", "));
        Err(Error::new(Code::MoreThanYouHave, told))
    }
}

/// A person who may do `R`, in a session: what a key must not do by itself.
#[derive(Debug)]
pub struct Person<R: Right> {
    caller: Caller<R>,
    session: Session,
    role: RoleName,
    email: String,
}

impl<R: Right> Person<R> {
    /// Who.
    pub const fn user(&self) -> UserId {
        self.session.user
    }
    /// The session, as read for this request.
    pub const fn session(&self) -> &Session {
        &self.session
    }
    /// Whether more than a password stands behind the session, as far as this company is concerned.
    pub fn has_second_factor(&self) -> bool {
        self.session.has_second_factor(self.directory())
    }
    /// With which role.
    pub const fn role(&self) -> RoleName {
        self.role
    }
    /// Their address, normalised: the key of their login.
    pub fn email(&self) -> &str {
        &self.email
    }
    /// That they proved who they are a few minutes ago (ASVS 7.5.1, 7.5.3), for acts that are sensitive in some cases only;
    /// [`Recent`] asks for it in all.
    ///
    /// # Errors
    /// [`Code::ProofTooOld`].
    pub async fn proved_lately(&self, store: &Store) -> Result<(), Error> {
        let age = store.now().as_second() - self.session.proven_at;
        // Whoever has a second factor of ours proves with it: Entra's word for the first one is not enough (ASVS 6.8.4).
        // What is one's own counts in all one's companies: there the word of one company's directory is not enough either.
        let directory = R::PERMISSION.and(self.directory());
        let weak = self.session.by_microsoft() && !self.session.has_second_factor(directory);
        if age > Recent::<R>::MOST.as_secs() || (weak && store.has_second_factor(self.session.user).await?) {
            let told = "Confirm with your password, a code or a passkey at `/v1/step-up`, then send this again.";
            return Err(Error::new(Code::ProofTooOld, told));
        }
        Ok(())
    }
    /// Whether they may give `role`: never more than they hold, and owner only as an owner (C2, C9).
    ///
    /// # Errors
    /// [`Code::MoreThanYouHave`].
    pub fn may_give_role(&self, role: RoleName, permissions: Permissions) -> Result<(), Error> {
        if role == RoleName::OWNER && self.role != RoleName::OWNER {
            return Err(Error::new(Code::MoreThanYouHave, "Only an owner makes others owners."));
        }
        self.may_give(permissions)
    }
}

impl<R: Right> Deref for Person<R> {
    type Target = Caller<R>;
    fn deref(&self) -> &Caller<R> {
        &self.caller
    }
}

/// A [`Person`] who proved who they are a few minutes ago: what sensitive acts ask for (ASVS 7.5.1, 7.5.3).
#[derive(Debug)]
pub struct Recent<R: Right>(Person<R>);

impl<R: Right> Recent<R> {
    /// How old the proof may be.
    pub const MOST: SignedDuration = SignedDuration::from_mins(10);
}

impl<R: Right> Deref for Recent<R> {
    type Target = Person<R>;
    fn deref(&self) -> &Person<R> {
        &self.0
    }
}

impl<S, R> FromRequestParts<S> for Caller<R>
where
    S: Send + Sync,
    R: Right,
    Store: FromRef<S>,
    Verifier: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let verifier = Verifier::from_ref(state);
        let (store, client) = (Store::from_ref(state), Client::of(parts));
        let admission = match credentials(parts)? {
            Credentials::Token(token) => {
                let claims = verifier.verify(token).await.map_err(refused)?;
                same_tenant(parts, claims.tid)?;
                let proof = SessionProof {
                    user: claims.sub,
                    tenant: claims.tid,
                    session: claims.sid,
                    mver: claims.mver,
                    origin: origin(Actor::User { id: claims.sub }, client),
                };
                store.admit(&proof).await?
            }
            Credentials::Key(key) => {
                same_tenant(parts, key.tenant)?;
                let (ip, actor) = (client.ip, Actor::Key { id: key.key });
                let admission = store.admit_key(&key.proof(origin(actor, client))).await?;
                if let Principal::Key(key) = &admission.principal {
                    if !api_key::works_from(&key.networks, ip) {
                        tracing::warn!(security = "key_network", key = %key.key, "a key was used from another network");
                        return Err(Error::new(Code::NetworkRefused, "It works only from the networks it was given."));
                    }
                    store.key_used(&admission.scope, key).await?;
                }
                admission
            }
        };
        if let Some(permission) = R::PERMISSION {
            if !admission.permissions.holds(permission) {
                return Err(Error::forbidden(permission));
            }
            if let Principal::User { session, .. } = &admission.principal
                && admission.policy.needs_second_factor(verifier.now())
                && !session.has_second_factor(admission.directory)
            {
                let told = "Your company needs a second factor of everybody. Set one up, then sign in again.";
                return Err(Error::new(Code::SecondFactorRequired, told));
            }
        }
        if let Principal::User { session, .. } = &admission.principal
            && !admission.policy.lets_in_without_microsoft(session.user)
            && !session.is_of(admission.directory)
        {
            let told = "Your company signs in with its own Microsoft 365. Sign in again with your account of it.";
            return Err(Error::new(Code::MicrosoftOnly, told));
        }
        if R::CHANGES && !admission.state.may_write() {
            let told = "It is read-only until it is paid again. An owner of the company can settle it.";
            return Err(Error::new(Code::TenantClosed, told));
        }
        Ok(Self { admission, right: PhantomData })
    }
}

impl<S, R> FromRequestParts<S> for Person<R>
where
    S: Send + Sync,
    R: Right,
    Store: FromRef<S>,
    Verifier: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let caller = Caller::<R>::from_request_parts(parts, state).await?;
        match caller.principal() {
            Principal::User { session, role, email } => {
                let (session, role, email) = (Session::clone(session), *role, email.clone());
                Ok(Self { caller, session, role, email })
            }
            Principal::Key(_) => Err(Error::new(Code::PersonNeeded, "Sign in and send it with an access token.")),
        }
    }
}

/// Nobody where no credentials were sent; bad ones are refused as ever.
impl<S, R> OptionalFromRequestParts<S> for Person<R>
where
    S: Send + Sync,
    R: Right,
    Store: FromRef<S>,
    Verifier: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Error> {
        if parts.headers.contains_key(header::AUTHORIZATION) || parts.headers.contains_key("x-api-key") {
            return <Self as FromRequestParts<S>>::from_request_parts(parts, state).await.map(Some);
        }
        Ok(None)
    }
}

impl<S, R> FromRequestParts<S> for Recent<R>
where
    S: Send + Sync,
    R: Right,
    Store: FromRef<S>,
    Verifier: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let person = <Person<R> as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        person.proved_lately(&Store::from_ref(state)).await?;
        Ok(Self(person))
    }
}

/// A tenant named in a header is only compared, never believed (F2, F3).
fn same_tenant(parts: &Parts, tenant: TenantId) -> Result<(), Error> {
    let Some(named) = parts.headers.get("x-tenant-id") else { return Ok(()) };
    if named.to_str().ok() == Some(tenant.to_string().as_str()) {
        return Ok(());
    }
    tracing::warn!(security = "tenant_mismatch", %tenant, "another tenant was named");
    Err(Error::new(Code::TenantMismatch, "The token is for another company. Switch company and try again."))
}

/// Where a request came from that nobody is signed in for.
pub fn visitor(client: Client) -> Origin {
    origin(Actor::Visitor, client)
}

/// Where a request came from, for events.
fn origin(actor: Actor, client: Client) -> Origin {
    Origin {
        actor,
        request_id: client.request_id,
        ip: client.ip.map(|ip| ip.to_string()),
        user_agent: client.user_agent,
    }
}

/// What a request was sent with.
enum Credentials<'a> {
    Token(&'a str),
    Key(PresentedKey),
}

/// A bearer token, or an API key in either of its places (F88). Two of them: which one counts would be a guess.
fn credentials(parts: &Parts) -> Result<Credentials<'_>, Error> {
    let missing = || {
        let told = "Send `authorization: Bearer <access token>`, or an API key there or as `x-api-key`.";
        Error::new(Code::MissingCredentials, told)
    };
    let bad_key = || Error::new(Code::InvalidToken, "The API key is not one of ours, or was revoked.");
    let bearers = parts.headers.get_all(header::AUTHORIZATION).iter().map(|value| (value, true));
    let mut all = bearers.chain(parts.headers.get_all("x-api-key").iter().map(|value| (value, false)));
    let (value, bearer) = all.next().ok_or_else(missing)?;
    if all.next().is_some() {
        return Err(missing());
    }
    let text = value.to_str().map_err(|_| missing())?;
    if !bearer {
        return PresentedKey::parse(text).map(Credentials::Key).ok_or_else(bad_key);
    }
    let (scheme, token) = text.split_once(' ').ok_or_else(missing)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(missing());
    }
    let token = token.trim();
    if token.starts_with(api_key::PREFIX) {
        return PresentedKey::parse(token).map(Credentials::Key).ok_or_else(bad_key);
    }
    Ok(Credentials::Token(token))
}

fn refused(error: BadToken) -> Error {
    match &error {
        BadToken::Expired => Error::new(Code::TokenExpired, "Refresh it and send the request again."),
        BadToken::Invalid(_) => Error::new(Code::InvalidToken, "Sign in again."),
        BadToken::Unavailable(_) => Error::new(Code::Unavailable, "Send the request again in a moment."),
    }
    .because(error)
}
