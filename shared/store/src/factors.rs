//! What a user proves themselves with beside the password: read in one round trip, changed in one transaction.

use aws_sdk_dynamodb::types::{ReturnConsumedCapacity, ReturnValue};
use jiff::{SignedDuration, Timestamp};
use model::{DirectoryId, Event, UserId};

use crate::{
    Company, Conflict, Devices, EmailLogin, Factors, Membership, NotAdmitted, Origin, Purpose, Result, Session, Store,
    StoreError, TenantScope, Throttle, Token, TokenHash, User, Versioned, WorkAccount,
    accounts::{doors, login_at, put, same_password, session_as_read, session_item},
    commit::{Action, Commit, Condition, Place, What},
    db::{decode, encode, key_of, number, refused, spent, text},
    key::{Collection, Item, Key},
    meter::Units,
    records::TenantRecord,
    work_accounts::linked,
};

/// What signing in needs of a user, read in one round trip whether or not there is one.
#[derive(Debug)]
pub struct Account {
    /// Address and name.
    pub profile: Option<User>,
    /// The tenants they are in, oldest membership first.
    pub memberships: Vec<Membership>,
    /// Their second factors; version 0 while there are none.
    pub factors: Versioned<Factors>,
    /// The devices they signed in from.
    pub devices: Devices,
    /// The work accounts they sign in with.
    pub work_accounts: Vec<WorkAccount>,
    /// Proofs of who they are that failed, in their sessions.
    pub step_ups: Throttle,
}

/// A try at signing in, or at a proof in a session, that failed and counts.
#[derive(Debug, Clone, Copy)]
pub struct FailedTry<'a> {
    /// How failures stood before.
    pub seen: &'a Throttle,
    /// Failures in a row, with this one.
    pub failures: u32,
    /// Until when the next try is refused.
    pub not_before: Timestamp,
}

/// A change of somebody's own factors.
#[derive(Debug)]
pub struct FactorChange<'a> {
    /// The factors as read, with the change.
    pub factors: &'a Versioned<Factors>,
    /// Their owner's address.
    pub email: &'a str,
    /// The session it is made in.
    pub session: &'a Session,
    /// What the session proved by it (RFC 8176); empty when nothing.
    pub proved: &'a [&'a str],
    /// A one-time token that it uses up.
    pub consume: Option<&'a TokenHash>,
    /// A way in that is to be there still, where this gives one up.
    pub way_in: Option<&'a WayIn>,
}

/// A way in that is to be there when something is written: what came by it, or gives another one up.
#[derive(Debug, Clone)]
pub enum WayIn {
    /// A password.
    Password {
        /// Of which address.
        email: String,
        /// At which epoch.
        epoch: u32,
    },
    /// A passkey.
    Passkey {
        /// The version the factors were read at.
        version: u64,
    },
    /// A work account, by its directory.
    WorkAccount(DirectoryId),
}

impl WayIn {
    /// That it is there when a change is written.
    pub(crate) fn check(&self, user: UserId) -> Action {
        let (key, condition) = match self {
            Self::Password { email, epoch } => (EmailLogin::key(email), login_at(*epoch, user)),
            Self::Passkey { version } => (Factors::key(user), Condition::version(*version)),
            Self::WorkAccount(directory) => (WorkAccount::key_of_user(user, *directory), linked()),
        };
        Action { place: Place::Global(key), what: What::Check { condition }, conflict: Conflict::State("way in") }
    }
}

impl Account {
    /// Nothing.
    const fn none(user: UserId) -> Self {
        Self {
            profile: None,
            memberships: Vec::new(),
            factors: Versioned { value: Factors::none(user), version: 0 },
            devices: Devices { known: Vec::new(), forgotten: false },
            work_accounts: Vec::new(),
            step_ups: Throttle { failures: 0, not_before: 0 },
        }
    }
}

impl Store {
    /// The devices somebody signed in on.
    ///
    /// # Errors
    /// When the table does not answer.
    pub(crate) async fn devices(&self, user: UserId) -> Result<Devices> {
        let item = self.get(&Devices::key(user), true).await?;
        Ok(item.map(|item| decode("Devices", item)).transpose()?.unwrap_or_default())
    }

