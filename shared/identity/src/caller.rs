//! The right is in the signature: a handler that takes `Caller<can::ReadFindings>` authenticates, checks the
//! membership, the tenant's state and the right, and there is no other way to a tenant's data.

use std::marker::PhantomData;

use api::{Client, Code, Error};
use axum::extract::{FromRef, FromRequestParts};
use http::{header, request::Parts};
use model::{Permission, Role, SessionId, TenantId, TenantState, UserId, event::Actor};
use store::{Admission, Origin, SessionProof, Store, TenantScope};

use crate::{BadToken, Verifier};

/// What a handler's caller must hold.
pub trait Right: Send + Sync + 'static {
    /// The permission; `None` where being a member is enough.
    const PERMISSION: Option<Permission>;
    /// Whether the act changes something: refused while the tenant is read-only.
    const CHANGES: bool;
}

/// The rights, one type each.
pub mod can {
    use model::Permission;

    use super::Right;

    macro_rules! rights {
        ($($(#[$doc:meta])* $name:ident = $permission:expr, $changes:literal;)*) => {
            $($(#[$doc])* #[derive(Debug)] pub struct $name;
            impl Right for $name {
                const PERMISSION: Option<Permission> = $permission;
                const CHANGES: bool = $changes;
            })*
        };
    }

    rights! {
        /// Be a member, whatever the role.
        BeHere = None, false;
        /// See the company.
        ReadTenant = Some(Permission::ReadTenant), false;
        /// Read the event list.
        ReadEvents = Some(Permission::ReadEvents), false;
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
    }
}

/// Somebody who may do `R`.
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
    pub const fn user(&self) -> UserId {
        self.admission.session.user
    }
    /// In which session.
    pub const fn session(&self) -> SessionId {
        self.admission.session.session
    }
    /// With which role.
    pub const fn role(&self) -> Role {
        self.admission.role
    }
    /// Where the tenant is in its life.
    pub const fn state(&self) -> TenantState {
        self.admission.state
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
        let token = bearer(parts)?;
        let claims = Verifier::from_ref(state).verify(token).await.map_err(refused)?;
        // A tenant named in a header is only compared, never believed (F2, F3).
        if let Some(named) = parts.headers.get("x-tenant-id")
            && named.to_str().ok() != Some(claims.tid.to_string().as_str())
        {
            tracing::warn!(security = "tenant_mismatch", user = %claims.sub, tenant = %claims.tid, "another tenant was named");
            return Err(Error::new(
                Code::TenantMismatch,
                "The token is for another company. Switch company and try again.",
            ));
        }
        let client = Client::of(parts);
        let proof = SessionProof {
            user: claims.sub,
            tenant: claims.tid,
            session: claims.sid,
            mver: claims.mver,
            origin: origin(Actor::User { id: claims.sub }, client),
        };
        let admission = Store::from_ref(state).admit(&proof).await?;
        if let Some(permission) = R::PERMISSION
            && !admission.role.may(permission)
        {
            return Err(Error::forbidden(permission));
        }
        if R::CHANGES && !admission.state.may_write() {
            return Err(Error::new(Code::TenantClosed, "The company's account is read-only until it is paid again."));
        }
        Ok(Self { admission, right: PhantomData })
    }
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

fn bearer(parts: &Parts) -> Result<&str, Error> {
    let missing = || Error::new(Code::MissingCredentials, "Send `authorization: Bearer <access token>`.");
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or_else(missing)?;
    // Two of them: which one counts would be a guess.
    if values.next().is_some() {
        return Err(missing());
    }
    let text = value.to_str().map_err(|_| missing())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(missing()) }
}

fn refused(error: BadToken) -> Error {
    match &error {
        BadToken::Expired => Error::new(Code::TokenExpired, "Refresh it and send the request again."),
        BadToken::Invalid(_) => Error::new(Code::InvalidToken, "Sign in again."),
        BadToken::Unavailable(_) => Error::new(Code::Unavailable, "Send the request again in a moment."),
    }
    .because(error)
}
