//! When somebody was last active, and how good the evidence is.
//!
//! Facts: `lastSignInDateTime` and `lastNonInteractiveSignInDateTime` count failed attempts, so a dormant account that
//! is being guessed at looks alive; `lastSuccessfulSignInDateTime` does not, and is recorded since 1 December 2023
//! only. So the successful date is used where there is one, otherwise the others with less confidence. No sign-in date
//! at all means never, or not since April 2020. The usage reports lag, and say when they were made.

use jiff::{Span, civil::Date};

use crate::{
    facts::{Missing, SignIn, Usage},
    licence::days,
    outcome::{Confidence, Evidence},
};

/// Days a usage report looks back.
const REPORT_PERIOD_DAYS: i32 = 90;
/// A usage report older than this says nothing about today.
const REPORT_MAX_AGE_DAYS: i64 = 14;

pub(crate) const SIGN_INS: &str = "Microsoft sign-in records";
pub(crate) const REPORTS: &str = "Microsoft usage reports";

/// What the sources say of one person's activity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Activity {
    /// When they were last active.
    pub last: Last,
    /// How good the evidence is.
    pub confidence: Confidence,
}

/// When somebody was last active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    /// No source says anything: nobody is called inactive from that.
    Unknown(Missing),
    /// The sources cover all of the time there is, and have nothing.
    Never,
    /// On that day.
    On(Date),
    /// Not on or after that day; before it nothing is known.
    NotSince(Date),
}

/// Reads the sources of one person.
pub(crate) fn activity(sign_in: SignIn, usage: Usage, today: Date) -> Activity {
    let (last, confidence) = match (read_sign_in(sign_in), read_usage(usage, today)) {
        (Some(seen), Report::Fresh { last, .. }) => {
            let confidence = if seen.doubtful { Confidence::Medium } else { Confidence::High };
            (seen.date.max(last).map_or(Last::Never, Last::On), confidence)
        }
        (Some(seen), Report::Stale { last }) => (seen.date.max(last).map_or(Last::Never, Last::On), seen.alone()),
        (Some(seen), Report::None(_)) => (seen.date.map_or(Last::Never, Last::On), seen.alone()),
        (None, Report::Fresh { last: Some(last), .. }) => (Last::On(last), Confidence::Medium),
        (None, Report::Fresh { last: None, refreshed }) => {
            (Last::NotSince(refreshed.saturating_sub(Span::new().days(REPORT_PERIOD_DAYS))), Confidence::Medium)
        }
        (None, Report::Stale { .. }) => (Last::Unknown(Missing::NotCovered), Confidence::Low),
        (None, Report::None(missing)) => (Last::Unknown(missing), Confidence::Low),
    };
    Activity { last, confidence }
}

impl Activity {
    /// Days since the last activity, at least; `None` where nobody can tell or there never was any.
    pub fn idle_days(&self, today: Date) -> Option<i64> {
        match self.last {
            Last::On(date) | Last::NotSince(date) => Some(days(date, today)),
            Last::Never | Last::Unknown(_) => None,
        }
    }
}

/// What the sign-in records say: the day, and whether it may be that of a failed attempt.
#[derive(Clone, Copy)]
struct SignedIn {
    date: Option<Date>,
    /// Only dates that count failed attempts, or failed attempts after the last success.
    doubtful: bool,
    /// Only dates that count failed attempts.
    unproven: bool,
}

impl SignedIn {
    const fn alone(self) -> Confidence {
        if self.unproven { Confidence::Low } else { Confidence::Medium }
    }
}

fn read_sign_in(sign_in: SignIn) -> Option<SignedIn> {
    let SignIn::Known { successful, interactive, non_interactive } = sign_in else { return None };
    let (date, attempt) = (sign_in.last(), interactive.max(non_interactive));
    Some(match successful {
        Some(_) => SignedIn { date, doubtful: attempt > successful, unproven: false },
        None => SignedIn { date, doubtful: attempt.is_some(), unproven: attempt.is_some() },
    })
}

enum Report {
    None(Missing),
    Fresh { last: Option<Date>, refreshed: Date },
    Stale { last: Option<Date> },
}

fn read_usage(usage: Usage, today: Date) -> Report {
    match usage {
        Usage::Unavailable(missing) => Report::None(missing),
        Usage::Known { last, refreshed } if days(refreshed, today) > REPORT_MAX_AGE_DAYS => Report::Stale { last },
        Usage::Known { last, refreshed } => Report::Fresh { last, refreshed },
    }
}

