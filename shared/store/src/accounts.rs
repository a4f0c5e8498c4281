//! Accounts: sign-up, sign-in, sessions. The items here belong to users, not tenants.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};
use model::{Currency, DirectoryId, Event, RoleName, SessionId, SignupId, TenantId, UserId, event::Actor};
use serde::{Deserialize, Serialize};

use crate::{
    Company, Conflict, Devices, EmailLogin, Factors, Founding, Jwks, Member, Membership, NotAdmitted, Result, Session,
    SessionProof, SignUp, Store, StoreError, Throttle, Token, TokenHash, User, Versioned, WayIn,
    commit::{Action, Commit, Condition, Place, TRANSACTION_CONFLICT, What},
    db::{decode, encode, number, text},
    directory::{Origin, TenantScope},
    factors::{FailedTry, factors_put},
    founding::founded,
    key::Key,
    records::{DirectoryLink, TenantRecord},
    sessions::not_over,
};

/// How long a sign-up waits for its address to be verified (F65).
pub const SIGN_UP_GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// What a sign-in is decided by; read in one round trip whether or not the address is known.
#[derive(Debug)]
pub struct SignInFacts {
    /// The login of the address, if it has one.
    pub login: Option<EmailLogin>,
    /// Failures so far.
    pub throttle: Throttle,
}

/// Who is about to own a company.
#[derive(Debug)]
pub struct Registration {
    /// Display name.
    pub name: String,
    /// PHC string.
    pub password_hash: String,
}

/// What verifying an address created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCompany {
    /// The tenant.
    pub tenant: TenantId,
    /// Its owner.
    pub owner: UserId,
}

/// Somebody who proved who they are, and what that proof rests on.
#[derive(Debug)]
pub struct Proven {
    /// Who.
    pub user: UserId,
    /// How (RFC 8176).
    pub amr: Vec<String>,
    /// The directory of the work account, where Microsoft signed them in.
    pub directory: Option<DirectoryId>,
    /// The address and the epoch of its login, where the proof rests on them: no session is opened once the password was
    /// changed, or a second factor set up that was not asked for.
    pub login: Option<(String, u32)>,
    /// The address whose failures are forgotten.
    pub clear_throttle_of: Option<String>,
    /// Whether the device is new to the account.
    pub new_device: bool,
    /// The way in that the proof came by, where it may be taken away without the login telling of it: no session is
    /// opened once it is gone.
    pub way_in: Option<WayIn>,
    /// The session the proof was made in, where no new one was: once that is over, none is opened on it.
    pub from: Option<SessionId>,
    /// A one-time token that this sign-in uses up.
    pub consume: Option<TokenHash>,
    /// How many recovery codes are left, where this sign-in used one.
    pub recovery_codes_left: Option<u32>,
}

impl Proven {
    /// Somebody who proved who they are, by themselves.
    pub const fn of(user: UserId, amr: Vec<String>) -> Self {
        Self {
            user,
            amr,
            directory: None,
            login: None,
            clear_throttle_of: None,
            new_device: false,
            way_in: None,
            from: None,
            consume: None,
            recovery_codes_left: None,
        }
    }
}

/// What a sign-in writes beside its session.
#[derive(Debug, Default)]
pub struct Noted {
    /// The user's devices, where one is to be noted.
    pub devices: Option<Devices>,
    /// The user's factors as read, with what was used up.
    pub factors: Option<Versioned<Factors>>,
    /// The login with a newer hash of the same password.
    pub rehashed: Option<EmailLogin>,
}

/// What presenting a refresh token came to (C4).
#[derive(Debug)]
pub enum Rotation {
    /// The new token and its session.
    Rotated {
        /// The new refresh token.
        token: String,
        /// The session it belongs to.
        session: Box<Session>,
        /// Version of the membership now.
        mver: u64,
    },
    /// Others rotate it at this moment, again and again: the same request may be sent once more.
    InProgress,
    /// An old token came again, outside the overlap: the session was ended.
    ReuseDetected,
    /// No such session, or it is over, or its member may not enter, or not without the company's own Microsoft.
    Refused,
}

