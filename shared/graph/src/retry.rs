//! The one layer that retries (checks.md 4.3). It sleeps only on the caller's clock and never past the deadline.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use model::{Clock, Ids};

use crate::Error;

/// Tries of one call, the first included.
const ATTEMPTS: u32 = 6;
/// Longest wait we choose ourselves.
const BACKOFF_MAX: SignedDuration = SignedDuration::from_secs(60);
/// Longest `Retry-After` we believe.
pub(crate) const RETRY_AFTER_MAX: SignedDuration = SignedDuration::from_hours(1);

/// When a caller must have its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(pub Timestamp);

impl Deadline {
    /// `duration` from now.
    pub fn after(clock: &Clock, duration: SignedDuration) -> Self {
        Self(clock.now().checked_add(duration).unwrap_or(Timestamp::MAX))
    }
    /// Time left; negative when it has passed.
    pub fn remaining(self, clock: &Clock) -> SignedDuration {
        self.0.duration_since(clock.now())
    }
}

/// A failed try and what may be done about it.
pub(crate) struct Fault {
    pub error: Error,
    pub again: Again,
}

pub(crate) enum Again {
    /// Asking again gives the same answer.
    Never,
    /// Later; after the given time where Microsoft said so.
    Later(Option<SignedDuration>),
    /// At once and once only, with another token than this.
    WithFreshToken(String),
}

impl Fault {
    pub fn is_final(error: Error) -> Self {
        Self { error, again: Again::Never }
    }
    pub fn passing(error: Error) -> Self {
        Self { error, again: Again::Later(None) }
    }
}

pub(crate) struct Attempts<'a> {
    clock: &'a Clock,
    ids: &'a Ids,
    deadline: Deadline,
    endpoint: &'static str,
    made: u32,
}

impl<'a> Attempts<'a> {
    pub fn new(clock: &'a Clock, ids: &'a Ids, deadline: Deadline, endpoint: &'static str) -> Self {
        Self { clock, ids, deadline, endpoint, made: 0 }
    }

    /// Returns when the call may be made again.
    ///
    /// # Errors
    /// The fault's own error, or `Throttled` when Microsoft asked for more patience than there is.
    pub async fn wait(&mut self, error: Error, asked: Option<SignedDuration>) -> Result<(), Error> {
        let throttled = matches!(error, Error::Throttled { .. });
        let wait = asked
            .filter(|asked| asked.is_positive())
            .map_or_else(|| backoff(self.made, self.ids), |asked| asked.min(RETRY_AFTER_MAX));
        self.made += 1;
        if self.made >= ATTEMPTS || wait >= self.deadline.remaining(self.clock) {
            return Err(match throttled {
                true => Error::Throttled { endpoint: self.endpoint, retry_after: wait },
                false => error,
            });
        }
        tracing::debug!(endpoint = self.endpoint, attempt = self.made, ?wait, reason = error.reason(), "trying again");
        self.clock.sleep(wait).await;
        Ok(())
    }
}

/// `2^n` seconds and as much again at random, at most a minute.
fn backoff(made: u32, ids: &Ids) -> SignedDuration {
    let base = SignedDuration::from_secs(1 << made.min(6));
    let share = f64::from(u32::from_be_bytes(ids.bytes())) / f64::from(u32::MAX);
    (base + base.mul_f64(share)).min(BACKOFF_MAX)
}

/// `Retry-After` in seconds or as an HTTP date (RFC 9110 10.2.3); `None` where it says nothing usable.
pub(crate) fn retry_after(value: &str, now: Timestamp) -> Option<SignedDuration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<i64>() {
        return Some(SignedDuration::from_secs(seconds));
    }
    // RFC 2822 knows the obsolete zone name GMT, which is the only one HTTP writes.
    let at = rfc2822::DateTimeParser::new().parse_timestamp(value).ok()?;
    Some(at.duration_since(now))
}

#[cfg(test)]
mod tests {
    use model::clock::RandomSource;

    use super::*;

    struct Fixed(u8);
    impl RandomSource for Fixed {
        fn fill(&self, out: &mut [u8]) {
            out.fill(self.0);
        }
    }

    #[test]
    fn backoff_doubles_with_jitter_and_stops_at_a_minute() {
        let (least, most) = (Ids::new(Fixed(0)), Ids::new(Fixed(0xff)));
        for (made, seconds) in [(0, 1), (1, 2), (2, 4), (3, 8), (4, 16)] {
            assert_eq!(backoff(made, &least).as_secs(), seconds);
            assert_eq!(backoff(made, &most).as_secs(), seconds * 2);
        }
        assert_eq!(backoff(40, &most), BACKOFF_MAX);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        assert_eq!(retry_after("17", now), Some(SignedDuration::from_secs(17)));
        assert_eq!(retry_after("-1", now), Some(SignedDuration::from_secs(-1)));
        assert_eq!(retry_after("Sat, 21 Nov 2026 08:00:30 GMT", now), Some(SignedDuration::from_secs(30)));
        assert_eq!(retry_after("soon", now), None);
    }
}
