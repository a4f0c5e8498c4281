//! L16: a telephone line in Teams that nobody calls with.
//!
//! Rule: Teams Phone held for more than 90 days, and not one call of any kind in 90 days. To be looked at: whether the
//! line has a number is not in Microsoft Graph v1.0, and calls that only come in to a queue may be answered elsewhere.
//!
//! Traps: the report counts calls between people too, so a person with calls may still not need a line; a line kept for
//! alarms or lifts is silent by design.

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, licences, people};
use crate::{
    evaluation::Context,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    products::named::TEAMS_PHONE,
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L16,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Telephone lines nobody calls with",
        why_it_matters: "A line in Teams is paid for every month, also when its owner only uses a mobile phone.",
        what_changes: "The licence for the line is taken back. Move the telephone number to somebody else first if you \
                       want to keep it.",
        what_people_notice: "They can no longer be called on that number. Calls and meetings between people in Teams go \
                             on.",
        undo: "You can give the licence back; the number has to be assigned again.",
        technical_detail: "Call Count is 0 in getTeamsUserActivityUserDetail(D90) and the licence MCOEV is older than \
                           90 days. Assigned numbers cannot be read in Microsoft Graph v1.0, so this is to be looked \
                           at.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "People whose line is younger than 90 days, left alone for now",
        remedy: Remedy::RemoveLicences,
        activity: false,
    },
};

/// A licence is left alone for so long.
const HELD_DAYS: i64 = 90;

const REPORT: &str = "Microsoft report of Teams use";

fn headline(count: u32, seats: u32) -> String {
    match count {
        1 => "1 person has a telephone line and made no call in 90 days".into(),
        _ => format!("{} made no call in 90 days: {} for telephone lines", people(count), licences(seats)),
    }
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    if !candidate.is_at_work() || !candidate.paid().any(|(license, _)| license.sku == TEAMS_PHONE) {
        return Verdict::Clear;
    }
    let teams = match candidate.footprint.teams {
        Ok(teams) if teams.calls > 0 => return Verdict::Clear,
        Ok(teams) => teams,
        Err(missing) => return Verdict::CannotTell(missing),
    };
    if !candidate.held_for(HELD_DAYS, context.today).any(|(license, _)| license.sku == TEAMS_PHONE) {
        return Verdict::HeldBack;
    }
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: Confidence::Medium,
        advice: Advice::Review,
        licences: vec![Claim::from(TEAMS_PHONE)],
        evidence: vec![Evidence::new("Calls in 90 days", "none", REPORT, Some(teams.as_of))],
        from_activity: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{License, Missing, Person},
        footprint::{Footprint, Teams},
        testing::*,
    };

    const PHONE: &str = "e43b5b99-8dfb-405f-9987-dc307f34bcbd";

    fn run(held_days: i32, teams: Result<Teams, Missing>) -> Outcome {
        let phone = License { changed: Some(ago(held_days)), ..license(PHONE) };
        let person = Person { licenses: vec![license(STANDARD), phone], ..person(1, &[]) };
        let mut directory = full();
        directory.skus.push(sku(PHONE, 5, 5));
        evaluate_one(directory, &person, &Footprint { teams, ..busy() })
    }

    fn calls(calls: u32) -> Result<Teams, Missing> {
        Ok(Teams { as_of: ago(2), calls, meetings: 9 })
    }

    #[test]
    fn a_silent_line_is_to_be_looked_at_and_the_suite_stays() {
        let outcome = run(91, calls(0));
        let finding = outcome.of(CheckId::L16).expect("a finding");
        assert_eq!((finding.seats, outcome.totals.likely_monthly.amount_minor), (1, 1000));
        assert_eq!(finding.affected[0].advice, Advice::Review);
    }

    #[test]
    fn one_call_or_a_young_line_is_left_alone() {
        assert!(run(91, calls(1)).of(CheckId::L16).is_none());
        assert!(run(90, calls(0)).of(CheckId::L16).is_none());
    }

    #[test]
    fn without_the_report_nothing_is_said() {
        let outcome = run(200, Err(Missing::NamesConcealed));
        assert!(outcome.of(CheckId::L16).is_none());
        assert!(outcome.not_evaluated.iter().any(|note| note.check == CheckId::L16));
    }
}
