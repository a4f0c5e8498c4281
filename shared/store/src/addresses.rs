//! The address and the name of a user, which stand in several items: the unique address, the profile, and the
//! membership of each tenant. One transaction moves all of them (C7).

use model::{
    EmailChangeId, Event, TenantId, UserId,
    event::{Actor, OwnProfile, masked},
    mail::Notifications,
};

use crate::{
    Account, Commit, Conflict, EmailChange, EmailChangeState, EmailLogin, Member, Result, Session, Store, StoreError,
    TenantScope, TokenHash, Versioned, WorkAccount,
    accounts::{login_at, put},
    commit::{Action, Condition, Place, What, item_of, versioned},
    db::{decode, encode, number},
    directory::Origin,
    factors::{factors_as_read, factors_put},
    key::{Collection, Key},
    records::{TenantRecord, User},
    sessions::{Which, not_over, or_over},
    work_accounts::taken_back,
};

/// Tries of a change that others get in the way of.
const TRIES: usize = 3;
/// Most undone changes remembered; a link to undo one is good for three days.
const SPANS: usize = 16;

/// What a person says of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Display name.
    pub name: String,
    /// Language and region, as `en-GB` (BCP 47); the browser's when `None`.
    pub locale: Option<String>,
}

impl Store {
    /// A user and the login of their address, in one read.
    pub async fn profile_and_login(&self, user: UserId, email: &str) -> Result<Option<(User, Option<EmailLogin>)>> {
        let mut found = self.get_many(&[User::key(user), EmailLogin::key(email)], false).await?.into_iter();
        let Some(Some(profile)) = found.next() else { return Ok(None) };
        let login: Option<EmailLogin> = found.next().flatten().map(|item| decode("EmailLogin", item)).transpose()?;
        Ok(Some((decode("User", profile)?, login.filter(|login| login.user == user))))
    }

    /// Keeps a request for another address, made in `session`. Whether the new one is free is found out when it is
    /// confirmed: nobody learns here who has an account.
    ///
    /// # Errors
    /// [`Conflict::Missing`] `login` when the address is not theirs any more, [`crate::NotAdmitted::Session`] when
    /// `session` ended meanwhile.
    pub async fn request_email_change(
        &self,
        scope: &TenantScope,
        session: &Session,
        from: String,
        to: String,
    ) -> Result<EmailChangeId> {
        let user = session.user;
        let login = self.login(&from).await?.filter(|login| login.user == user).ok_or(Conflict::Missing("login"))?;
        let now = self.clock.now();
        let change = EmailChange {
            change: EmailChangeId::generate(&self.ids),
            user,
            tenant: scope.tenant(),
            from,
            to,
            takes_since: Some(session.signed_in_at().min(now - EmailChange::UNDO_FOR)),
            state: EmailChangeState::Waiting,
            epoch: login.epoch,
            good_until: (now + EmailChange::GOOD_FOR).as_second(),
        };
        let request = Commit::new().action(kept(&change, Condition::absent())?).action(not_over(user, session.session));
        let event = Event::EmailChangeRequested { change: change.change };
        self.of(scope).commit(request.event(event)?).await.map_err(or_over)?;
        Ok(change.change)
    }

    /// A change of address whose next step is still open.
    pub async fn email_change(&self, id: EmailChangeId) -> Result<Option<EmailChange>> {
        let found = self.get(&EmailChange::key(id), true).await?;
        let change: Option<EmailChange> = found.map(|item| decode("EmailChange", item)).transpose()?;
        Ok(change.filter(|change| change.good_until > self.clock.now().as_second()))
    }

    /// Makes a change of address that waits; from now on the old address can undo it.
    ///
    /// # Errors
    /// [`Conflict::State`] `token` when the link was used or the address changed since, [`Conflict::Taken`] `email`
    /// when somebody else has the new one.
    pub async fn confirm_email_change(&self, link: &TokenHash, change: &EmailChange, origin: Origin) -> Result<()> {
        let made = EmailChange {
            state: EmailChangeState::Made,
            epoch: change.epoch + 1,
            good_until: (self.clock.now() + EmailChange::UNDO_FOR).as_second(),
            ..change.clone()
        };
        for _ in 0..TRIES {
            let profile = self.user_strong(change.user).await?.filter(|user| user.email == change.from);
            let profile = profile.ok_or(Conflict::State("token"))?;
            let login = self.login_of_profile(&profile).await?;
            if login.epoch != change.epoch {
                return Err(Conflict::State("token").into());
            }
            let next = EmailLogin { epoch: made.epoch, ..login.clone() };
            let moved = User { email: change.to.clone(), ..profile.clone() };
            let commit = self.moved(link, &made, (&profile, &moved), (&login, &next)).await?;
            let event = told(change, false, &profile.email, &moved.email);
            let scope = self.scope_of_change(change, origin.clone());
            match self.of(&scope).commit(commit.event(event)?).await {
                Err(StoreError::Conflict(Conflict::Version)) => {}
                done => return done.map(drop),
            }
        }
        Err(StoreError::Unavailable("the user changes too often".into()))
    }

