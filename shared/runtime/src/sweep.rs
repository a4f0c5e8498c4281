//! Sweeps: what functions by the clock find due is done here, one after the other.

use std::fmt::{Debug, Display};

use jiff::SignedDuration;
use model::{Clock, TenantId};

use crate::{Deadline, Failure};

/// Time kept to end in order.
const MARGIN: SignedDuration = SignedDuration::from_secs(5);

/// Does what is due, `doing` in words, until all is done or the time is up: the next firing takes the rest. One
/// tenant's trouble is not the others': it is logged, and they have their turn.
///
/// # Errors
/// When something failed, once the others had their turn.
pub async fn each_due<T, E, F>(
    clock: &Clock,
    deadline: Deadline,
    doing: &'static str,
    due: Vec<T>,
    tenant: impl Fn(&T) -> TenantId,
    act: impl Fn(T) -> F,
) -> Result<(), Failure>
where
    T: Clone + Debug,
    E: Display,
    F: Future<Output = Result<(), E>>,
{
    let mut failed = 0u32;
    for one in due {
        if deadline.left(clock) < MARGIN {
            break;
        }
        if let Err(error) = act(one.clone()).await {
            failed += 1;
            tracing::error!(tenant = %tenant(&one), due = ?one, %error, "{doing}");
        }
    }
    if failed > 0 { Err(format!("{doing}: {failed} failed").into()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::{
        future::ready,
        sync::{
            Mutex, PoisonError,
            atomic::{AtomicI64, Ordering},
        },
    };

    use jiff::Timestamp;
    use model::clock::{Sleep, TimeSource};

    use super::*;

    /// Ten seconds go by between one look and the next.
    struct Hurried(AtomicI64);

    impl TimeSource for Hurried {
        fn now(&self) -> Timestamp {
            Timestamp::UNIX_EPOCH + SignedDuration::from_secs(self.0.fetch_add(10, Ordering::Relaxed))
        }
        fn sleep(&self, _: SignedDuration) -> Sleep<'_> {
            Box::pin(ready(()))
        }
    }

    /// What is done of four that are due in so many seconds, where the second fails; and what is told of it.
    async fn done_in(seconds: i64) -> (Vec<u8>, Option<String>) {
        let clock = Clock::new(Hurried(AtomicI64::new(0)));
        let deadline = Deadline(Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds));
        let done = Mutex::new(Vec::new());
        let act = |one: u8| {
            let failed = one == 2;
            if !failed {
                done.lock().unwrap_or_else(PoisonError::into_inner).push(one);
            }
            ready(if failed { Err("refused") } else { Ok(()) })
        };
        let tenant = |_: &u8| TenantId::from_bits(1);
        let told = each_due(&clock, deadline, "telling", vec![1, 2, 3, 4], tenant, act).await;
        let told = told.err().map(|error| error.to_string());
        (done.into_inner().unwrap_or_else(PoisonError::into_inner), told)
    }

    #[tokio::test]
    async fn ones_trouble_is_not_the_others_and_what_there_is_no_time_for_is_left() {
        let trouble = Some("telling: 1 failed".to_owned());
        assert_eq!(done_in(3600).await, (vec![1, 3, 4], trouble.clone()));
        // Looked at after 0, 10, 20 and 30 seconds: less than five before the end nothing is begun.
        assert_eq!(done_in(25).await, (vec![1, 3], trouble));
        assert_eq!(done_in(14).await, (vec![1], None));
        assert_eq!(done_in(4).await, (Vec::new(), None));
    }
}