    /// What signing in needs of a user.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn account(&self, user: UserId) -> Result<Account> {
        let mut account = Account::none(user);
        // By their names all of these lie together; sessions sort behind them.
        let (first, last) = (Devices::key(user).sk, User::key(user).sk);
        for item in self.between(&User::partition(user), &first, &last, true).await? {
            let sort_key = key_of(&item).map(|key| key.sk).unwrap_or_default();
            if sort_key.starts_with(Membership::PREFIX) {
                account.memberships.push(decode("Membership", item)?);
            } else if sort_key == last {
                account.profile = Some(decode("User", item)?);
            } else if sort_key == Factors::key(user).sk {
                let version = item.get("v").and_then(|v| v.as_n().ok()).and_then(|v| v.parse().ok());
                let version = version.ok_or_else(|| StoreError::corrupt("Factors", "no version"))?;
                account.factors = Versioned { value: decode("Factors", item)?, version };
            } else if sort_key == first {
                account.devices = decode("Devices", item)?;
            } else if sort_key == Throttle::key_of_step_ups(user).sk {
                account.step_ups = decode("Throttle", item)?;
            } else if sort_key.starts_with(WorkAccount::PREFIX) {
                account.work_accounts.push(decode("WorkAccount", item)?);
            }
        }
        account.work_accounts.retain(|one| one.linked);
        Membership::oldest_first(&mut account.memberships);
        Ok(account)
    }

    /// Whether a user has a second factor.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn has_second_factor(&self, user: UserId) -> Result<bool> {
        Ok(self.factors(user).await?.is_some_and(|factors| factors.any()))
    }

    /// A user's factors; `None` where there never was one.
    pub(crate) async fn factors(&self, user: UserId) -> Result<Option<Factors>> {
        // A batch of one: what letting somebody in may read (template.yaml, Admission).
        let found = self.get_many(&[Factors::key(user)], true).await?.into_iter().next().flatten();
        found.map(|item| decode("Factors", item)).transpose()
    }

    /// Takes a one-time token: whoever asks again finds nothing, whatever came of it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn take_token(&self, hash: &TokenHash) -> Result<Option<Token>> {
        // After a lost answer the SDK's second try finds nothing: the ceremony begins again.
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(Token::key(hash).item()))
            .return_values(ReturnValue::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(refused)?;
        spent(Units::Write, answer.consumed_capacity());
        let token: Option<Token> = answer.attributes.map(|item| decode("Token", item)).transpose()?;
        Ok(token.filter(|token| token.good_until > self.clock.now().as_second()))
    }

    /// Keeps the challenge that a sign-in goes on with after its first step was right. The same doors as those of a
    /// session: who would not be let in is not asked for more.
    ///
    /// # Errors
    /// [`Conflict::State`] `member`, `tenant` or `password` when one of them closes the door.
    pub async fn challenge(
        &self,
        hash: &TokenHash,
        challenge: &Token,
        login: (&str, &EmailLogin),
        membership: &Membership,
        rehashed: Option<&EmailLogin>,
    ) -> Result<()> {
        let (email, login) = login;
        let mut item = encode("Token", challenge)?;
        item.insert("ttl".into(), number(challenge.good_until));
        let directory = match challenge.purpose {
            Purpose::SecondFactor { directory, .. } => directory,
            _ => None,
        };
        let change = doors(Commit::new(), login.user, membership, directory, None)
            .action(put(Token::key(hash), item, Condition::absent(), "token"))
            .action(same_password(email, login.user, login.epoch, rehashed)?);
        self.transact(change.actions.into_iter().map(|action| action.of(membership.tenant)).collect()).await
    }

    /// Counts a failed sign-in and tells of it in a tenant's log. Of several that read the same count one counts and is
    /// told: however many are sent at once, there are no more entries than counts.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn sign_in_failed_noting(
        &self,
        email: &str,
        failed: FailedTry<'_>,
        event: Event,
        membership: Option<&Membership>,
        origin: Origin,
    ) -> Result<()> {
        let key = Throttle::key(email);
        let (item, condition) = self.failed(failed)?;
        let written = What::Put { item, condition };
        let counted = match membership {
            Some(membership) => {
                let scope = self.scope_of_membership(membership.tenant, origin);
                let counted = Action { place: Place::Global(key), what: written, conflict: Conflict::Version };
                self.of(&scope).commit(Commit::new().action(counted).event(event)?).await.map(|_| ())
            }
            // Nobody to tell; a transaction all the same, so that it takes as long as for an address with an account.
            None => {
                let nobody = Key::new(&key.pk, "NOBODY");
                let nothing = What::Check { condition: Condition::absent() };
                self.transact(vec![(key, written, Conflict::Version), (nobody, nothing, Conflict::Version)]).await
            }
        };
        match counted {
            Err(StoreError::Conflict(Conflict::Version)) => Ok(()),
            counted => counted,
        }
    }

    /// Counts a failed proof of who is signed in and tells of it in their company's log; of several at once as
    /// [`Store::sign_in_failed_noting`].
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn step_up_failed(
        &self,
        scope: &TenantScope,
        user: UserId,
        failed: FailedTry<'_>,
        event: Event,
    ) -> Result<()> {
        let (item, condition) = self.failed(failed)?;
        let counted = Action {
            place: Place::Global(Throttle::key_of_step_ups(user)),
            what: What::Put { item, condition },
            conflict: Conflict::Version,
        };
        match self.of(scope).commit(Commit::new().action(counted).event(event)?).await {
            Ok(_) | Err(StoreError::Conflict(Conflict::Version)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// How a failed try leaves what counts it, and that this is as it was seen.
    pub(crate) fn failed(&self, failed: FailedTry<'_>) -> Result<(Item, Condition)> {
        let FailedTry { seen, failures, not_before } = failed;
        let mut item = encode("Throttle", &Throttle { failures, not_before: not_before.as_second() })?;
        item.insert("ttl".into(), number((self.clock.now() + SignedDuration::from_hours(24)).as_second()));
        let as_seen = Condition {
            expression: Some(match seen.failures {
                0 => "attribute_not_exists(failures) OR failures = :seen",
                _ => "failures = :seen",
            }),
            values: vec![(":seen", number(seen.failures))],
            ..Condition::default()
        };
        Ok((item, as_seen))
    }

    /// Changes somebody's own factors; the flag of their login and what the session proved are written with them.
    ///
    /// # Errors
    /// [`Conflict::Version`] when the factors changed since they were read, [`Conflict::State`] `session` when the session
    /// did, `token` when the one-time token was used, `password` when the login changed, `way in` when the way in that is
    /// left is gone, `break glass` when it is the last factor of who gets in to a company when Microsoft does not work.
    pub async fn change_factors(&self, scope: &TenantScope, change: FactorChange<'_>, event: Event) -> Result<()> {
        let FactorChange { factors, email, session, proved, consume, way_in } = change;
        let user = session.user;
        let mut commit = Commit::new().action(factors_put(factors)?);
        let login = self.login(email).await?.filter(|login| login.user == user);
        match login.filter(|login| login.second_factor != factors.value.any()) {
            Some(login) => {
                // A transaction has one action on an item: what is checked of the login is checked by this one.
                if let Some(WayIn::Password { epoch, .. }) = way_in
                    && *epoch != login.epoch
                {
                    return Err(Conflict::State("way in").into());
                }
                // The epoch moves with the flag: a sign-in under way that was asked for less fails.
                let next = EmailLogin { epoch: login.epoch + 1, second_factor: factors.value.any(), ..login.clone() };
                commit = commit.action(same_password(email, user, login.epoch, Some(&next))?);
                if let Some(way @ (WayIn::WorkAccount(_) | WayIn::Passkey { .. })) = way_in {
                    commit = commit.action(way.check(user));
                }
            }
            None => commit = way_in.into_iter().fold(commit, |commit, way| commit.action(way.check(user))),
        }
        if !factors.value.any() {
            commit = unless_break_glass(commit, user, &self.memberships(user).await?);
        }
        if !proved.is_empty() {
            commit = commit.action(session_put(session, &self.proven(session, proved))?);
        }
        if let Some(token) = consume {
            commit = commit.consume(token, self.clock.now());
        }
        self.of(scope).commit(commit.event(event)?).await.map(|_| ())
    }

    /// Notes that a session's person proved anew who they are, with what that used up; where tries failed before,
    /// `forget` forgets them.
    ///
    /// # Errors
    /// [`Conflict::Version`] when the factors changed since they were read: the code was used by another request.
    pub async fn step_up(
        &self,
        session: &Session,
        proved: &[&str],
        factors: Option<&Versioned<Factors>>,
        forget: bool,
    ) -> Result<()> {
        let mut read = session.clone();
        for _ in 0..3 {
            let mut commit = Commit::new().action(session_put(&read, &self.proven(&read, proved))?);
            if let Some(factors) = factors {
                commit = commit.action(factors_put(factors)?);
            }
            if forget {
                commit = commit.action(Action {
                    place: Place::Global(Throttle::key_of_step_ups(session.user)),
                    what: What::Delete { condition: Condition::default() },
                    conflict: Conflict::State("throttle"),
                });
            }
            let actions = commit.actions.into_iter().map(|action| action.of(session.tenant)).collect();
            match self.transact(actions).await {
                Err(StoreError::Conflict(Conflict::State("session"))) => {}
                done => return done,
            }
            // Another tab renewed it meanwhile.
            let item = self.get(&Session::key(session.user, session.session), true).await?;
            read = decode("Session", item.ok_or(NotAdmitted::Session)?)?;
        }
        Err(StoreError::Unavailable("the session changes too often".into()))
    }

    fn proven(&self, session: &Session, proved: &[&str]) -> Session {
        let mut next = Session { proven_at: self.clock.now().as_second(), ..session.clone() };
        for method in proved {
            if !next.amr.iter().any(|known| known == method) {
                next.amr.push((*method).to_owned());
            }
        }
        next
    }
}

/// `commit`, if none of these companies of the user's counts on them when Microsoft does not work (C8).
pub(crate) fn unless_break_glass(commit: Commit, user: UserId, memberships: &[Membership]) -> Commit {
    memberships.iter().fold(commit, |commit, membership| {
        let another = Condition {
            expression: Some(
                "attribute_not_exists(#policy.#sign_in.#break_glass) OR #policy.#sign_in.#break_glass <> :user",
            ),
            names: vec![("#policy", "policy"), ("#sign_in", "sign_in"), ("#break_glass", "break_glass")],
            values: vec![(":user", text(user.to_string()))],
        };
        let root = Collection::Root.partition(membership.tenant, None);
        commit.action(Action {
            place: Place::Global(Key::new(root, Company::sort_key(&()))),
            what: What::Check { condition: another },
            conflict: Conflict::State("break glass"),
        })
    })
}

/// The put of factors over the version they were read at.
pub(crate) fn factors_put(factors: &Versioned<Factors>) -> Result<Action> {
    let mut item = encode("Factors", &factors.value)?;
    item.insert("v".into(), number(factors.version + 1));
    Ok(Action {
        place: Place::Global(Factors::key(factors.value.user)),
        what: What::Put { item, condition: as_read(factors.version) },
        conflict: Conflict::Version,
    })
}

/// That factors are as they were read.
pub(crate) fn factors_as_read(factors: &Versioned<Factors>) -> Action {
    Action {
        place: Place::Global(Factors::key(factors.value.user)),
        what: What::Check { condition: as_read(factors.version) },
        conflict: Conflict::Version,
    }
}

fn as_read(version: u64) -> Condition {
    if version == 0 { Condition::absent() } else { Condition::version(version) }
}

fn session_put(read: &Session, next: &Session) -> Result<Action> {
    Ok(Action {
        place: Place::Global(Session::key(read.user, read.session)),
        what: What::Put { item: session_item(next)?, condition: session_as_read(read) },
        conflict: Conflict::State("session"),
    })
}
