//! The ways in that are left when one is given up: nobody gives up their last (C5, C8).

use api::{Code, Error, Result};
use identity::{Person, can};
use store::{Store, WayIn, WorkAccount};

/// A way to sign in that a person has: a password or a passkey where their company lets in with one, or one of the work
/// `accounts`. Who gets in when Microsoft does not work needs one that is not Microsoft's. `factors` is the version of
/// factors that hold a passkey.
///
/// # Errors
/// [`Code::LastWayIn`] when there is none.
pub async fn left(
    store: &Store,
    person: &Person<can::ChangeOneself>,
    accounts: &[WorkAccount],
    factors: Option<u64>,
) -> Result<WayIn> {
    let (policy, user) = (person.policy(), person.user());
    // Where Microsoft alone lets in, only the company's own does.
    let gets_in = |account: &&WorkAccount| {
        policy.lets_in_without_microsoft(user) || person.directory() == Some(account.directory)
    };
    if let Some(account) = accounts.iter().find(gets_in).filter(|_| !policy.counts_on(user)) {
        return Ok(WayIn::WorkAccount(account.directory));
    }
    if policy.lets_in_without_microsoft(user) {
        if let Some((email, login)) = store.login_of(user).await?.filter(|(_, login)| login.password_hash.is_some()) {
            return Ok(WayIn::Password { email, epoch: login.epoch });
        }
        if let Some(version) = factors {
            return Ok(WayIn::Passkey { version });
        }
    }
    Err(last())
}

/// The refusal to give up the last way in.
pub fn last() -> Error {
    Error::new(Code::LastWayIn, "Set a password, add a passkey or link another work account first.")
}