    /// Puts back the address a user had before `change`, whatever theirs is now. Who changed it knew the password, so
    /// that is gone, too, and every session: the owner of the mailbox sets a new one by mail. So is what was added to
    /// sign in with since [`EmailChange::takes_since`], second factors and work accounts: it would let back in, or lock
    /// the owner out. What is older stays (ASVS 6.4.3). Later changes cannot be undone any more, by whoever made them;
    /// earlier ones can.
    ///
    /// # Errors
    /// [`Conflict::State`] `token` when the link was used or an earlier change was undone, [`Conflict::Taken`] `email`
    /// when somebody else took the address meanwhile.
    pub async fn undo_email_change(&self, link: &TokenHash, change: &EmailChange, origin: Origin) -> Result<()> {
        let undone = EmailChange { state: EmailChangeState::Undone, ..change.clone() };
        for _ in 0..TRIES {
            // The profile first: a work account that is linked after what is read below is of a later version of it.
            let profile = self.user_strong(change.user).await?.ok_or(Conflict::State("token"))?;
            let Account { factors, work_accounts, .. } = self.account(change.user).await?;
            if profile.undone.iter().any(|(from, until)| (from..=until).contains(&&change.epoch)) {
                return Err(Conflict::State("token").into());
            }
            let login = self.login_of_profile(&profile).await?;
            let mut left = factors.clone();
            if let Some(at) = change.takes_since {
                left.value.without_those_since(at);
            }
            let next = EmailLogin {
                epoch: login.epoch + 1,
                password_hash: None,
                second_factor: left.value.any(),
                ..login.clone()
            };
            let mut spans = profile.undone.clone();
            spans.retain(|(from, _)| *from < change.epoch);
            spans.push((change.epoch, next.epoch));
            let oldest = spans.len().saturating_sub(SPANS);
            let restored = User { email: change.from.clone(), undone: spans.split_off(oldest), ..profile.clone() };
            let mut commit = self.moved(link, &undone, (&profile, &restored), (&login, &next)).await?;
            commit = commit.action(if left == factors { factors_as_read(&factors) } else { factors_put(&left)? });
            let added = |account: &WorkAccount| change.takes_since.is_some_and(|at| account.since >= at);
            let added = self.unlink_beyond_most(work_accounts.into_iter().filter(added).collect()).await?;
            for account in &added {
                for (key, what) in taken_back(account, self.clock.now())? {
                    commit = commit.action(Action { place: Place::Global(key), what, conflict: Conflict::Version });
                }
            }
            let event = told(change, true, &profile.email, &restored.email);
            let scope = self.scope_of_change(change, origin.clone());
            match self.end_sessions(&scope, change.user, Which::All, commit, event).await {
                Err(StoreError::Conflict(Conflict::Version)) => {}
                done => return done,
            }
        }
        Err(StoreError::Unavailable("the user changes too often".into()))
    }

