//! L13: Copilot that nobody asks anything.
//!
//! Rule: a licence for Microsoft 365 Copilot held for more than 30 days, and no activity in any app for 30 days.
//!
//! Traps: the report lags, and an old one proves nothing; somebody absent from the report may be new; what was asked is
//! never read, so little use cannot be told from good use.

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, licences, people};
use crate::{
    evaluation::Context,
    facts::Missing,
    licence::days,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    products::is_copilot,
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L13,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Copilot nobody uses",
        why_it_matters: "Copilot costs more than most suites. Somebody who has not used it for a month will hardly miss \
                         it, and somebody else may want it.",
        what_changes: "The Copilot licence is taken back and can go to the next person who asks for one.",
        what_people_notice: "The Copilot button disappears from their apps. Their files and mails are not touched.",
        undo: "You can give the licence back at any time as long as one is free.",
        technical_detail: "Every Last Activity Date in getMicrosoft365CopilotUsageUserDetail(D30) is empty or more than \
                           30 days before the report, and the licence is older than 30 days. Prompts are not read. A \
                           report older than 14 days says nothing.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "People who got Copilot not long ago, left alone for now",
        remedy: Remedy::RemoveLicences,
        activity: false,
    },
};

/// Days without activity, and days the licence is left alone.
const IDLE_DAYS: i64 = 30;
/// A report older than this says nothing about today.
const REPORT_MAX_AGE_DAYS: i64 = 14;

const REPORT: &str = "Microsoft report of Copilot use";

fn headline(count: u32, seats: u32) -> String {
    match count {
        1 => "1 person has not used Copilot for a month".into(),
        _ => format!("{} have not used Copilot for a month: {}", people(count), licences(seats)),
    }
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let held = candidate.paid().filter(|(license, _)| is_copilot(license.sku));
    let licences: Vec<Claim> = held.map(|(license, _)| license.sku.into()).collect();
    if licences.is_empty() {
        return Verdict::Clear;
    }
    let copilot = match candidate.footprint.copilot {
        Ok(copilot) if days(copilot.as_of, context.today) > REPORT_MAX_AGE_DAYS => {
            return Verdict::CannotTell(Missing::NotCovered);
        }
        Ok(copilot) => copilot,
        Err(missing) => return Verdict::CannotTell(missing),
    };
    if copilot.last.is_some_and(|last| days(last, copilot.as_of) <= IDLE_DAYS) {
        return Verdict::Clear;
    }
    if !candidate.held_for(IDLE_DAYS, context.today).any(|(license, _)| is_copilot(license.sku)) {
        return Verdict::HeldBack;
    }
    let last = copilot.last.map_or_else(|| "none recorded".to_owned(), |last| last.to_string());
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: Confidence::High,
        advice: Advice::Remove,
        licences,
        evidence: vec![Evidence::new("Last use of Copilot", last, REPORT, Some(copilot.as_of))],
        from_activity: true,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;
    use crate::{
        Outcome,
        facts::{License, Person},
        footprint::{Copilot, Footprint},
        testing::*,
    };

    const COPILOT: &str = "639dec6b-bb19-468b-871c-c5c441c4b0cb";

    fn run(held_days: i32, copilot: Result<Copilot, Missing>) -> Outcome {
        let license = License { changed: Some(ago(held_days)), ..license(COPILOT) };
        let person = Person { licenses: vec![license], ..person(1, &[]) };
        let mut directory = full();
        directory.skus.push(sku(COPILOT, 5, 5));
        evaluate_one(directory, &person, &Footprint { copilot, ..busy() })
    }

    fn last(last: Option<Date>) -> Result<Copilot, Missing> {
        Ok(Copilot { as_of: ago(2), last })
    }

    #[test]
    fn a_month_without_use_is_waste_and_thirty_days_are_not() {
        assert!(run(31, last(Some(ago(32)))).of(CheckId::L13).is_none(), "30 days before the report");
        let outcome = run(31, last(Some(ago(33))));
        let finding = outcome.of(CheckId::L13).expect("a finding");
        assert_eq!(finding.saving.as_ref().map(|saving| saving.monthly.amount_minor), Some(3000));
        assert!(run(31, last(None)).of(CheckId::L13).is_some());
    }

    #[test]
    fn a_new_licence_is_left_alone() {
        assert!(run(30, last(None)).of(CheckId::L13).is_none());
    }

    #[test]
    fn an_old_report_and_a_missing_one_say_nothing() {
        for copilot in [Ok(Copilot { as_of: ago(15), last: None }), Err(Missing::NotCovered), Err(Missing::Error)] {
            let outcome = run(200, copilot);
            assert!(outcome.of(CheckId::L13).is_none());
            assert!(outcome.not_evaluated.iter().any(|note| note.check == CheckId::L13 && note.people == 1));
        }
    }

    #[test]
    fn who_has_no_copilot_is_not_asked_about() {
        let outcome = evaluate_one(full(), &person(1, &[STANDARD]), &Footprint::unavailable(Missing::Error));
        assert!(outcome.not_evaluated.iter().all(|note| note.check != CheckId::L13));
    }
}
