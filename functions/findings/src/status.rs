//! How somebody uses what they have, in a word, and where the word is from (ux.md 1.3).
//!
//! Where a check has spoken, its finding decides: what is kept of sign-ins is rounded to four weeks and can only say
//! that somebody was there, never how long ago to the day.

use checks::{
    facts::SignIn,
    outcome::Evidence,
    people::{BLOCK, Row},
};
use jiff::{Span, civil::Date};
use model::FindingId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How somebody uses what they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonStatus {
    /// They use it.
    Active,
    /// They have not for a long time.
    NotUsed,
    /// They never did.
    NeverUsed,
    /// Their account is blocked.
    Left,
    /// Not a person: a mailbox that several use, a room or a device.
    SharedMailbox,
    /// A guest from another company.
    Guest,
    /// Steward cannot tell.
    Unknown,
}

impl PersonStatus {
    /// As people read it; `days` is from when on a licence counts as not used.
    pub fn words(self, days: u16) -> String {
        match self {
            Self::Active => "Active".into(),
            Self::NotUsed => format!("Not used for {days} days"),
            Self::NeverUsed => "Never used".into(),
            Self::Left => "Left (blocked)".into(),
            Self::SharedMailbox => "Shared mailbox".into(),
            Self::Guest => "Guest".into(),
            Self::Unknown => "Unknown".into(),
        }
    }
}

/// A day that is known to four weeks: it was one of these days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct About {
    /// The first it can have been.
    #[schema(value_type = String, format = "date")]
    pub earliest: Date,
    /// The last it can have been.
    #[schema(value_type = String, format = "date")]
    pub latest: Date,
}

/// What a check said of somebody.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The word it comes to.
    pub status: PersonStatus,
    /// The finding.
    pub finding: FindingId,
    /// What it is concluded from.
    pub evidence: Option<Evidence>,
}

/// By what somebody without a finding is judged.
#[derive(Debug, Clone, Copy)]
pub struct Yardstick {
    /// The day.
    pub today: Date,
    /// Days without activity after which a licence counts as not used.
    pub days: u16,
    /// Whether the check of unused licences could look at everybody: then, who has a licence and is not in its finding
    /// was seen at work.
    pub all_looked_at: bool,
}

/// A status with where it is from.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// The word.
    pub status: PersonStatus,
    /// What it is concluded from.
    pub evidence: Evidence,
    /// The finding that says so, where one does.
    pub finding: Option<FindingId>,
}

/// The last sign-in that is known of somebody. A successful one tells more than a date that counts failed attempts
/// (checks.md 1.0.2).
pub fn last_sign_in(sign_in: SignIn, today: Date) -> Option<About> {
    let SignIn::Known { successful, interactive, non_interactive } = sign_in else { return None };
    let earliest = successful.or(interactive.max(non_interactive))?;
    let latest = earliest.saturating_add(Span::new().days(BLOCK - 1)).min(today);
    Some(About { earliest, latest })
}

/// How somebody uses what they have.
pub fn standing(row: &Row, judged: Option<&Judged>, by: &Yardstick) -> Standing {
    let person = &row.person;
    let of = |status, what: &str, value: String, source: &str| Standing {
        status,
        evidence: Evidence { what: what.into(), value, source: source.into(), as_of: None },
        finding: judged.map(|judged| judged.finding),
    };
    const DIRECTORY: &str = "Your Microsoft 365 directory";
    const CHECKS: &str = "The last check of sign-ins and usage reports";
    if person.purpose.is_some_and(|purpose| !purpose.is_person()) {
        return of(PersonStatus::SharedMailbox, "Mailbox", "not one person's own".into(), "Mailbox settings");
    }
    if person.enabled == Some(false) {
        let since = row.disabled_since.map_or_else(String::new, |since| format!(", first seen so on {since}"));
        return of(PersonStatus::Left, "Account", format!("blocked{since}"), DIRECTORY);
    }
    if person.guest {
        return of(PersonStatus::Guest, "Account", "guest".into(), DIRECTORY);
    }
    if let Some(judged) = judged {
        let told = of(judged.status, "Check", "listed in a finding".into(), CHECKS);
        return Standing { evidence: judged.evidence.clone().unwrap_or_else(|| told.evidence.clone()), ..told };
    }
    let days_since = |day: Date| i64::from((by.today - day).get_days());
    match last_sign_in(person.sign_in, by.today) {
        Some(About { earliest, latest }) => {
            let value = format!("between {earliest} and {latest}");
            let status = if days_since(earliest) <= i64::from(by.days) {
                PersonStatus::Active
            } else if person.licenses.is_empty() && days_since(latest) > i64::from(by.days) {
                // No check speaks of who has nothing to give back.
                PersonStatus::NotUsed
            } else if by.all_looked_at && days_since(latest) <= i64::from(by.days) {
                PersonStatus::Active
            } else {
                // A report may have seen them later, or a setting keeps the check away from them.
                PersonStatus::Unknown
            };
            of(status, "Last sign-in", value, DIRECTORY)
        }
        None if matches!(person.sign_in, SignIn::Unavailable) && by.all_looked_at && !person.licenses.is_empty() => {
            of(PersonStatus::Active, "Use", format!("within the last {} days", by.days), CHECKS)
        }
        None => of(PersonStatus::Unknown, "Last sign-in", "not known".into(), DIRECTORY),
    }
}

