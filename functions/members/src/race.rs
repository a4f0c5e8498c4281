//! Changes to what others change too: the company's counts and roles.

use std::future::Future;

use api::{Code, Error, Result};
use store::{Conflict, StoreError};

/// Of so many at once on one company each gets through.
const TURNS: usize = 16;

/// Does `attempt` again, with what is there now, while it loses races for a version. Attempts are numbered from 0.
///
/// # Errors
/// What the attempt is refused with; [`Code::Unavailable`] when it loses too often.
pub async fn settled<T, F>(attempt: impl Fn(usize) -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    for turn in 0..TURNS {
        match attempt(turn).await {
            Err(error) if lost(&error) => {}
            other => return other,
        }
    }
    Err(Error::new(Code::Unavailable, "Others change the team at this moment. Send the request again.").retry_after(1))
}

fn lost(error: &Error) -> bool {
    let cause = error.cause.as_ref().and_then(|cause| cause.downcast_ref::<StoreError>());
    cause.is_some_and(|cause| cause.conflict() == Some(Conflict::Version))
}
