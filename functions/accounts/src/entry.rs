//! Where somebody gets in whom Microsoft signed in (C8): by a work account that is linked, or as a new member of the
//! company that their directory is linked to, as far as its policy goes.

use api::{Code, Error, Result, within};
use graph::Identity;
use identity::normalised;
use model::{DirectoryId, TenantId, UserId};
use store::{Account, Joined, Membership, Newcomer, NoEntry, Origin, Store, Way};

use crate::{limits, sign_in};

/// Tries, when others change at the same moment what it is decided by.
const TRIES: u32 = 6;

/// Who gets in, and where.
pub(crate) struct Entry {
    pub(crate) user: UserId,
    pub(crate) membership: Membership,
    /// Whether the directory is the company's own.
    pub(crate) own: bool,
    /// Their account as read before; `None` for somebody who became a user just now.
    pub(crate) account: Option<Account>,
}

/// What came of one attempt.
enum Attempt {
    In(Box<Entry>),
    Out(NoEntry),
    Changed,
}

/// Finds or makes the membership, in `company` where one is named.
pub(crate) async fn enter(
    store: &Store,
    identity: &Identity,
    company: Option<TenantId>,
    origin: &Origin,
) -> Result<Entry> {
    for _ in 0..TRIES {
        match attempt(store, identity, company, origin).await? {
            Attempt::In(entry) => return Ok(*entry),
            Attempt::Out(why) => return Err(refused(why)),
            Attempt::Changed => {}
        }
    }
    Err(Error::new(Code::Unavailable, "Too many people join at this moment. Begin again.").retry_after(1))
}

async fn attempt(store: &Store, identity: &Identity, company: Option<TenantId>, origin: &Origin) -> Result<Attempt> {
    let account = store.work_account(identity.directory, identity.person).await?;
    if account.as_ref().is_some_and(|account| !account.linked) {
        return Err(Error::new(
            Code::AccountExists,
            "This work account was unlinked. Sign in as you usually do, and link it again in your account.",
        ));
    }
    let user = account.map(|account| account.user);
    let home = store.tenant_of_directory(identity.directory).await?;
    let mut account = None;
    if let Some(user) = user {
        let known = store.account(user).await?;
        let meant = meant(&known.memberships, company, home);
        if !meant.is_empty() {
            let ways = store.ways(user, &meant).await?;
            let keeps_none = |way: &&Way| Some(way.company.tenant) == home && way.company.directory.is_none();
            if let Some(way) = ways.iter().find(keeps_none) {
                store.keep_directory(way.company.tenant, identity.directory).await?;
                return Ok(Attempt::Changed);
            }
            let Way { membership, company, .. } = open(ways, identity.directory)?;
            let own = company.directory == Some(identity.directory);
            return Ok(Attempt::In(Box::new(Entry { user, membership, own, account: Some(known) })));
        }
        account = Some(known);
    }
    let home = match (home, company) {
        (Some(home), Some(named)) if home != named => return Err(refused(NoEntry::InvitationNeeded)),
        (Some(home), _) => home,
        (None, _) if user.is_some() => return Err(refused(NoEntry::InvitationNeeded)),
        (None, _) => {
            return Err(Error::new(
                Code::DirectoryUnknown,
                "No company here is connected to it. Ask whoever runs your Microsoft 365 to connect it, or, if you have \
                 an account, sign in as you usually do and link this work account.",
            ));
        }
    };
    // Who does not say that they are none may be a guest: the optional claim `acct` is asked for in the registration.
    if identity.guest != Some(false) {
        return Err(Error::new(
            Code::GuestAccount,
            "Guests do not get in by themselves. Ask an owner or administrator for an invitation, and accept it with \
             this work account.",
        ));
    }
    let newcomer = newcomer(identity, user);
    if user.is_none()
        && let Some(linkable) = store.linkable(home, &newcomer, origin).await?
    {
        within(store, limits::LINK_OF, &linkable.user().to_string()).await?;
        store.request_link(linkable).await?;
        return Err(Error::new(
            Code::ConfirmByMail,
            "We sent a mail to the address of this work account. Confirm there that it is yours, then sign in with \
             Microsoft again.",
        ));
    }
    Ok(match store.join(home, &newcomer, origin).await? {
        Joined::In { user, membership } => Attempt::In(Box::new(Entry { user, membership, own: true, account })),
        Joined::Out(why) => Attempt::Out(why),
        Joined::Changed => Attempt::Changed,
    })
}

