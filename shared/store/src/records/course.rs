//! How what could be saved came to be what it is: the days on which it changed, few enough to stand in the summary.

use jiff::{Span, civil::Date};
use serde::{Deserialize, Serialize};

/// Days the first screen looks back.
const LOOK_BACK_DAYS: i32 = 30;
/// Most days kept.
const MOST: usize = 12;

/// The days on which what could be saved changed, oldest first. Until the next of them it stayed as it was, so a scan
/// that finds the same has nothing to write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course(pub Vec<Turning>);

/// A day on which what could be saved changed, as it was at the day's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turning {
    /// The day, in UTC.
    pub day: Date,
    /// What could be saved a month, minor units of the totals' currency.
    pub minor: i64,
    /// Findings open.
    pub findings: u32,
    /// Paid seats nobody had.
    pub unassigned: u32,
}

impl Turning {
    fn differs(&self, other: &Self) -> bool {
        Self { day: other.day, ..*self } != *other
    }
}

impl Course {
    /// With what holds as of a day. Of the days before the look back one stays: it says what held when it begins.
    pub fn with(&self, now: Turning) -> Self {
        let mut days = self.0.clone();
        if days.last().is_some_and(|last| !last.differs(&now)) {
            return Self(days);
        }
        // A day is as its last change left it; taken back, it is none.
        days.pop_if(|last| last.day >= now.day);
        if days.last().is_none_or(|last| last.differs(&now)) {
            days.push(now);
        }
        let begin = now.day.saturating_sub(Span::new().days(LOOK_BACK_DAYS));
        let before = days.iter().filter(|one| one.day <= begin).count();
        days.drain(..before.saturating_sub(1));
        if days.len() > MOST {
            // What held when it begins stays; the oldest days after it go.
            days.drain(1..=days.len() - MOST);
        }
        Self(days)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const BEGIN: Date = date(2026, 11, 1);

    fn on(after: i32, minor: i64) -> Turning {
        let day = BEGIN.saturating_add(Span::new().days(after));
        Turning { day, minor, findings: 1, unassigned: 0 }
    }

    fn course(seen: &[(i32, i64)]) -> Vec<(i32, i64)> {
        let course = seen.iter().fold(Course::default(), |course, (after, minor)| course.with(on(*after, *minor)));
        course.0.iter().map(|one| ((one.day - BEGIN).get_days(), one.minor)).collect()
    }

    #[test]
    fn only_days_on_which_it_changed_are_kept() {
        assert_eq!(course(&[(0, 100), (1, 100), (2, 120), (3, 120)]), [(0, 100), (2, 120)]);
    }

    #[test]
    fn what_is_taken_back_on_the_same_day_was_no_change() {
        assert_eq!(course(&[(0, 100), (2, 120), (2, 130)]), [(0, 100), (2, 130)]);
        assert_eq!(course(&[(0, 100), (2, 120), (2, 100)]), [(0, 100)]);
    }

    #[test]
    fn of_what_is_longer_ago_the_last_stays() {
        assert_eq!(course(&[(0, 100), (5, 110), (20, 120), (40, 130)]), [(5, 110), (20, 120), (40, 130)]);
        assert_eq!(course(&[(0, 100), (5, 110), (90, 130)]), [(5, 110), (90, 130)]);
    }

    #[test]
    fn it_is_short_in_order_and_ends_with_what_holds() {
        for seed in 0..200u64 {
            let (mut after, mut course, mut random) = (0, Course::default(), seed);
            for _ in 0..100 {
                // Knuth's MMIX generator: its high bits are random enough.
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                after += i32::try_from(random >> 62).unwrap();
                let now = on(after, i64::try_from((random >> 40) & 3).unwrap());
                let before = course.clone();
                course = course.with(now);
                assert_eq!(course.with(now), course, "the same again is no change");
                assert_eq!(course.0.last().map(|last| last.minor), Some(now.minor));
                assert!(course.0.len() <= MOST && course.0.is_sorted_by(|a, b| a.day < b.day), "{course:?}");
                // What held a month ago is known where there is anything from so long ago.
                let begin = on(after - LOOK_BACK_DAYS, 0).day;
                let known = |course: &Course| course.0.first().is_some_and(|first| first.day <= begin);
                assert!(!known(&before) || known(&course), "{before:?} {course:?}");
            }
        }
    }
}
