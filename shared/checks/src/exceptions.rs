//! What a company has decided to leave as it is: for a reason, by somebody, and until a day.
//!
//! An excepted licence stays in its finding, marked with the exception, and counts no money. When the exception ends it
//! counts again by itself, at the next [`crate::settle`].

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use model::{ExceptionId, PersonId, SkuId, UserId};
use serde::{Deserialize, Serialize};

use crate::{catalogue::CheckId, outcome::Subject};

/// One decision to leave something as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Which.
    pub id: ExceptionId,
    /// What it is about.
    pub about: About,
    /// Only this person; everybody when `None`.
    pub person: Option<PersonId>,
    /// Only this licence type; all of them when `None`.
    pub sku: Option<SkuId>,
    /// Why, in the words of whoever decided.
    pub reason: String,
    /// Who answers for it.
    pub owner: UserId,
    /// When it ends; without end when `None`. It covers every day (UTC) that begins before: of the last one also what is
    /// left of it, unless it is put away by then.
    pub expires_at: Option<Timestamp>,
}

/// What an exception is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum About {
    /// Everything a check finds.
    Check {
        /// The check.
        check: CheckId,
    },
    /// One finding: what a check says of one subject.
    Finding {
        /// The check.
        check: CheckId,
        /// [`Subject::key`].
        subject: String,
    },
}

impl About {
    /// The check it is about.
    pub const fn check(&self) -> CheckId {
        match self {
            Self::Check { check } | Self::Finding { check, .. } => *check,
        }
    }
}

impl Exception {
    /// Whether it still counts on a day.
    pub fn in_force(&self, today: Date) -> bool {
        self.expires_at.is_none_or(|end| today.at(0, 0, 0, 0) < end.to_zoned(TimeZone::UTC).datetime())
    }
}

/// All exceptions of a company.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exceptions(BTreeMap<(CheckId, Option<PersonId>), Vec<Exception>>);

impl FromIterator<Exception> for Exceptions {
    fn from_iter<I: IntoIterator<Item = Exception>>(all: I) -> Self {
        let mut by_check: BTreeMap<_, Vec<Exception>> = BTreeMap::new();
        for exception in all {
            by_check.entry((exception.about.check(), exception.person)).or_default().push(exception);
        }
        // The oldest first: of several that cover a licence the same one is named every time.
        by_check.values_mut().for_each(|some| some.sort_by_key(|exception| exception.id));
        Self(by_check)
    }
}

impl Exceptions {
    /// The exception in force that covers a licence of a person in a finding, or (without a person and a licence type)
    /// the finding as a whole.
    pub fn covers(
        &self,
        check: CheckId,
        subject: &Subject,
        person: Option<PersonId>,
        sku: Option<SkuId>,
        today: Date,
    ) -> Option<ExceptionId> {
        if self.0.is_empty() {
            return None;
        }
        let covers = |exception: &&Exception| {
            let about = match &exception.about {
                About::Check { .. } => true,
                About::Finding { subject: key, .. } => *key == subject.key(),
            };
            about && exception.sku.is_none_or(|only| sku == Some(only)) && exception.in_force(today)
        };
        let of = |person| self.0.get(&(check, person)).and_then(|some| some.iter().find(covers));
        of(None).or_else(|| of(Some(person?))).map(|exception| exception.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{BASIC, STANDARD, TODAY, person, sku_id};

    fn exception(n: u128) -> Exception {
        Exception {
            id: ExceptionId::from_bits(n),
            about: About::Check { check: CheckId::L6 },
            person: None,
            sku: None,
            reason: "On leave".into(),
            owner: UserId::from_bits(1),
            expires_at: None,
        }
    }

    fn covers(exception: Exception, subject: &Subject, sku: &str) -> bool {
        let all: Exceptions = [exception].into_iter().collect();
        all.covers(CheckId::L6, subject, Some(person(1, &[]).id), Some(sku_id(sku)), TODAY).is_some()
    }

    #[test]
    fn it_covers_the_days_that_begin_before_its_end() {
        let until = |end: &str| Exception { expires_at: Some(end.parse().expect("a time")), ..exception(1) };
        for (end, today) in [
            ("2026-11-22T00:00:00Z", true),
            ("2026-11-21T23:59:59Z", true),
            ("2026-11-21T00:00:01Z", true),
            ("2026-11-21T00:00:00Z", false),
            ("2026-11-20T23:59:59Z", false),
        ] {
            assert_eq!(covers(until(end), &Subject::Directory, BASIC), today, "{end}");
        }
        assert!(covers(exception(1), &Subject::Directory, BASIC), "without an end");
    }

    #[test]
    fn person_licence_type_subject_and_check_narrow_it() {
        let directory = Subject::Directory;
        let own = |n| Exception { person: Some(person(n, &[]).id), ..exception(1) };
        assert!(covers(own(1), &directory, BASIC) && !covers(own(2), &directory, BASIC));
        let of_type = || Exception { sku: Some(sku_id(BASIC)), ..exception(1) };
        assert!(covers(of_type(), &directory, BASIC) && !covers(of_type(), &directory, STANDARD));
        let about = |check, subject: &str| Exception {
            about: About::Finding { check, subject: subject.into() },
            ..exception(1)
        };
        assert!(covers(about(CheckId::L6, "directory"), &directory, BASIC));
        assert!(!covers(about(CheckId::L6, BASIC), &directory, BASIC));
        assert!(!covers(about(CheckId::L7, "directory"), &directory, BASIC));
    }

    #[test]
    fn a_finding_as_a_whole_is_covered_only_by_what_names_nobody_and_the_oldest_is_named() {
        let own = Exception { person: Some(person(1, &[]).id), ..exception(1) };
        let all: Exceptions = [exception(3), own, exception(2)].into_iter().collect();
        assert_eq!(all.covers(CheckId::L6, &Subject::Directory, None, None, TODAY), Some(ExceptionId::from_bits(2)));
        let of_type = Exception { sku: Some(sku_id(BASIC)), ..exception(1) };
        let narrow: Exceptions = [of_type].into_iter().collect();
        assert_eq!(narrow.covers(CheckId::L6, &Subject::Directory, None, None, TODAY), None);
    }
}