/// What a refresh token holds, sealed: a forged one does not open, so an old genuine one is a theft, not a typo.
#[derive(Serialize, Deserialize)]
struct RefreshToken {
    user: UserId,
    session: SessionId,
    random: [u8; 32],
}

const REFRESH: &str = "refresh-token";
const REFRESH_PREFIX: &str = "srt_";
/// A second tab or a lost answer may present the previous token this long.
const OVERLAP: SignedDuration = SignedDuration::from_secs(20);
const IDLE: SignedDuration = SignedDuration::from_hours(24 * 7);

impl Store {
    /// Keeps a sign-up and says so. The same reads and writes whether or not the address has an account (C1).
    pub async fn sign_up(&self, email: String, company: String, origin: Origin) -> Result<SignupId> {
        let now = self.clock.now();
        let signup = SignUp {
            signup: SignupId::generate(&self.ids),
            email,
            company,
            tenant: TenantId::generate(&self.ids),
            good_until: (now + SIGN_UP_GOOD_FOR).as_second(),
            done: false,
        };
        let scope = self.scope_of_new_tenant(signup.tenant, origin);
        let mut item = encode("SignUp", &signup)?;
        item.insert("ttl".into(), number(signup.good_until));
        let change = Commit::new().action(put(SignUp::key(signup.signup), item, Condition::absent(), "signup"));
        self.of(&scope).commit(change.event(Event::SignupRequested { signup: signup.signup })?).await?;
        Ok(signup.signup)
    }

    /// Says again that somebody signed up, which makes another mail. The same reads and writes for a sign-up that is
    /// done, over or never was.
    pub async fn sign_up_again(&self, id: SignupId, origin: Origin) -> Result<()> {
        let now = self.clock.now().as_second();
        let waiting = self.signup(id).await?.filter(|signup| !signup.done && signup.good_until > now);
        let (signup, tenant) = waiting.map_or_else(
            || (SignupId::generate(&self.ids), TenantId::generate(&self.ids)),
            |signup| (signup.signup, signup.tenant),
        );
        let scope = self.scope_of_new_tenant(tenant, origin);
        self.of(&scope).commit(Commit::new().event(Event::SignupRequested { signup })?).await.map(drop)
    }

    /// A sign-up.
    pub async fn signup(&self, id: SignupId) -> Result<Option<SignUp>> {
        self.get(&SignUp::key(id), true).await?.map(|item| decode("SignUp", item)).transpose()
    }

    /// Whether an address has an account.
    pub async fn has_account(&self, email: &str) -> Result<bool> {
        Ok(self.login(email).await?.is_some())
    }

    /// Keeps a one-time token by its hash.
    pub async fn keep_token(&self, hash: &TokenHash, token: &Token) -> Result<()> {
        let mut item = encode("Token", token)?;
        item.insert("ttl".into(), number(token.good_until));
        self.put_one(Token::key(hash), item, Condition::absent(), Conflict::Taken("token")).await
    }

    /// A one-time token that is still good. Reading does not use it up.
    pub async fn token(&self, hash: &TokenHash) -> Result<Option<Token>> {
        let token: Option<Token> =
            self.get(&Token::key(hash), true).await?.map(|item| decode("Token", item)).transpose()?;
        Ok(token.filter(|token| token.good_until > self.clock.now().as_second()))
    }

    /// Uses up a one-time token by itself, where what follows happens outside the table.
    ///
    /// # Errors
    /// [`Conflict::State`] when it was used or is too old.
    pub async fn use_token(&self, hash: &TokenHash) -> Result<()> {
        let good = Condition {
            expression: Some("good_until > :now"),
            values: vec![(":now", number(self.clock.now().as_second()))],
            ..Condition::default()
        };
        // A transaction, for its client token: a delete done again after a lost answer would find nothing.
        self.transact(vec![(Token::key(hash), What::Delete { condition: good }, Conflict::State("token"))]).await
    }

