//! When a sign-in failed, or confirming an act: the account's other companies hear of it, too. The request tells the
//! first alone, so that it takes the same for an account of one company, of many and of none (S-9). Idempotent by the
//! event's id.

use model::{Event, EventKind, event::SignInStage};
use runtime::{Delivered, Failure, Function};

use crate::Accounts;

const NAME: &str = "accounts-failures-follow";
/// `accounts-failures-follow`.
pub const FUNCTION: Function<Accounts> = Function::event(
    NAME,
    &[EventKind::UserSignInFailed, EventKind::UserSignInBlocked, EventKind::UserSecondFactorFailed],
    |deps, event| Box::pin(failures_follow(deps, event)),
);

async fn failures_follow(deps: Accounts, event: Delivered) -> Result<(), Failure> {
    let recorded = &event.recorded;
    let (user, failures, step) = match recorded.event {
        Event::UserSignInFailed { user, failures, step, repeats: None } => (user, failures, step),
        Event::UserSignInBlocked { user, failures, step } => (user, failures, step),
        Event::UserSecondFactorFailed { user, .. } => (user, 0, SignInStage::SecondFactor),
        // A repetition: told already.
        _ => return Ok(()),
    };
    let told = Event::UserSignInFailed { user, failures, step, repeats: Some(recorded.id) };
    Ok(deps.kernel.store.repeat_elsewhere(NAME, user, recorded, &told).await?)
}
