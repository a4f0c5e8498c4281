//! The life of a tenant (C15).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a tenant is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantState {
    /// Signed up, address not verified, nothing usable.
    Pending,
    /// Being set up.
    Provisioning,
    /// Set-up did not finish.
    Failed,
    /// In use.
    Active,
    /// A payment failed; everything works, a clock runs.
    PastDue,
    /// Reading, billing and export only.
    ReadOnly,
    /// Owner may sign in to pay or export.
    Suspended,
    /// Ended by its owner or by us; data kept until retention ends.
    Cancelled,
    /// Being deleted.
    Purging,
    /// Deleted; a tombstone remains.
    Purged,
}

impl TenantState {
    /// Whether members may read their data.
    pub const fn may_read(self) -> bool {
        matches!(self, Self::Active | Self::PastDue | Self::ReadOnly)
    }
    /// Whether members may change things.
    pub const fn may_write(self) -> bool {
        matches!(self, Self::Active | Self::PastDue)
    }
    /// What it becomes unless somebody pays, and when: counted from the first payment that failed, never from the last
    /// try (C14). `None` where no such day comes.
    pub fn next(self, past_due_since: Timestamp) -> Option<(Self, Timestamp)> {
        let (next, days) = match self {
            Self::PastDue => (Self::ReadOnly, 14),
            Self::ReadOnly => (Self::Suspended, 21),
            Self::Suspended => (Self::Cancelled, 60),
            _ => return None,
        };
        Some((next, past_due_since.checked_add(SignedDuration::from_hours(24 * days)).ok()?))
    }
}

/// Longest slug, in characters (F16).
pub const SLUG_MAX: usize = 56;

/// Whether `slug` is `^[a-z][a-z0-9]*([-_][a-z0-9]+)*$` and at most [`SLUG_MAX`] long (F16).
pub fn is_slug(slug: &str) -> bool {
    slug.len() <= SLUG_MAX
        && slug.starts_with(|c: char| c.is_ascii_lowercase())
        && slug
            .split(['-', '_'])
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

/// The form in which slugs are compared: `a-b` and `a_b` are one (F16).
pub fn normalised_slug(slug: &str) -> String {
    slug.replace('_', "-")
}

/// Slugs nobody may take: they would read as ours (F16).
pub const RESERVED_SLUGS: &[&str] = &[
    "admin", "api", "app", "assets", "auth", "billing", "demo", "dev", "docs", "help", "login", "mail", "ops", "root",
    "security", "staging", "static", "status", "steward", "support", "system", "test", "www",
];

/// A slug from a company's name; `company` where the name has nothing usable in it.
pub fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' => slug.push(c),
            '0'..='9' if !slug.is_empty() => slug.push(c),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
        if slug.len() >= SLUG_MAX - 8 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "company".into() } else { slug.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_name_gives_a_slug(name in ".{0,80}") {
            prop_assert!(is_slug(&slug_of(&name)), "{}", slug_of(&name));
        }
    }

    #[test]
    fn what_is_not_paid_works_less_from_day_to_day() {
        let since: Timestamp = "2026-11-01T09:30:00Z".parse().unwrap();
        let next = |state: TenantState| state.next(since).map(|(next, at)| (next, at.to_string()));
        assert_eq!(next(TenantState::PastDue), Some((TenantState::ReadOnly, "2026-11-15T09:30:00Z".into())));
        assert_eq!(next(TenantState::ReadOnly), Some((TenantState::Suspended, "2026-11-22T09:30:00Z".into())));
        assert_eq!(next(TenantState::Suspended), Some((TenantState::Cancelled, "2026-12-31T09:30:00Z".into())));
        assert_eq!((next(TenantState::Active), next(TenantState::Cancelled)), (None, None));
        assert_eq!(TenantState::PastDue.next(Timestamp::MAX), None);
    }

    #[test]
    fn slugs_follow_the_pattern() {
        for good in ["a", "acme", "acme-2", "a_b-c9"] {
            assert!(is_slug(good), "{good}");
        }
        for bad in ["", "A", "9a", "-a", "a-", "a--b", "a b", "ä"] {
            assert!(!is_slug(bad), "{bad}");
        }
    }
}
