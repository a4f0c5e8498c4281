//! A company comes to be (C1, F26): with its owner, its short name and its event, in one transaction. Its owner may have
//! an account before: a further company is made by whoever has the account's mailbox, or is signed in to it.

use jiff::Timestamp;
use model::{Currency, Event, Policy, RoleName, TenantId, TenantState, UserId, event::Actor};

use crate::{
    Claim, Company, Conflict, EmailLogin, KeptAnswer, Member, Membership, NewCompany, Origin, Result, Schedule, SignUp,
    Store, StoreError, Tenant, TokenHash, User,
    accounts::{done, login_of, put},
    commit::{Action, Commit, Condition, Place, What},
    companies::one_more,
    db::{encode, text},
    key::{Item, Key},
};

/// Tries of a company whose owner gets another membership, or changes, at the same moment.
const TRIES: usize = 8;
/// That its owner did.
const BESIDE: Conflict = Conflict::State("user");

/// A company that is about to be.
#[derive(Debug, Clone, Copy)]
pub struct Founding<'a> {
    /// The tenant it becomes.
    pub tenant: TenantId,
    /// As people call it.
    pub name: &'a str,
    /// Unique short name (F16).
    pub slug: &'a str,
    /// What prices are shown in.
    pub currency: Currency,
}

impl Store {
    /// Makes the company of a sign-up for the account that its address has: one transaction of token, sign-up, company,
    /// slug, membership and event. The account stays as it is, and nobody is signed in.
    ///
    /// # Errors
    /// [`Conflict::State`] `token` or `signup` when the link was used, `companies` when the account is in as many as
    /// there can be, `email` when the address became another's; [`Conflict::Taken`] `slug` when the slug is taken:
    /// choose another.
    pub async fn activate_for(
        &self,
        owner: UserId,
        link: &TokenHash,
        signup: &SignUp,
        slug: &str,
        currency: Currency,
        origin: &Origin,
    ) -> Result<NewCompany> {
        let company = Founding { tenant: signup.tenant, name: &signup.company, slug, currency };
        for _ in 0..TRIES {
            let founder = self.founder(owner).await?;
            if founder.email != signup.email {
                return Err(Conflict::State("email").into());
            }
            let change = Commit::new().consume(link, self.clock.now()).action(done(signup)?);
            match self.found(change, company, &founder, origin.clone()).await {
                Err(StoreError::Conflict(BESIDE)) => {}
                made => return made.map(|()| NewCompany { tenant: signup.tenant, owner }),
            }
        }
        Err(StoreError::Unavailable("the user changes too often".into()))
    }

    /// Somebody with an account who may make one more company.
    async fn founder(&self, user: UserId) -> Result<User> {
        self.with_room(user).await?.ok_or_else(|| StoreError::corrupt("User", "an account without a profile"))
    }

    async fn found(&self, change: Commit, company: Founding<'_>, owner: &User, origin: Origin) -> Result<()> {
        // The address that the company knows its owner by is theirs still.
        let change = change.action(Action {
            place: Place::Global(EmailLogin::key(&owner.email)),
            what: What::Check { condition: login_of(owner.user) },
            conflict: Conflict::State("email"),
        });
        let change = founded(change, company, owner, self.clock.now())?;
        let change = change.action(Action { conflict: BESIDE, ..one_more(owner)? });
        let origin = Origin { actor: Actor::User { id: owner.user }, ..origin };
        let scope = self.scope_of_new_tenant(company.tenant, origin);
        let event = Event::TenantCreated { owner: owner.user, role: RoleName::OWNER };
        self.of(&scope).commit(change.event(event)?).await.map(drop)
    }
}

impl Tenant<'_> {
    /// Makes a company for somebody who is signed in here. The answer to their request is kept here, in the same
    /// transaction.
    ///
    /// # Errors
    /// As [`Store::activate_for`] but for the link; [`Conflict::Version`] when another invocation took the request over.
    pub async fn create_company(
        &self,
        company: Founding<'_>,
        owner: UserId,
        claim: &Claim,
        answer: &KeptAnswer,
    ) -> Result<()> {
        let store = self.store();
        for _ in 0..TRIES {
            let founder = store.founder(owner).await?;
            let change = Commit::new().action(claim.answered_in(self.id(), answer.clone())?);
            match store.found(change, company, &founder, self.scope.origin().clone()).await {
                Err(StoreError::Conflict(BESIDE)) => {}
                made => return made,
            }
        }
        Err(StoreError::Unavailable("the user changes too often".into()))
    }
}

/// A company and its owner, in the transaction of what they come from.
pub(crate) fn founded(change: Commit, company: Founding<'_>, owner: &User, now: Timestamp) -> Result<Commit> {
    let Founding { tenant, name, slug, currency } = company;
    let membership = Membership { tenant, company: name.into(), mver: 1, since: now };
    let membership = encode("Membership", &membership)?;
    let slug_item = Item::from([("tenant".to_owned(), text(tenant.to_string()))]);
    let slug_key = Key::new(format!("SLUG#{}", model::tenant::normalised_slug(slug)), "SLUG");
    Ok(change
        .action(put(slug_key, slug_item, Condition::absent(), "slug"))
        .action(put(Membership::key(owner.user, tenant), membership, Condition::absent(), "member"))
        .create(&Company {
            tenant,
            name: name.into(),
            slug: slug.into(),
            state: TenantState::Active,
            currency,
            created_at: now,
            plan: "free".into(),
            roles: Vec::new(),
            policy: Policy::default(),
            directory: None,
            owners: 1,
            seats: 1,
            seat_limit: Company::SEATS,
            past_due_since: None,
            sample: false,
        })
        .create(&Member {
            user: owner.user,
            role: RoleName::OWNER,
            active: true,
            email: owner.email.clone(),
            name: owner.name.clone(),
            joined_at: now,
            mver: 1,
            last_seen: None,
            mail_returned: None,
            formerly: Vec::new(),
        })
        .create(&Schedule { tenant, on: false, next_at: now, every_hours: 24 }))
}
