//! What a company has decided to leave as it is: for a reason, by somebody, and until a day.
//!
//! An excepted licence stays in its finding, marked with the exception, and counts no money. When the exception ends it
//! counts again by itself, at the next [`crate::settle`].

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use model::{ExceptionId, PersonId, SkuId, UserId};
use serde::{Deserialize, Serialize};

use crate::{catalogue::CheckId, licence::utc_date, outcome::Subject};

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
    /// It covers the days before this one (UTC); without end when `None`.
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
        self.expires_at.is_none_or(|end| today < utc_date(end))
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
