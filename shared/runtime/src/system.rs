//! The real clock and the real randomness: the only places that ask the machine for them.

use jiff::{SignedDuration, Timestamp};
use model::clock::{RandomSource, Sleep, TimeSource};

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl TimeSource for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
    #[expect(clippy::disallowed_methods, reason = "this is where sleeping happens")]
    fn sleep(&self, duration: SignedDuration) -> Sleep<'_> {
        Box::pin(tokio::time::sleep(duration.unsigned_abs()))
    }
}

/// The machine's randomness, by aws-lc.
#[derive(Debug, Clone, Copy)]
pub struct SystemRandom;

impl RandomSource for SystemRandom {
    fn fill(&self, out: &mut [u8]) {
        // aws-lc aborts the process rather than give predictable bytes.
        aws_lc_rs::rand::fill(out).expect("the machine has randomness");
    }
}