/// The memberships that may be meant: the named company's, or all, first that of the directory, then the oldest.
fn meant(memberships: &[Membership], company: Option<TenantId>, home: Option<TenantId>) -> Vec<Membership> {
    let mut meant = sign_in::meant(memberships, company);
    meant.sort_by_key(|membership| Some(membership.tenant) != home);
    meant
}

/// The first way that lets in who signed in with an account of `directory`. Where none does, the first: its doors say
/// why, but for the one that only another directory opens.
fn open(ways: Vec<Way>, directory: DirectoryId) -> Result<Way> {
    let lets_in = ways.iter().position(|way| way.lets_in(Some(directory)));
    let way = ways.into_iter().nth(lets_in.unwrap_or(0)).ok_or_else(|| refused(NoEntry::InvitationNeeded))?;
    if lets_in.is_none() && way.is_open() {
        let told = "The company signs in with its own Microsoft 365. Begin again with your work account of it.";
        return Err(Error::new(Code::MicrosoftOnly, told));
    }
    Ok(way)
}

/// What is taken over of somebody Microsoft signed in, whose account here is `user`'s where that is known.
pub(crate) fn newcomer(identity: &Identity, user: Option<UserId>) -> Newcomer {
    let email = identity.verified_email.as_deref().and_then(normalised);
    // What a directory calls somebody may be anything; what is no name is shown as the address.
    let name = identity.name.as_deref().and_then(model::text::name);
    Newcomer {
        directory: identity.directory,
        person: identity.person,
        user,
        name: name.or_else(|| email.clone()).unwrap_or_default(),
        email,
        app_roles: identity.app_roles.clone(),
        second_factor: identity.second_factor,
    }
}

fn refused(why: NoEntry) -> Error {
    let (code, told) = match why {
        NoEntry::InvitationNeeded => {
            (Code::NotAMember, "The company invites its members. Ask an owner or administrator for an invitation.")
        }
        NoEntry::NoSeat => {
            (Code::PlanLimitReached, "All places in the team are taken. Ask an owner or administrator to make room.")
        }
        NoEntry::TooManyCompanies => return Error::too_many_companies(),
        NoEntry::AccountExists => (
            Code::AccountExists,
            "Sign in as you usually do, and link your work account in your account. From then on it signs you in.",
        ),
        NoEntry::AddressUnverified => {
            (Code::AddressUnverified, "Ask an owner or administrator of the company for an invitation by mail.")
        }
        NoEntry::Closed => (Code::TenantClosed, "The company takes no new members while its account is closed."),
    };
    Error::new(code, told).because(format!("{why:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_company_named_is_meant_or_else_that_of_the_directory_and_then_the_others() {
        let [a, b, c] = [1, 2, 3].map(TenantId::from_bits);
        let of = |tenants: &[TenantId]| -> Vec<Membership> {
            let of = |tenant: &TenantId| Membership {
                tenant: *tenant,
                company: String::new(),
                mver: 1,
                since: jiff::Timestamp::UNIX_EPOCH,
            };
            tenants.iter().map(of).collect()
        };
        let tried = |company, home| -> Vec<TenantId> {
            meant(&of(&[a, b]), company, home).iter().map(|membership| membership.tenant).collect()
        };
        assert_eq!(tried(None, None), [a, b]);
        assert_eq!(tried(None, Some(b)), [b, a]);
        assert_eq!(tried(None, Some(c)), [a, b], "a member elsewhere does not join by accident");
        assert_eq!(tried(Some(b), Some(a)), [b]);
        assert!(tried(Some(c), Some(c)).is_empty());
        assert!(meant(&[], None, Some(a)).is_empty());
    }
}