#[cfg(test)]
mod tests {
    use checks::facts::{License, Person};
    use jiff::civil::date;
    use model::{PersonId, SkuId};
    use uuid::Uuid;

    use super::*;

    const TODAY: Date = date(2026, 11, 21);
    const BY: Yardstick = Yardstick { today: TODAY, days: 90, all_looked_at: true };

    fn row(change: impl FnOnce(&mut Person)) -> Row {
        let license = License {
            sku: SkuId(Uuid::from_u128(1)),
            disabled_plans: Vec::new(),
            direct: true,
            groups: Vec::new(),
            error: None,
            changed: None,
        };
        let mut person = Person {
            id: PersonId(Uuid::from_u128(7)),
            upn: "anna@northwind.example".into(),
            name: "Anna".into(),
            enabled: Some(true),
            guest: false,
            created: None,
            department: None,
            synced: false,
            purpose: None,
            licenses: vec![license],
            failed: Vec::new(),
            sign_in: SignIn::Unavailable,
        };
        change(&mut person);
        Row { person, disabled_since: None }
    }

    fn seen(on: Date) -> SignIn {
        SignIn::Known { successful: Some(on), interactive: None, non_interactive: None }
    }

    fn word(row: &Row) -> PersonStatus {
        standing(row, None, &BY).status
    }

    #[test]
    fn the_account_itself_says_the_most() {
        assert_eq!(word(&row(|p| p.enabled = Some(false))), PersonStatus::Left);
        assert_eq!(word(&row(|p| p.guest = true)), PersonStatus::Guest);
        // A shared mailbox has a blocked account by design.
        let shared = row(|p| (p.purpose, p.enabled) = (Some(checks::facts::MailboxPurpose::Shared), Some(false)));
        assert_eq!(word(&shared), PersonStatus::SharedMailbox);
    }

    #[test]
    fn a_finding_decides_whatever_the_rounded_date_looks_like() {
        // Kept as 89 days ago, which rounding made of a day that the check saw differently.
        let near = row(|p| p.sign_in = seen(TODAY.saturating_sub(Span::new().days(89))));
        let judged = Judged { status: PersonStatus::NotUsed, finding: FindingId::from_bits(1), evidence: None };
        let told = standing(&near, Some(&judged), &BY);
        assert_eq!((told.status, told.finding), (PersonStatus::NotUsed, Some(judged.finding)));
    }

    #[test]
    fn without_a_finding_nobody_with_a_licence_is_called_unused() {
        for days in 0..=400 {
            let sign_in = seen(TODAY.saturating_sub(Span::new().days(days)));
            let status = word(&row(|p| p.sign_in = sign_in));
            assert_ne!(status, PersonStatus::NotUsed, "{days} days");
            // Only where every day it can have been is within the limit, or the check would have said so.
            assert_eq!(status == PersonStatus::Active, days < 90 + BLOCK, "{days} days");
        }
    }

    #[test]
    fn without_a_licence_the_date_alone_speaks_and_only_when_it_is_sure() {
        let of = |days: i32| {
            word(&row(|p| (p.licenses, p.sign_in) = (Vec::new(), seen(TODAY.saturating_sub(Span::new().days(days))))))
        };
        assert_eq!((of(90), of(118)), (PersonStatus::Active, PersonStatus::NotUsed));
    }

    #[test]
    fn what_was_not_looked_at_is_unknown() {
        assert_eq!(word(&row(|_| ())), PersonStatus::Active);
        let blind = Yardstick { all_looked_at: false, ..BY };
        assert_eq!(standing(&row(|_| ()), None, &blind).status, PersonStatus::Unknown);
        let none = SignIn::Known { successful: None, interactive: None, non_interactive: None };
        assert_eq!(word(&row(|p| p.sign_in = none)), PersonStatus::Unknown);
    }

    #[test]
    fn a_rounded_day_is_told_as_the_days_it_can_have_been() {
        let about = last_sign_in(seen(date(2026, 11, 1)), TODAY);
        assert_eq!(about, Some(About { earliest: date(2026, 11, 1), latest: TODAY }));
        assert_eq!(last_sign_in(SignIn::Unavailable, TODAY), None);
    }
}
