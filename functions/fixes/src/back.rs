//! Who came back since the last check. What is taken as unused because nobody signed in is left alone once somebody did
//! (guard G8, checks.md 1.0.2): looked at in the preview, at the approval, and just before each part is written.

use std::collections::BTreeMap;

use checks::{CheckId, Settings};
use graph::{Directory, Error};
use jiff::civil::Date;
use model::PersonId;
use store::{Action, FixPart};

/// The day each last signed in, of those who ever did; `None` where Microsoft does not tell, or nobody asked.
pub type SignIns = Option<BTreeMap<PersonId, Date>>;

/// Whether a fix takes something because, by its finding, somebody no longer signs in.
pub const fn matters(check: Option<CheckId>, action: Action) -> bool {
    let takes = matches!(action, Action::Remove | Action::Swap | Action::LeaveGroup | Action::BlockSignIn);
    takes && matches!(check, Some(CheckId::L6 | CheckId::L7))
}

/// When people last signed in. Microsoft does not tell without Entra ID P1, or leave to read it.
///
/// # Errors
/// When it cannot be read for another reason.
pub async fn sign_ins(directory: &Directory, people: &[PersonId]) -> Result<SignIns, Error> {
    let mut known = BTreeMap::new();
    // One batch first: what Microsoft does not tell of those is not asked for of the others.
    let (first, others) = people.split_at(people.len().min(FixPart::ITEMS));
    for some in [first, others] {
        for (person, told) in some.iter().zip(directory.sign_ins_now(some).await?) {
            match told {
                Ok(signed_in) => known.extend(signed_in.last().map(|on| (*person, on))),
                // Said where the person is read.
                Err(Error::NotFound(_)) => {}
                Err(Error::LicenceMissing(_) | Error::PermissionMissing(_) | Error::Refused(_)) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(Some(known))
}

/// The day somebody signed in, where that makes them no longer what the check found: inactive, or never active.
pub fn came_back(check: Option<CheckId>, last: Option<Date>, settings: &Settings, today: Date) -> Option<Date> {
    let last = last?;
    let idle = last.duration_until(today).as_hours() / 24;
    let active = match check {
        Some(CheckId::L6) => idle < i64::from(settings.review_after_days),
        Some(CheckId::L7) => true,
        _ => false,
    };
    active.then_some(last)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn who_signed_in_is_back_by_the_rule_of_the_check_that_found_them() {
        let (settings, today) = (Settings::default(), date(2026, 11, 21));
        let back = |check, last| came_back(Some(check), last, &settings, today);
        // Ninety days are inactive, as when it was checked.
        assert_eq!(back(CheckId::L6, Some(date(2026, 8, 23))), None);
        assert_eq!(back(CheckId::L6, Some(date(2026, 8, 24))), Some(date(2026, 8, 24)));
        assert_eq!((back(CheckId::L6, None), back(CheckId::L7, None)), (None, None));
        assert_eq!(back(CheckId::L7, Some(date(2025, 1, 1))), Some(date(2025, 1, 1)), "never is over");
        assert_eq!(back(CheckId::L13, Some(today)), None, "whoever signs in may not use Copilot");
    }

    #[test]
    fn only_what_is_taken_because_nobody_signs_in_asks_who_did() {
        assert!(matters(Some(CheckId::L6), Action::LeaveGroup) && matters(Some(CheckId::L7), Action::BlockSignIn));
        assert!(!matters(Some(CheckId::L6), Action::AllowSignIn) && !matters(Some(CheckId::L14), Action::Remove));
        assert!(!matters(None, Action::RevealReportNames));
    }
}
