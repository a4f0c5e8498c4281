//! L11: the same licence is assigned to a person directly and by a group.
//!
//! Rule: a licence not in error has a direct assignment and one by a group. It takes one seat all the same, so there is
//! no money in it: the direct one blocks taking the licence back by leaving the group. Free licence types are left out.

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, licences, people};
use crate::{
    evaluation::Context,
    outcome::{Advice, Certainty, Confidence, Remedy},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L11,
    severity: Severity::Info,
    stake: Stake::Nothing,
    text: Text {
        title: "Licences assigned twice, directly and by a group",
        why_it_matters: "It costs nothing today. But somebody who leaves the group keeps the licence, and nobody notices \
                         that it is still paid for.",
        what_changes: "The direct assignment is taken back. The group still gives the same licence.",
        what_people_notice: "Nothing. They have the licence through the group without a break.",
        undo: "You can assign the licence directly again at any time.",
        technical_detail: "Two licenseAssignmentStates of one skuId, one with assignedByGroup and one without, neither \
                           in error. Both together consume one unit.",
    },
    steps: &[],
    rule: Rule::Person { judge, headline, held_back: "Held back", remedy: Remedy::RemoveDirect, activity: false },
};

fn headline(count: u32, seats: u32) -> String {
    let verb = if count == 1 { "has" } else { "have" };
    format!("{} {verb} {} both directly and by a group", people(count), licences(seats))
}

fn judge(_: &Context, candidate: &Candidate<'_>) -> Verdict {
    let twice = candidate.paid().filter(|(license, _)| license.direct && !license.groups.is_empty());
    let licences: Vec<Claim> = twice.map(|(license, _)| license.sku.into()).collect();
    if licences.is_empty() {
        return Verdict::Clear;
    }
    Verdict::Found(Conclusion {
        certainty: Certainty::Certain,
        confidence: Confidence::High,
        advice: Advice::Remove,
        licences,
        evidence: vec![],
        from_activity: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{AssignmentError, Person},
        outcome::UndoClass,
        testing::*,
    };

    fn run(change: impl Fn(&mut Person)) -> Outcome {
        let mut one = person(1, &[STANDARD]);
        one.licenses[0].groups = vec!["00000000-0000-0000-0000-0000000000aa".parse().expect("a GUID")];
        change(&mut one);
        evaluate(full(), &[(one, idle_report(), None)])
    }

    #[test]
    fn both_ways_at_once_is_found_and_counts_no_money() {
        let outcome = run(|_| {});
        let finding = outcome.of(CheckId::L11).expect("a finding");
        assert_eq!((finding.seats, finding.remedy, finding.undo), (1, Remedy::RemoveDirect, UndoClass::Reversible));
        assert_eq!((finding.saving.clone(), finding.listed_monthly), (None, None));
        assert_eq!(finding.affected[0].skus[0].monthly, None);
        assert_eq!(outcome.totals.monthly.amount_minor, 0);
        assert!(finding.price_missing.is_empty());
        assert!(finding.guards.iter().all(|guard| guard.lost.is_empty()), "nothing is lost");
    }

    #[test]
    fn one_way_only_and_one_in_error_are_not() {
        assert!(run(|one| one.licenses[0].direct = false).of(CheckId::L11).is_none());
        assert!(run(|one| one.licenses[0].groups.clear()).of(CheckId::L11).is_none());
        assert!(run(|one| one.licenses[0].error = Some(AssignmentError::Other)).of(CheckId::L11).is_none());
    }
}
