//! The companies a person is in, and the way from one to another (F19).

use model::{DirectoryId, RoleName, TenantId, TenantState, UserId};

use crate::{
    Company, Conflict, Member, Membership, Proven, Result, Session, Store, User,
    accounts::Noted,
    addresses::replaced,
    commit::Action,
    db::decode,
    directory::Origin,
    key::{Collection, Key},
    records::TenantRecord,
    sessions::or_over,
};

/// Most companies somebody is in: as many as one read takes, at two items each.
pub const COMPANIES_MOST: usize = 50;

/// Whether somebody with these memberships may get a further one: whatever makes one asks here, and writes
/// [`one_more`] with it (docs/adr/0021).
///
/// # Errors
/// [`Conflict::State`] `companies` when they are in [`COMPANIES_MOST`].
pub(crate) fn room_for_one_more(memberships: &[Membership]) -> Result<()> {
    if memberships.len() < COMPANIES_MOST { Ok(()) } else { Err(Conflict::State("companies").into()) }
}

/// Counts the version of a user up, in the transaction of a membership that they get: of several that are made at one
/// instant each sees those before it. Whoever writes it reads the user first and their memberships then: a membership
/// that is not seen is of a later version.
pub(crate) fn one_more(user: &User) -> Result<Action> {
    replaced(user, user)
}

/// A company somebody is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompanyOf {
    /// Which.
    pub tenant: TenantId,
    /// What it is called.
    pub name: String,
    /// Their role.
    pub role: RoleName,
    /// Where the company is in its life.
    pub state: TenantState,
}

/// A membership, and what its doors are made of, as a sign-in finds it.
#[derive(Debug, Clone)]
pub struct Way {
    /// The membership.
    pub membership: Membership,
    /// The company.
    pub company: Company,
    user: UserId,
    active: bool,
}

impl Way {
    /// Whether it lets its owner in by any way of signing in.
    pub const fn is_open(&self) -> bool {
        self.active && self.company.state.may_read()
    }

    /// Whether it lets its owner in who signed in at Microsoft with an account of `directory`, or without Microsoft
    /// (`None`). The transaction that opens a session asks the same once more.
    pub fn lets_in(&self, directory: Option<DirectoryId>) -> bool {
        self.is_open() && self.company.lets_in(self.user, directory)
    }
}

impl Store {
    /// A user who may get a further membership; `None` when there is no such user.
    ///
    /// # Errors
    /// [`Conflict::State`] `companies` when they are in [`COMPANIES_MOST`].
    pub(crate) async fn with_room(&self, user: UserId) -> Result<Option<User>> {
        // In this order: see `one_more`.
        let profile = self.user_strong(user).await?;
        room_for_one_more(&self.memberships(user).await?)?;
        Ok(profile)
    }

    /// What stands behind a user's memberships, in their order, at most 50, in one round trip. Without any the places of
    /// one that there cannot be are read: who is in no company costs what others do (C3).
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn ways(&self, user: UserId, memberships: &[Membership]) -> Result<Vec<Way>> {
        let memberships = memberships.get(..COMPANIES_MOST).unwrap_or(memberships);
        let mut keys: Vec<Key> = memberships.iter().flat_map(|one| place(user, one.tenant)).collect();
        if keys.is_empty() {
            keys.extend(place(user, TenantId::generate(&self.ids)));
        }
        let items = self.get_many(&keys, true).await?;
        let mut ways = Vec::with_capacity(memberships.len());
        for (membership, pair) in memberships.iter().zip(items.chunks_exact(2)) {
            // Removed, or the company is gone.
            let [Some(member), Some(company)] = pair else { continue };
            let member: Member = decode(Member::KIND, member.clone())?;
            ways.push(Way {
                membership: membership.clone(),
                company: decode(Company::KIND, company.clone())?,
                user,
                active: member.active && member.mver == membership.mver,
            });
        }
        Ok(ways)
    }

    /// The companies a user is an active member of, oldest membership first, at most 50, in two round trips.
    pub async fn companies_of(&self, user: UserId) -> Result<Vec<CompanyOf>> {
        let mut memberships = self.memberships(user).await?;
        memberships.truncate(COMPANIES_MOST);
        if memberships.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<Key> = memberships.iter().flat_map(|one| place(user, one.tenant)).collect();
        let items = self.get_many(&keys, false).await?;
        let mut places = Vec::with_capacity(memberships.len());
        for pair in items.chunks_exact(2) {
            // Removed, or the company is gone: what is left of it is nobody's place.
            let [Some(member), Some(company)] = pair else { continue };
            let member: Member = decode(Member::KIND, member.clone())?;
            let company: Company = decode(Company::KIND, company.clone())?;
            if member.active {
                places.push(CompanyOf {
                    tenant: company.tenant,
                    name: company.name,
                    role: member.role,
                    state: company.state,
                });
            }
        }
        Ok(places)
    }

    /// A user's way to a tenant and that tenant; `None` where they are not a member.
    pub async fn way_to(&self, user: UserId, tenant: TenantId) -> Result<Option<(Membership, Company)>> {
        let company = Key::new(Collection::Root.partition(tenant, None), Company::sort_key(&()));
        let mut found = self.get_many(&[Membership::key(user, tenant), company], true).await?.into_iter();
        let (Some(Some(membership)), Some(Some(company))) = (found.next(), found.next()) else { return Ok(None) };
        Ok(Some((decode("Membership", membership)?, decode(Company::KIND, company)?)))
    }

    /// Opens a session in another tenant on what `session` rests on: the same proof, no younger, and no longer life.
    ///
    /// # Errors
    /// [`crate::Conflict::State`] `member` or `tenant` when that closes the door; [`crate::NotAdmitted::Session`] when
    /// `session` ended meanwhile.
    pub async fn switch(&self, session: &Session, to: &Membership, origin: Origin) -> Result<(String, Session)> {
        let proven = Proven {
            directory: session.directory,
            from: Some(session.session),
            ..Proven::of(session.user, session.amr.clone())
        };
        let times = (session.proven_at, session.absolute_until);
        self.open_session_lasting(times, proven, to, Noted::default(), origin).await.map_err(or_over)
    }
}

/// Where a user's place in a tenant is, and the tenant.
fn place(user: UserId, tenant: TenantId) -> [Key; 2] {
    let root = Collection::Root.partition(tenant, None);
    [Key::new(root.as_str(), Member::sort_key(&user)), Key::new(root, Company::sort_key(&()))]
}