    /// Drops a one-time token, used or not.
    pub async fn drop_token(&self, hash: &TokenHash) -> Result<()> {
        self.delete_one(&Token::key(hash)).await
    }

    /// Verifies a sign-up's address: one transaction of token, sign-up, user, address, company, slug, membership and
    /// event (C1, F26).
    ///
    /// # Errors
    /// [`Conflict::State`] `token` when the link was used, [`Conflict::Taken`] `email` when the address got an account
    /// meanwhile, [`Conflict::Taken`] `slug` when the slug is taken: choose another.
    pub async fn activate(
        &self,
        link: &TokenHash,
        signup: &SignUp,
        owner: &Registration,
        slug: &str,
        currency: Currency,
        origin: Origin,
    ) -> Result<NewCompany> {
        let now = self.clock.now();
        let user = UserId::generate(&self.ids);
        let scope = self.scope_of_new_tenant(signup.tenant, Origin { actor: Actor::User { id: user }, ..origin });
        let profile = User::new(user, signup.email.clone(), owner.name.clone(), now);
        let login =
            EmailLogin { user, password_hash: Some(owner.password_hash.clone()), epoch: 0, second_factor: false };
        let company = Founding { tenant: signup.tenant, name: &signup.company, slug, currency };
        let change = Commit::new()
            .consume(link, now)
            .action(done(signup)?)
            .action(put(EmailLogin::key(&signup.email), encode("EmailLogin", &login)?, Condition::absent(), "email"))
            .action(put(User::key(user), encode("User", &profile)?, Condition::absent(), "user"));
        let change = founded(change, company, &profile, now)?;
        self.of(&scope).commit(change.event(Event::TenantCreated { owner: user, role: RoleName::OWNER })?).await?;
        Ok(NewCompany { tenant: signup.tenant, owner: user })
    }

    /// What a sign-in with an address is decided by.
    pub async fn sign_in_facts(&self, email: &str) -> Result<SignInFacts> {
        let mut found = self.get_many(&[EmailLogin::key(email), Throttle::key(email)], true).await?.into_iter();
        let login = found.next().flatten().map(|item| decode("EmailLogin", item)).transpose()?;
        let throttle = found.next().flatten().map(|item| decode("Throttle", item)).transpose()?.unwrap_or_default();
        Ok(SignInFacts { login, throttle })
    }

