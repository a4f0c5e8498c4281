//! How often signing in may be tried: by address before anything is read, by account while failures follow each other.

use api::Error;
use jiff::{SignedDuration, Timestamp};
use model::event::SignInStage;
use store::{Allowance, Limit, Throttle};

/// Sign-ins and their second steps from one address.
pub const BY_ADDRESS: Limit = Limit { name: "sign-in", count: 30, window: SignedDuration::from_mins(1) };
/// Codes tried for one user who signs in: counted before they are looked at, so that guesses sent at once do not all meet
/// the count of before.
pub const PROOFS: Limit = Limit { name: "proofs", count: 20, window: SignedDuration::from_mins(10) };
/// Codes and passwords tried to confirm an act, likewise. By user, for one session opens others by switching company; of
/// its own, for whoever has a session that is not theirs must not keep its owner from signing in, which confirms as well.
pub const STEP_UPS: Limit = Limit { name: "step-ups", ..PROOFS };
/// What an account's wait is called where it is told.
const BY_ACCOUNT: Limit = Limit { name: "sign-in-account", count: BLOCKED, window: LONGEST };

/// Failures before waiting begins.
const FREE: u32 = 5;
/// The failure that is told to the account's owner; from it on further tries are answered without looking (P-15).
pub const BLOCKED: u32 = 10;
/// Failures in a row after which a trusted device waits as well (NIST SP 800-63B 3.2.2: at most 100).
const MOST: u32 = 100;
/// Longest wait.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// How the failures of an address stand at one try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    failures: u32,
    not_before: i64,
    now: Timestamp,
    trusted: bool,
}

impl Tries {
    /// As they are now; a trusted device does not wait for the failures of others.
    pub const fn of(throttle: &Throttle, now: Timestamp, trusted: bool) -> Self {
        let trusted = trusted && throttle.failures < MOST;
        Self { failures: throttle.failures, not_before: throttle.not_before, now, trusted }
    }

    /// Whether this try is refused whatever it brings.
    pub fn wait(&self) -> bool {
        !self.trusted && self.not_before > self.now.as_second()
    }

    /// Whether it is refused without a look, the same for addresses with an account and without.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub fn admit(&self) -> Result<(), Error> {
        if self.failures < BLOCKED { Ok(()) } else { self.in_time() }
    }

    /// Whether it comes too early: for somebody signed in, whom it may be told.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub fn in_time(&self) -> Result<(), Error> {
        if !self.wait() {
            return Ok(());
        }
        let wait = SignedDuration::from_secs(self.not_before - self.now.as_second());
        Err(Error::limited(Allowance { limit: BY_ACCOUNT, left: None, wait }))
    }

    /// Failures after this one, and before when the next try is refused. One that had to wait does not count.
    pub fn failed(&self) -> (u32, Timestamp) {
        let failures = if self.wait() { self.failures } else { self.failures.saturating_add(1) };
        let from = if self.wait() { self.not_before } else { self.now.as_second() + wait(failures).as_secs() };
        (failures, Timestamp::from_second(from).unwrap_or(self.now))
    }

    /// Whether this failure is the one that the owner is told of.
    pub fn blocks(&self) -> bool {
        !self.wait() && self.failed().0 == BLOCKED
    }
}

/// Logs a refusal, the same for addresses with an account and without: what the alarm on lists of stolen passwords
/// counts (docs/runbooks/credential-stuffing.md). Neither address nor account stands in it.
pub fn log(failures: u32, tries: Tries, step: SignInStage) {
    let counted = !tries.wait();
    tracing::warn!(security = "sign_in_failed", failures, counted, ?step, "a sign-in was refused");
}

/// How long the next try waits after so many failures: nothing up to five, then 2, 4, 8 … seconds.
fn wait(failures: u32) -> SignedDuration {
    match failures.checked_sub(FREE) {
        None | Some(0) => SignedDuration::ZERO,
        Some(over) => SignedDuration::from_secs(1i64 << over.min(10)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_tries_are_free_and_no_wait_is_longer_than_a_quarter_of_an_hour() {
        assert_eq!(wait(5), SignedDuration::ZERO);
        assert_eq!(wait(6), SignedDuration::from_secs(2));
        assert_eq!(wait(u32::MAX), LONGEST);
    }

    #[test]
    fn who_waits_does_not_wait_longer_for_trying_and_the_tenth_failure_is_told_once() {
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let throttle = Throttle { failures: 9, not_before: now.as_second() + 16 };
        let waiting = Tries::of(&throttle, now, false);
        assert_eq!((waiting.failed(), waiting.blocks()), ((9, now + SignedDuration::from_secs(16)), false));
        assert!(waiting.wait() && waiting.admit().is_ok());
        assert_eq!(waiting.in_time().unwrap_err().retry_after, Some(16));
        let trusted = Tries::of(&throttle, now, true);
        assert!(!trusted.wait() && trusted.blocks() && trusted.failed().0 == 10);
        let blocked = Throttle { failures: 10, not_before: now.as_second() + 32 };
        assert_eq!(Tries::of(&blocked, now, false).admit().unwrap_err().retry_after, Some(32));
        assert!(Tries::of(&blocked, now, true).admit().is_ok());
        assert!(Tries::of(&Throttle { failures: 100, ..blocked.clone() }, now, true).wait());
        let after = Tries::of(&blocked, now + SignedDuration::from_secs(32), false);
        assert!(after.admit().is_ok() && !after.blocks() && after.failed().0 == 11);
    }
}
