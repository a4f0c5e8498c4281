//! L12: a licence somebody was to get and did not, or has with an error.
//!
//! Rule: an assignment is in `Error` (the licence is not there) or `ActiveWithError` (it is, and something of it failed).
//! The evidence says why, in words of what to do. No money: a licence that is not there takes no seat.
//!
//! Traps: an assignment by a group fails for the person and not for the group; free licence types are left out, as
//! nobody misses them.

use std::collections::BTreeSet;

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, licences, people};
use crate::{
    evaluation::Context,
    facts::AssignmentError,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L12,
    severity: Severity::Medium,
    stake: Stake::Nothing,
    text: Text {
        title: "Licences that could not be assigned",
        why_it_matters: "These people were to get a licence and do not have it, or only a part of it. They may miss mail \
                         or apps you think they have.",
        what_changes: "Once the cause is mended, Microsoft is asked to work out their licences again.",
        what_people_notice: "They get what the licence gives, usually within a few minutes.",
        undo: "There is nothing to undo: Microsoft works out the same assignment again.",
        technical_detail: "licenseAssignmentStates.state is Error or ActiveWithError. After the cause is mended, \
                           reprocessLicenseAssignment makes Entra work it out again.",
    },
    steps: &[
        "Look at the reason beside each person, and mend it: free or buy a licence, set the person's country, or take \
         back the licence that conflicts.",
        "Then have Microsoft work out their licences again: in the Microsoft Entra admin centre open the person, choose \
         Licenses, then Reprocess. Where you allow it, Steward does it for you.",
        "Check again here: whoever has the licence now is gone from the list.",
    ],
    rule: Rule::Person { judge, headline, held_back: "Held back", remedy: Remedy::Reprocess, activity: false },
};

fn headline(count: u32, seats: u32) -> String {
    let verb = if count == 1 { "has" } else { "have" };
    format!("{} {verb} {} that could not be assigned", people(count), licences(seats))
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let person = candidate.person;
    if person.failed.is_empty() && candidate.in_error.is_empty() {
        return Verdict::Clear;
    }
    let partly = candidate.in_error.iter().filter_map(|(license, _)| Some((license.sku, license.error?)));
    let failed = person.failed.iter().map(|failed| (failed.sku, failed.error));
    let missed = |sku| context.licences.get(&sku).is_some_and(|licence| licence.is_paid());
    let errors: BTreeSet<_> = partly.chain(failed).filter(|(sku, _)| missed(*sku)).collect();
    if errors.is_empty() {
        return Verdict::Clear;
    }
    let line = |(sku, error): &(model::SkuId, AssignmentError)| {
        let name = context.licences.get(sku).map_or_else(|| sku.to_string(), |licence| licence.name());
        Evidence::new(&name, reason(*error), "Microsoft directory", Some(context.today))
    };
    let skus: BTreeSet<_> = errors.iter().map(|(sku, _)| *sku).collect();
    Verdict::Found(Conclusion {
        certainty: Certainty::Certain,
        confidence: Confidence::High,
        advice: Advice::Keep,
        licences: skus.into_iter().map(Claim::from).collect(),
        evidence: errors.iter().map(line).collect(),
        from_activity: false,
    })
}

/// Why, and what mends it.
const fn reason(error: AssignmentError) -> &'static str {
    match error {
        AssignmentError::CountViolation => "no licence of this type was free: free or buy one",
        AssignmentError::MutuallyExclusiveViolation => {
            "another licence of theirs cannot stand beside it: take that one back"
        }
        AssignmentError::DependencyViolation => "it needs another licence they do not have: give them that first",
        AssignmentError::ProhibitedInUsageLocationViolation => {
            "it is not sold in their country, or no country is set: set it in the directory"
        }
        AssignmentError::UniquenessViolation => "somebody else has the same mail address: give them another",
        AssignmentError::Other => "Microsoft names no reason it has words for: look at the person in the admin centre",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{FailedLicense, Person},
        outcome::UndoClass,
        testing::*,
    };

    fn failed(sku: &str, error: AssignmentError) -> FailedLicense {
        FailedLicense { sku: sku_id(sku), group: None, error }
    }

    fn run(person: Person) -> Outcome {
        evaluate(full(), &[(person, idle_report(), None)])
    }

    #[test]
    fn somebody_without_any_licence_is_found_by_the_one_that_failed() {
        let group = "00000000-0000-0000-0000-0000000000aa".parse().ok();
        let by_group = FailedLicense { group, ..failed(STANDARD, AssignmentError::CountViolation) };
        let direct = failed(STANDARD, AssignmentError::CountViolation);
        let outcome = run(Person { failed: vec![by_group, direct], ..person(1, &[]) });
        let finding = outcome.of(CheckId::L12).expect("a finding");
        assert_eq!((finding.seats, finding.remedy, finding.undo), (1, Remedy::Reprocess, UndoClass::No));
        let license = &finding.affected[0].skus[0];
        assert_eq!((license.direct, license.groups.len(), license.monthly), (true, 1, None));
        assert!(finding.affected[0].evidence[0].value.contains("free or buy"));
        assert_eq!((outcome.totals.licensed_people, outcome.totals.monthly.amount_minor), (0, 0));
    }

    #[test]
    fn a_licence_that_is_there_with_an_error_is_found_too() {
        let mut one = person(1, &[STANDARD]);
        one.licenses[0].error = Some(AssignmentError::MutuallyExclusiveViolation);
        assert_eq!(run(one).of(CheckId::L12).map(|finding| finding.affected.len()), Some(1));
    }

    #[test]
    fn every_reason_says_what_to_do_and_free_types_are_nobodys_loss() {
        use AssignmentError::{
            CountViolation, DependencyViolation, MutuallyExclusiveViolation, Other, ProhibitedInUsageLocationViolation,
            UniquenessViolation,
        };
        let all = [
            CountViolation, DependencyViolation, MutuallyExclusiveViolation, Other, ProhibitedInUsageLocationViolation,
            UniquenessViolation,
        ];
        let told: BTreeSet<&str> = all.iter().map(|error| reason(*error)).collect();
        assert_eq!(told.len(), all.len());
        assert!(told.iter().all(|text| text.contains(": ")));
        let free = "f30db892-07e9-47e9-837c-80727f46fd3d";
        let one = Person { failed: vec![failed(free, Other)], ..person(1, &[]) };
        let outcome = evaluate(directory(vec![sku(free, 10_000, 1)]), &[(one, idle_report(), None)]);
        assert!(outcome.findings.is_empty());
        assert!(run(person(1, &[STANDARD])).of(CheckId::L12).is_none());
    }
}
