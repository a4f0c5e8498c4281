//! Accepting an invitation with a work account (C2, C8): the link of the mail proves the mailbox, and Microsoft says
//! who it is. Who has an account here is never found by an address alone, and a link that was passed on to somebody
//! else is no use: the work account that it links is the invited address's or the company's own.

use api::{Code, Error, Result, within};
use graph::{Door, Identity};
use store::{Conflict, Invited, InvitedAccount, Joining, Newcomer, Origin, Store, StoreError, TokenHash};

use crate::{
    entry::{Entry, newcomer},
    limits,
};

/// Tries, when others change at the same moment what it is decided by.
const TRIES: u32 = 6;

/// At whose page of Microsoft's an invitation is accepted, and as whom. Uses nothing up.
pub(crate) async fn door(store: &Store, link: &TokenHash, origin: Origin) -> Result<Door> {
    within(store, limits::INVITATION, link.as_str()).await?;
    let invited = store.invited(link, origin).await?.ok_or_else(not_good)?;
    invited.can_be_accepted().map_err(refused)?;
    let (company, invitation) = (&invited.company.value, &invited.invitation.value);
    let directory = company.directory.filter(|_| company.policy.microsoft_only());
    Ok(Door { directory, address: Some(invitation.email.clone()) })
}

/// Makes who signed in a member: the user whose work account it is, or somebody new with it as their way in.
pub(crate) async fn accept(store: &Store, identity: &Identity, link: &TokenHash, origin: &Origin) -> Result<Entry> {
    for _ in 0..TRIES {
        let invited = store.invited(link, origin.clone()).await?.ok_or_else(not_good)?;
        let account = store.work_account(identity.directory, identity.person).await?;
        // One that was unlinked is nobody's, as where it is linked by hand.
        let user = account.filter(|account| account.linked).map(|account| account.user);
        let newcomer = newcomer(identity, user);
        may_join(&invited, &newcomer)?;
        let own = invited.company.value.directory == Some(identity.directory);
        match store.accept(invited, Joining::WorkAccount(newcomer)).await {
            Ok((user, membership)) => {
                let account = Some(store.account(user).await?);
                return Ok(Entry { user, membership, own, account });
            }
            Err(StoreError::Conflict(Conflict::Version)) => {}
            Err(error) => return Err(refused(error)),
        }
    }
    Err(Error::new(Code::Unavailable, "Others change the team at this moment. Begin again.").retry_after(1))
}

/// Whether the one whose work account it is, or who has none here yet, is whom the invitation is for.
fn may_join(invited: &Invited, newcomer: &Newcomer) -> Result<()> {
    match (&invited.account, newcomer.user) {
        (InvitedAccount::Active(owner) | InvitedAccount::Idle(owner), Some(user)) if *owner == user => Ok(()),
        (_, Some(_)) => {
            let told = "This work account signs in another account than the invited one. Use another work account, or \
                        ask for an invitation to the address of that account.";
            Err(Error::new(Code::WrongAccount, told))
        }
        // Whoever signs in to it links; a link of a mail does not, nor does an address that a directory gave.
        (InvitedAccount::Active(_), None) => Err(account_exists()),
        // No company lets its owner in: the link is what sets a new password for it, too.
        (InvitedAccount::None | InvitedAccount::Idle(_), None) => may_link(invited, newcomer),
    }
}

/// Whether the work account is of whoever the link was sent to: otherwise a company that invites its own address and
/// passes the link on would have somebody else's work account linked to an account that it holds the mailbox of.
fn may_link(invited: &Invited, newcomer: &Newcomer) -> Result<()> {
    let (company, invitation) = (&invited.company.value, &invited.invitation.value);
    let own = company.directory == Some(newcomer.directory);
    if !own && company.policy.microsoft_only() {
        return Err(of_another_directory());
    }
    match &newcomer.email {
        Some(email) if *email == invitation.email => Ok(()),
        Some(_) => {
            let told = "Microsoft says that the address of this work account is not the invited one. Continue with the \
                        work account of the invited address, or ask for an invitation to the address of this one.";
            Err(Error::new(Code::WrongAccount, told))
        }
        // The company knows the people and the guests of its own directory.
        None if own => Ok(()),
        None => {
            let told = "Open the link of the invitation again and accept with a password. Then link this work account \
                        in your account.";
            Err(Error::new(Code::AddressUnverified, told))
        }
    }
}

fn of_another_directory() -> Error {
    let told = "The company signs in with its own Microsoft 365, and this work account is of another. Open the link of \
                the invitation again and continue with an account of the company's, or as its guest.";
    Error::new(Code::MicrosoftOnly, told)
}

fn account_exists() -> Error {
    let told = "Sign in as you usually do and link this work account in your account. Then open the link of the \
                invitation again.";
    Error::new(Code::AccountExists, told)
}

/// A link that was used, taken back, replaced, is too old, or never was: they read alike.
fn not_good() -> Error {
    Error::new(Code::LinkNotGood, "Ask who invited you to send a new one.")
}

fn refused(error: StoreError) -> Error {
    let told = match error.conflict() {
        Some(Conflict::State("token")) => not_good(),
        Some(Conflict::State("tenant")) => {
            Error::new(Code::TenantClosed, "The company takes nobody in now. Ask who invited you.")
        }
        Some(Conflict::State("way in")) => of_another_directory(),
        Some(Conflict::Taken("member")) => Error::new(Code::Taken, "You are a member already. Sign in."),
        Some(Conflict::Taken(_)) => account_exists(),
        _ => return error.into(),
    };
    told.because(error)
}