/// What was looked at, for the owner.
pub(crate) fn evidence(sign_in: SignIn, usage: Usage) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    if let SignIn::Known { successful, interactive, non_interactive } = sign_in {
        let attempt = interactive.max(non_interactive);
        match (successful, attempt) {
            (Some(date), _) => evidence.push(Evidence::new("Last successful sign-in", date, SIGN_INS, None)),
            (None, Some(date)) => {
                evidence.push(Evidence::new("Last sign-in attempt, perhaps failed", date, SIGN_INS, None));
            }
            (None, None) => evidence.push(Evidence::new("Sign-in", "none recorded since April 2020", SIGN_INS, None)),
        }
        if let (true, Some(attempt)) = (successful.is_some() && attempt > successful, attempt) {
            evidence.push(Evidence::new("Failed sign-in attempt after that", attempt, SIGN_INS, None));
        }
    }
    match usage {
        Usage::Unavailable(Missing::NamesConcealed) => {
            evidence.push(Evidence::new("Activity in Microsoft 365 apps", "names are hidden", REPORTS, None));
        }
        Usage::Unavailable(_) => {}
        Usage::Known { last, refreshed } => {
            let value = last.map_or_else(|| format!("none in {REPORT_PERIOD_DAYS} days"), |date| date.to_string());
            evidence.push(Evidence::new("Last activity in Microsoft 365 apps", value, REPORTS, Some(refreshed)));
        }
    }
    evidence
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::testing::{TODAY, ago, never_signed_in, signed_in};

    const NO_REPORT: Usage = Usage::Unavailable(Missing::Error);

    fn report(last: Option<Date>) -> Usage {
        Usage::Known { last, refreshed: ago(2) }
    }

    #[test]
    fn the_latest_of_both_sources_counts_and_agreement_is_high_confidence() {
        let seen = activity(signed_in(120), report(Some(ago(40))), TODAY);
        assert_eq!((seen.last, seen.confidence), (Last::On(ago(40)), Confidence::High));
    }

    #[test]
    fn a_failed_attempt_after_the_last_success_is_not_activity_and_lowers_confidence() {
        let guessed = SignIn::Known { successful: Some(ago(200)), interactive: Some(ago(1)), non_interactive: None };
        let seen = activity(guessed, report(None), TODAY);
        assert_eq!((seen.last, seen.confidence), (Last::On(ago(200)), Confidence::Medium));
    }

    #[test]
    fn an_attempt_without_any_recorded_success_is_low_confidence_alone() {
        let attempt = SignIn::Known { successful: None, interactive: Some(ago(200)), non_interactive: Some(ago(190)) };
        let seen = activity(attempt, NO_REPORT, TODAY);
        assert_eq!((seen.last, seen.confidence), (Last::On(ago(190)), Confidence::Low));
        assert_eq!(activity(attempt, report(None), TODAY).confidence, Confidence::Medium);
    }

    #[test]
    fn nothing_known_is_unknown_with_the_reason_and_never_needs_a_source() {
        let seen = activity(SignIn::Unavailable, Usage::Unavailable(Missing::NamesConcealed), TODAY);
        assert_eq!(seen.last, Last::Unknown(Missing::NamesConcealed));
        assert_eq!(activity(never_signed_in(), NO_REPORT, TODAY).last, Last::Never);
        assert_eq!(activity(never_signed_in(), report(None), TODAY).confidence, Confidence::High);
    }

    #[test]
    fn an_empty_report_alone_says_not_in_its_period_but_not_never() {
        let seen = activity(SignIn::Unavailable, report(None), TODAY);
        assert_eq!(seen.last, Last::NotSince(ago(92)));
        assert_eq!(seen.idle_days(TODAY), Some(92));
    }

    #[test]
    fn an_old_report_proves_activity_but_not_its_absence() {
        let old = Usage::Known { last: None, refreshed: ago(15) };
        assert_eq!(activity(SignIn::Unavailable, old, TODAY).last, Last::Unknown(Missing::NotCovered));
        let old = Usage::Known { last: Some(ago(20)), refreshed: ago(15) };
        let seen = activity(signed_in(120), old, TODAY);
        assert_eq!((seen.last, seen.confidence), (Last::On(ago(20)), Confidence::Medium));
    }

    #[test]
    fn evidence_says_how_old_a_report_is() {
        let seen = evidence(SignIn::Unavailable, Usage::Known { last: None, refreshed: date(2026, 11, 20) });
        assert_eq!(seen[0].as_of, Some(date(2026, 11, 20)));
    }
}
