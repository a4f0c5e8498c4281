//! A date in two bytes: a directory of 100,000 people holds a million of them.

use std::num::NonZeroU16;

use jiff::{Timestamp, ToSpan, civil::Date};

/// A day from 2000-01-02 to 2179-06-06.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day(NonZeroU16);

const EPOCH: Date = jiff::civil::date(2000, 1, 1);

impl Day {
    /// The first day there is.
    pub const FIRST: Self = Self(NonZeroU16::MIN);
    /// The day of `date`; `None` outside of the range.
    pub fn of(date: Date) -> Option<Self> {
        let days = (date - EPOCH).get_days();
        u16::try_from(days).ok().and_then(NonZeroU16::new).map(Self)
    }
    /// The UTC day of `time`.
    pub fn at(time: Timestamp) -> Option<Self> {
        Self::of(model::utc_date(time))
    }
    /// `days` earlier, no earlier than the first day there is.
    pub fn before(self, days: u16) -> Self {
        Self(NonZeroU16::new(self.0.get().saturating_sub(days)).unwrap_or(NonZeroU16::MIN))
    }
    /// `days` later.
    pub fn after(self, days: u16) -> Self {
        Self(self.0.saturating_add(days))
    }
    /// Days from `self` to `later`; negative when it is earlier.
    pub fn until(self, later: Self) -> i32 {
        i32::from(later.0.get()) - i32::from(self.0.get())
    }
    pub fn date(self) -> Date {
        EPOCH.saturating_add(i64::from(self.0.get()).days())
    }
    /// A time on this day, `salt` saying which, as Graph writes it.
    pub fn time(self, salt: u64) -> String {
        let second = salt % 86_400;
        format!("{}T{:02}:{:02}:{:02}Z", self.date(), second / 3600, second / 60 % 60, second % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_back() {
        let date = jiff::civil::date(2026, 11, 21);
        let day = Day::of(date).unwrap();
        assert_eq!(day.date(), date);
        assert_eq!(day.before(21).date(), jiff::civil::date(2026, 10, 31));
        assert_eq!(day.before(30).until(day), 30);
        assert_eq!(day.time(3661), "2026-11-21T01:01:01Z");
        assert!(Day::of(jiff::civil::date(1999, 1, 1)).is_none());
    }
}