    /// Changes what a user says of themselves; the name follows into their memberships.
    pub async fn change_profile(
        &self,
        scope: &TenantScope,
        user: UserId,
        change: impl Fn(&mut Profile),
    ) -> Result<User> {
        for _ in 0..TRIES {
            let before = self.user_strong(user).await?.ok_or(Conflict::Missing("user"))?;
            let mut profile = Profile { name: before.name.clone(), locale: before.locale.clone() };
            change(&mut profile);
            let after = User { name: profile.name, locale: profile.locale, ..before.clone() };
            if after == before {
                return Ok(before);
            }
            let mut commit = Commit::new().action(replaced(&before, &after)?);
            if after.name != before.name {
                commit = self.in_memberships(commit, user, |_, member| member.name.clone_from(&after.name)).await?;
            }
            let said = |user: &User| Some(OwnProfile { name: user.name.clone(), locale: user.locale.clone() });
            let event = Event::ProfileChanged { user, before: said(&before), after: said(&after) };
            match self.of(scope).commit(commit.event(event)?).await {
                Ok(_) => return Ok(User { version: before.version + 1, ..after }),
                Err(StoreError::Conflict(Conflict::Version)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("the user changes too often".into()))
    }

    /// Changes which of the mails that one can do without a user gets.
    pub async fn change_notifications(&self, scope: &TenantScope, user: UserId, after: Notifications) -> Result<()> {
        for _ in 0..TRIES {
            let profile = self.user_strong(user).await?.ok_or(Conflict::Missing("user"))?;
            let before = profile.notifications;
            if after == before {
                return Ok(());
            }
            let commit = Commit::new().action(replaced(&profile, &User { notifications: after, ..profile.clone() })?);
            let event = Event::NotificationsChanged { user, before, after };
            match self.of(scope).commit(commit.event(event)?).await {
                Err(StoreError::Conflict(Conflict::Version)) => {}
                done => return done.map(drop),
            }
        }
        Err(StoreError::Unavailable("the user changes too often".into()))
    }

    /// Everything that moves a user from one address to another: profile and login, each before and after.
    async fn moved(
        &self,
        link: &TokenHash,
        change: &EmailChange,
        (profile, moved): (&User, &User),
        (login, next): (&EmailLogin, &EmailLogin),
    ) -> Result<Commit> {
        let to = moved.email.as_str();
        let mut commit = Commit::new().consume(link, self.clock.now()).action(kept(change, Condition::present())?);
        commit = commit.action(replaced(profile, moved)?);
        if profile.email == to {
            // Undone already by the link of a later change: only the secrets go.
            let item = encode("EmailLogin", next)?;
            commit = commit.action(Action {
                place: Place::Global(EmailLogin::key(to)),
                what: What::Put { item, condition: login_at(login.epoch, login.user) },
                conflict: Conflict::Version,
            });
        } else {
            commit = commit
                .action(put(EmailLogin::key(to), encode("EmailLogin", next)?, Condition::absent(), "email"))
                .action(Action {
                    place: Place::Global(EmailLogin::key(&profile.email)),
                    what: What::Delete { condition: login_at(login.epoch, login.user) },
                    conflict: Conflict::Version,
                });
        }
        self.in_memberships(commit, profile.user, |tenant, member| member.move_to(tenant, to)).await
    }

    /// `commit` with `change` made to the user's place in every tenant.
    async fn in_memberships(
        &self,
        mut commit: Commit,
        user: UserId,
        change: impl Fn(TenantId, &mut Member),
    ) -> Result<Commit> {
        for (tenant, mut member) in self.places(user).await? {
            change(tenant, &mut member.value);
            commit = commit.action(in_place(tenant, &member)?);
        }
        Ok(commit)
    }

    /// A user's place in every tenant they are in.
    pub(crate) async fn places(&self, user: UserId) -> Result<Vec<(TenantId, Versioned<Member>)>> {
        let tenants: Vec<TenantId> = self.memberships(user).await?.iter().map(|membership| membership.tenant).collect();
        let mut places = Vec::with_capacity(tenants.len());
        // As many as one read takes.
        for tenants in tenants.chunks(100) {
            let keys: Vec<Key> = tenants.iter().map(|tenant| place(*tenant, user)).collect();
            for (tenant, item) in tenants.iter().zip(self.get_many(&keys, true).await?) {
                places.extend(item.map(versioned).transpose()?.map(|member| (*tenant, member)));
            }
        }
        Ok(places)
    }

    pub(crate) async fn user_strong(&self, user: UserId) -> Result<Option<User>> {
        self.get(&User::key(user), true).await?.map(|item| decode("User", item)).transpose()
    }

    async fn login_of_profile(&self, profile: &User) -> Result<EmailLogin> {
        let login = self.login(&profile.email).await?.filter(|login| login.user == profile.user);
        Ok(login.ok_or(Conflict::State("token"))?)
    }

    fn scope_of_change(&self, change: &EmailChange, origin: Origin) -> TenantScope {
        self.scope_of_membership(change.tenant, Origin { actor: Actor::User { id: change.user }, ..origin })
    }
}

/// That an address moved. The log has it masked: whole it stands with the user, and goes with them.
fn told(change: &EmailChange, undone: bool, from: &str, to: &str) -> Event {
    let (before, after) = (Some(masked(from)), Some(masked(to)));
    Event::EmailChanged { change: change.change, user: change.user, undone, before, after }
}

fn place(tenant: TenantId, user: UserId) -> Key {
    Key::new(Collection::Root.partition(tenant, None), Member::sort_key(&user))
}

/// A member over the version that was read.
pub(crate) fn in_place(tenant: TenantId, member: &Versioned<Member>) -> Result<Action> {
    Ok(Action {
        place: Place::Global(place(tenant, member.value.user)),
        what: What::Put {
            item: item_of(&member.value, member.version + 1)?,
            condition: Condition::version(member.version),
        },
        conflict: Conflict::Version,
    })
}

/// A change of address as it is now.
fn kept(change: &EmailChange, condition: Condition) -> Result<Action> {
    let mut item = encode("EmailChange", change)?;
    item.insert("ttl".into(), number(change.good_until));
    Ok(put(EmailChange::key(change.change), item, condition, "change"))
}

/// A user over the version that was read.
pub(crate) fn replaced(before: &User, after: &User) -> Result<Action> {
    let next = User { version: before.version + 1, ..after.clone() };
    let same = Condition {
        // Users of before versions were counted have none.
        expression: Some("attribute_not_exists(version) OR version = :version"),
        values: vec![(":version", number(before.version))],
        ..Condition::default()
    };
    Ok(Action {
        place: Place::Global(User::key(before.user)),
        what: What::Put { item: encode("User", &next)?, condition: same },
        conflict: Conflict::Version,
    })
}
