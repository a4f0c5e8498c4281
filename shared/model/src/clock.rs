//! Time and randomness are passed in, so that a test owns both. `clippy.toml` bans the rest.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

/// A boxed future, so that [`Clock`] can be a trait object.
pub type Sleep<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Where the time comes from. Cheap to clone.
pub trait TimeSource: Send + Sync {
    /// Now, in UTC.
    fn now(&self) -> Timestamp;
    /// Returns after `duration` of this clock's time.
    fn sleep(&self, duration: SignedDuration) -> Sleep<'_>;
}

/// The clock a function was given.
#[derive(Clone)]
pub struct Clock(Arc<dyn TimeSource>);

impl Clock {
    /// A clock on any source of time.
    pub fn new(source: impl TimeSource + 'static) -> Self {
        Self(Arc::new(source))
    }
    /// Now, in UTC.
    pub fn now(&self) -> Timestamp {
        self.0.now()
    }
    /// Today's date in UTC.
    pub fn today(&self) -> Date {
        utc_date(self.now())
    }
    /// Returns after `duration` of this clock's time.
    pub async fn sleep(&self, duration: SignedDuration) {
        self.0.sleep(duration).await;
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// The date of a time, in UTC: what is told, counted and compared by days goes by it.
pub fn utc_date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// Where randomness comes from.
pub trait RandomSource: Send + Sync {
    /// Fills `out` with unpredictable bytes (predictable ones under test).
    fn fill(&self, out: &mut [u8]);
}

/// The source of ids and secrets a function was given.
#[derive(Clone)]
pub struct Ids {
    source: Arc<dyn RandomSource>,
    last_ordered: Arc<Mutex<u128>>,
}

impl Ids {
    /// Ids from any source of randomness.
    pub fn new(source: impl RandomSource + 'static) -> Self {
        Self { source: Arc::new(source), last_ordered: Arc::default() }
    }
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut out = [0; N];
        self.source.fill(&mut out);
        out
    }
    /// 128 random bits: an id that says nothing, not even when it was made.
    pub fn random(&self) -> u128 {
        u128::from_be_bytes(self.bytes())
    }
    /// 48 bits of milliseconds and 80 random bits (the layout of a ULID): sorts by time of making, and within one
    /// millisecond of one process by order of making (the ULID specification's monotonicity).
    pub fn ordered(&self, now: Timestamp) -> u128 {
        let millis = u128::from(now.as_millisecond().unsigned_abs()) & 0xffff_ffff_ffff;
        let mut last = self.last_ordered.lock().unwrap_or_else(PoisonError::into_inner);
        let next = *last + 1;
        *last = if next >> 80 == millis { next } else { (millis << 80) | (self.random() >> 48) };
        *last
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ids")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Highest;
    impl RandomSource for Highest {
        fn fill(&self, out: &mut [u8]) {
            out.fill(0xff);
        }
    }

    #[test]
    fn ids_of_one_millisecond_sort_by_making_and_never_reach_the_next() {
        struct Lowest;
        impl RandomSource for Lowest {
            fn fill(&self, out: &mut [u8]) {
                out.fill(0);
            }
        }
        let now = Timestamp::from_millisecond(1_000).unwrap();
        let ids = Ids::new(Lowest);
        let made: Vec<u128> = (0..3).map(|_| ids.ordered(now)).collect();
        assert!(made.is_sorted() && made[0] < made[1]);
        // Where the random part is full, the next begins anew instead of running into the next millisecond.
        let ids = Ids::new(Highest);
        assert!((0..3).all(|_| ids.ordered(now) >> 80 == 1_000));
    }
}
