//! A clock that moves when told, and ids that repeat.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use jiff::{SignedDuration, Timestamp};
use model::{
    Clock,
    clock::{RandomSource, Sleep, TimeSource},
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// Time stands still, but for [`ManualClock::advance`] and for sleeping, which takes no time of ours.
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that says `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_microsecond())))
    }
    /// Moves on.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).expect("less than 292,000 years");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
    /// As functions get it.
    pub fn clock(&self) -> Clock {
        Clock::new(self.clone())
    }
}

impl TimeSource for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).expect("a time in range")
    }
    fn sleep(&self, duration: SignedDuration) -> Sleep<'_> {
        Box::pin(async move {
            self.advance(duration.max(SignedDuration::ZERO));
            tokio::task::yield_now().await;
        })
    }
}

/// The same ids for the same seed.
#[derive(Debug)]
pub struct SeededIds(Mutex<ChaCha20Rng>);

impl SeededIds {
    /// Ids of a seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))
    }
}

impl RandomSource for SeededIds {
    fn fill(&self, out: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(out);
    }
}