    /// Writes how a failed sign-in leaves its address where it does not count, so that it takes a write as others do.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn sign_in_waits(&self, email: &str, failed: FailedTry<'_>) -> Result<()> {
        let (item, as_seen) = self.failed(failed)?;
        match self.put_one(Throttle::key(email), item, as_seen, Conflict::Version).await {
            Err(StoreError::Conflict(_)) => Ok(()),
            written => written,
        }
    }

    /// The tenants a user is in, oldest membership first.
    pub async fn memberships(&self, user: UserId) -> Result<Vec<Membership>> {
        let (items, _) = self.query(&User::partition(user), Membership::PREFIX, None, None, false, true).await?;
        let decoded = items.into_iter().map(|item| decode("Membership", item));
        let mut memberships: Vec<Membership> = decoded.collect::<Result<_>>()?;
        Membership::oldest_first(&mut memberships);
        Ok(memberships)
    }

    /// A user's profile.
    pub async fn user(&self, user: UserId) -> Result<Option<User>> {
        self.get(&User::key(user), false).await?.map(|item| decode("User", item)).transpose()
    }

    /// Opens a session for a user who proved who they are, in a tenant they are an active member of, and writes with it
    /// what the sign-in used up or made known. The conditions stand for reads: membership active at its version, tenant
    /// open and its rules for signing in kept, password not changed and way in not taken meanwhile.
    ///
    /// # Errors
    /// [`Conflict::State`] `member`, `tenant`, `password` or `way in` when one of them closes the door;
    /// [`Conflict::Version`] when the factors changed since they were read: the code was used by another request.
    pub async fn open_session_noting(
        &self,
        proven: Proven,
        membership: &Membership,
        noted: Noted,
        origin: Origin,
    ) -> Result<(String, Session)> {
        let now = self.clock.now();
        let times = (now.as_second(), (now + Session::ABSOLUTE).as_second());
        self.open_session_lasting(times, proven, membership, noted, origin).await
    }

    /// Opens a session on a proof of `proven_at`, over at `absolute_until` in any case (seconds).
    pub(crate) async fn open_session_lasting(
        &self,
        (proven_at, absolute_until): (i64, i64),
        proven: Proven,
        membership: &Membership,
        noted: Noted,
        origin: Origin,
    ) -> Result<(String, Session)> {
        let Proven {
            user,
            amr,
            directory,
            login,
            clear_throttle_of,
            new_device,
            way_in,
            from,
            consume,
            recovery_codes_left,
        } = proven;
        let now = self.clock.now();
        let session = SessionId::generate(&self.ids);
        let token = self.refresh_token(user, session)?;
        let record = Session {
            session,
            user,
            tenant: membership.tenant,
            current: TokenHash::of(&token),
            previous: None,
            rotated_at: now.as_millisecond(),
            successor: None,
            idle_until: (now + IDLE).as_second().min(absolute_until),
            absolute_until,
            amr: amr.clone(),
            directory,
            proven_at,
            ip: origin.ip.clone(),
            created_at: now,
            user_agent: origin.user_agent.clone(),
        };
        let scope = self.scope_of_membership(membership.tenant, Origin { actor: Actor::User { id: user }, ..origin });
        let mut change = doors(Commit::new(), user, membership, directory, Some(now)).action(put(
            Session::key(user, session),
            session_item(&record)?,
            Condition::absent(),
            "session",
        ));
        if let Some((email, epoch)) = login {
            change = change.action(same_password(&email, user, epoch, noted.rehashed.as_ref())?);
        }
        if let Some(way_in) = way_in {
            change = change.action(way_in.check(user));
        }
        if let Some(from) = from {
            change = change.action(not_over(user, from));
        }
        if let Some(devices) = noted.devices {
            // Whatever is there: of two new devices at once one is told of once more.
            let item = encode("Devices", &devices)?;
            change = change.action(put(Devices::key(user), item, Condition::default(), "devices"));
        }
        if let Some(factors) = noted.factors {
            change = change.action(factors_put(&factors)?);
        }
        if let Some(email) = clear_throttle_of {
            change = change.action(Action {
                place: Place::Global(Throttle::key(&email)),
                what: What::Delete { condition: Condition::default() },
                conflict: Conflict::State("throttle"),
            });
        }
        if let Some(link) = consume {
            change = change.consume(&link, now);
        }
        let event = Event::UserSignedIn { session, amr, new_device, recoveries_left: recovery_codes_left };
        self.of(&scope).commit(change.event(event)?).await?;
        Ok((token, record))
    }

    /// Rotates a refresh token (C4): one conditional write decides who wins.
    ///
    /// # Errors
    /// [`NotAdmitted::Tenant`] for a token that is good, while the tenant is closed; or when the table does not answer.
    pub async fn rotate(&self, presented: &str, origin: Origin) -> Result<Rotation> {
        let Some(RefreshToken { user, session, .. }) = self.open_refresh_token(presented) else {
            return Ok(Rotation::Refused);
        };
        // The loser of a race reads again and finds the winner's successor.
        for _ in 0..3 {
            let Some(item) = self.get(&Session::key(user, session), true).await? else { return Ok(Rotation::Refused) };
            let record: Session = decode("Session", item)?;
            let now = self.clock.now();
            let hash = TokenHash::of(presented);
            let Some(membership) = self.membership(user, record.tenant).await? else { return Ok(Rotation::Refused) };
            let proof =
                SessionProof { user, tenant: record.tenant, session, mver: membership.mver, origin: origin.clone() };
            let admitted = match self.admit(&proof).await {
                Ok(admission) => Ok(admission),
                Err(StoreError::NotAdmitted(why @ NotAdmitted::Tenant(_))) => Err(why),
                Err(StoreError::NotAdmitted(_)) => return Ok(Rotation::Refused),
                Err(error) => return Err(error),
            };
            let within = now.as_millisecond() - record.rotated_at <= OVERLAP.as_millis() as i64;
            let again = record.previous.as_ref() == Some(&hash) && within;
            if hash != record.current && !again {
                // Whatever state the tenant is in: who has an old token learns nothing of it.
                let scope = self.scope_of_membership(record.tenant, origin);
                return match self.end(&scope, user, session, Event::TokenReuseDetected { session, user }).await {
                    Ok(()) => Ok(Rotation::ReuseDetected),
                    // Of two old tokens at once the other one ended it, and was told.
                    Err(StoreError::Conflict(Conflict::Missing(_))) => Ok(Rotation::Refused),
                    Err(error) => Err(error),
                };
            }
            // Whose session goes on learns that the tenant is closed: signing in would not say so.
            let admission = admitted?;
            // Over since the company lets in with its own Microsoft only (C4): the change of its rules told of it.
            if !admission.policy.lets_in_without_microsoft(user) && !record.is_of(admission.directory) {
                self.delete_one(&Session::key(user, session)).await?;
                return Ok(Rotation::Refused);
            }
            if again {
                let purpose = format!("{REFRESH}:{session}");
                let token = record
                    .successor
                    .as_ref()
                    .and_then(|sealed| self.sealer.open(&purpose, sealed))
                    .and_then(|plain| String::from_utf8(plain).ok())
                    .ok_or_else(|| StoreError::corrupt("Session", "no successor"))?;
                return Ok(Rotation::Rotated { token, session: Box::new(record), mver: membership.mver });
            }
            let token = self.refresh_token(user, session)?;
            // As it was read: a step-up beside this one is not written over.
            let won = session_as_read(&record);
            let next = Session {
                current: TokenHash::of(&token),
                previous: Some(hash),
                rotated_at: now.as_millisecond(),
                successor: Some(self.sealer.seal(&format!("{REFRESH}:{session}"), token.as_bytes())),
                idle_until: (now + IDLE).as_second().min(record.absolute_until),
                ..record
            };
            let put = What::Put { item: session_item(&next)?, condition: won };
            let mut actions = vec![(Session::key(user, session), put, Conflict::Version)];
            if !same_day(record.rotated_at, now) {
                actions.push(seen(user, membership.mver, now).of(next.tenant));
            }
            match self.transact(actions).await {
                Ok(()) => return Ok(Rotation::Rotated { token, session: Box::new(next), mver: membership.mver }),
                Err(StoreError::Conflict(_)) => {}
                Err(StoreError::Unavailable(why)) if why == TRANSACTION_CONFLICT => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Rotation::InProgress)
    }

    /// Ends the caller's session. Ending one that is over already is no error.
    pub async fn sign_out(&self, scope: &TenantScope, user: UserId, session: SessionId) -> Result<()> {
        match self.end(scope, user, session, Event::UserSignedOut { session }).await {
            Err(StoreError::Conflict(_)) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Ends the session of a refresh token, whichever of its tokens it is: who has one may give the session up. Nothing
    /// happens when it is over already, or the token is not ours.
    pub async fn sign_out_by(&self, presented: &str, origin: Origin) -> Result<()> {
        let Some(RefreshToken { user, session, .. }) = self.open_refresh_token(presented) else { return Ok(()) };
        let Some(item) = self.get(&Session::key(user, session), true).await? else { return Ok(()) };
        let record: Session = decode("Session", item)?;
        let scope = self.scope_of_membership(record.tenant, Origin { actor: Actor::User { id: user }, ..origin });
        self.sign_out(&scope, user, session).await
    }

    pub(crate) async fn end(&self, scope: &TenantScope, user: UserId, session: SessionId, event: Event) -> Result<()> {
        let change = Commit::new().action(Action {
            place: Place::Global(Session::key(user, session)),
            what: What::Delete { condition: Condition::present() },
            conflict: Conflict::Missing("session"),
        });
        self.of(scope).commit(change.event(event)?).await.map(|_| ())
    }

    async fn membership(&self, user: UserId, tenant: TenantId) -> Result<Option<Membership>> {
        self.get(&Membership::key(user, tenant), true).await?.map(|item| decode("Membership", item)).transpose()
    }

    fn refresh_token(&self, user: UserId, session: SessionId) -> Result<String> {
        let plain = postcard::to_allocvec(&RefreshToken { user, session, random: self.ids.bytes() })
            .map_err(|error| StoreError::Refused(error.to_string()))?;
        Ok(format!("{REFRESH_PREFIX}{}", self.sealer.seal(REFRESH, &plain).to_text()))
    }

    fn open_refresh_token(&self, text: &str) -> Option<RefreshToken> {
        // Longer than any token we make: not worth decoding.
        let sealed = text.strip_prefix(REFRESH_PREFIX).filter(|rest| rest.len() < 512)?;
        let plain = self.sealer.open(REFRESH, &crate::Sealed::from_text(sealed)?)?;
        postcard::from_bytes(&plain).ok()
    }

    /// The public keys of access tokens. The first read of a cold start: it opens the connection too (P-2).
    pub async fn jwks(&self) -> Result<Jwks> {
        let item = self.get(&Jwks::key(), false).await?;
        Ok(item.map(|item| decode("Jwks", item)).transpose()?.unwrap_or_default())
    }

    /// Publishes the public keys of access tokens.
    pub async fn publish_jwks(&self, jwks: &Jwks) -> Result<()> {
        self.put_one(Jwks::key(), encode("Jwks", jwks)?, Condition::default(), Conflict::Version).await
    }

    /// Which tenant a directory is linked to; for telling its owner that another account has it.
    pub async fn tenant_of_directory(&self, directory: DirectoryId) -> Result<Option<TenantId>> {
        let link: Option<DirectoryLink> = self
            .get(&DirectoryLink::key(directory), true)
            .await?
            .map(|item| decode("DirectoryLink", item))
            .transpose()?;
        Ok(link.map(|link| link.tenant))
    }
}

pub(crate) fn put(key: Key, item: crate::key::Item, condition: Condition, what: &'static str) -> Action {
    Action { place: Place::Global(key), what: What::Put { item, condition }, conflict: Conflict::Taken(what) }
}

/// That a sign-up waits no longer.
pub(crate) fn done(signup: &SignUp) -> Result<Action> {
    let mut item = encode("SignUp", &SignUp { done: true, ..signup.clone() })?;
    item.insert("ttl".into(), number(signup.good_until));
    let condition = Condition {
        expression: Some("attribute_exists(PK) AND done = :no"),
        values: vec![(":no", AttributeValue::Bool(false))],
        ..Condition::default()
    };
    let what = What::Put { item, condition };
    Ok(Action { place: Place::Global(SignUp::key(signup.signup)), what, conflict: Conflict::State("signup") })
}

pub(crate) fn session_item(session: &Session) -> Result<crate::key::Item> {
    let mut item = encode("Session", session)?;
    item.insert("ttl".into(), number(session.idle_until));
    Ok(item)
}

/// Holds while a session is as it was read.
pub(crate) fn session_as_read(session: &Session) -> Condition {
    Condition {
        expression: Some("#current = :current AND (attribute_not_exists(proven_at) OR proven_at = :proven_at)"),
        names: vec![("#current", "current")],
        values: vec![(":current", text(session.current.as_str())), (":proven_at", number(session.proven_at))],
    }
}

/// Holds while a membership is active at a version.
pub(crate) fn active_at(mver: u64) -> Condition {
    Condition {
        expression: Some("active = :yes AND mver = :mver"),
        values: vec![(":yes", AttributeValue::Bool(true)), (":mver", number(mver))],
        ..Condition::default()
    }
}

/// Notes that a member is here, if they are active at that version.
fn seen(user: UserId, mver: u64, now: Timestamp) -> Action {
    let mut condition = active_at(mver);
    condition.values.push((":now", text(now.to_string())));
    Action {
        place: Place::Own(Member::COLLECTION, Member::sort_key(&user)),
        what: What::Set { expression: "SET last_seen = :now", condition },
        conflict: Conflict::State("member"),
    }
}

/// Whether an instant, in milliseconds since 1970, is of the day of `now` (UTC).
fn same_day(millis: i64, now: Timestamp) -> bool {
    const DAY: i64 = 86_400_000;
    millis.div_euclid(DAY) == now.as_millisecond().div_euclid(DAY)
}

/// The doors of a sign-in: membership active at its version, tenant open, and let in by this way (C8: a company may let
/// in by Microsoft alone, which is its own directory, but for one owner): what [`crate::Way::lets_in`] says of a read.
/// Who goes through at an instant `seen_at` is noted with it.
pub(crate) fn doors(
    change: Commit,
    user: UserId,
    membership: &Membership,
    directory: Option<DirectoryId>,
    seen_at: Option<Timestamp>,
) -> Commit {
    let change = match seen_at {
        Some(now) => change.action(seen(user, membership.mver, now)),
        None => change.check::<Member>(&user, active_at(membership.mver), "member"),
    };
    let mut open = Condition {
        expression: Some(
            "#state IN (:active, :past_due, :read_only) AND (attribute_not_exists(#policy.#sign_in.#by) \
             OR #policy.#sign_in.#by <> :microsoft OR #policy.#sign_in.#break_glass = :user)",
        ),
        names: vec![
            ("#state", "state"),
            ("#policy", "policy"),
            ("#sign_in", "sign_in"),
            ("#by", "by"),
            ("#break_glass", "break_glass"),
        ],
        values: vec![
            (":active", text("active")),
            (":past_due", text("past_due")),
            (":read_only", text("read_only")),
            (":microsoft", text("microsoft")),
            (":user", text(user.to_string())),
        ],
    };
    if let Some(directory) = directory {
        open.expression = Some(
            "#state IN (:active, :past_due, :read_only) AND (attribute_not_exists(#policy.#sign_in.#by) \
             OR #policy.#sign_in.#by <> :microsoft OR #policy.#sign_in.#break_glass = :user OR #directory = :directory)",
        );
        open.names.push(("#directory", "directory"));
        open.values.push((":directory", text(directory.to_string())));
    }
    change.check::<Company>(&(), open, "tenant")
}

/// Holds while a login is this user's, whatever changed of it.
pub(crate) fn login_of(user: UserId) -> Condition {
    Condition {
        expression: Some("#user = :user"),
        names: vec![("#user", "user")],
        values: vec![(":user", text(user.to_string()))],
    }
}

/// Holds while a login is this user's and what it was at an epoch, which moves with each change of the password, the
/// address and the second factor.
pub(crate) fn login_at(epoch: u32, user: UserId) -> Condition {
    Condition {
        expression: Some("epoch = :epoch AND #user = :user"),
        names: vec![("#user", "user")],
        values: vec![(":epoch", number(epoch)), (":user", text(user.to_string()))],
    }
}

/// Holds while the password of an address is the one that was right; writes a newer hash of it where there is one.
pub(crate) fn same_password(email: &str, user: UserId, epoch: u32, rehashed: Option<&EmailLogin>) -> Result<Action> {
    let condition = login_at(epoch, user);
    let what = match rehashed {
        Some(login) => What::Put { item: encode("EmailLogin", login)?, condition },
        None => What::Check { condition },
    };
    Ok(Action { place: Place::Global(EmailLogin::key(email)), what, conflict: Conflict::State("password") })
}
