//! L9: somebody has two suites, and one contains the other.
//!
//! Rule: the value-bearing plans of a suite that are on for the person are all contained in the person's other suites.
//! It is *certain*. Where a suite adds no more than three plans to the others, and none of mail, files, Office apps and
//! Teams, it is *likely*: somebody has to say whether those are needed.
//!
//! Only suites count as containing: add-ons are L10's, and what it takes is contained in what stays here.
//!
//! Traps: one of the two often comes from a group, left over from a migration; plans turned off so that the other suite
//! provides them are not compared; neither of Business Premium and Microsoft 365 E3 contains the other; a suite without
//! Teams lacks Teams on purpose; a trial ends.

use std::collections::BTreeSet;

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, licences, people};
use crate::{
    containment::{by_price, names, redundant},
    evaluation::Context,
    facts::SkuStatus,
    licence::LicenceType,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    plans::{Content, Feature, feature},
};

/// A suite that adds more plans than this to the others is no duplicate.
const NEARLY: usize = 3;

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L9,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Two licences where one is enough",
        why_it_matters: "Mail, files and Office apps are paid for twice for the same person. It often happens when \
                         people move from one licence to another and the old one stays.",
        what_changes: "The smaller licence is taken back. The larger one stays, with the same mailbox and files.",
        what_people_notice: "Nothing. They keep their mail, files and apps through the other licence.",
        undo: "You can give the licence back at any time, as long as one of its type is free.",
        technical_detail: "Service plans of the suite that are on for the person, without filler and raised by \
                           ladders, are all in the person's other suites (certain), or all but three at most, none of \
                           them mail, files, Office or Teams (likely). Of two that contain each other the cheaper by \
                           list price is named.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "Held back",
        remedy: Remedy::RemoveLicences,
        activity: false,
    },
};

fn headline(count: u32, seats: u32) -> String {
    let verb = if count == 1 { "has" } else { "have" };
    format!("{} {verb} {} that another of their licences replaces", people(count), licences(seats))
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    if candidate.held.iter().filter(|(_, licence)| licence.is_suite()).nth(1).is_none() {
        return Verdict::Clear;
    }
    let licences = redundant(candidate, LicenceType::is_suite, LicenceType::is_suite);
    let (licences, lacking) = match licences.is_empty() {
        true => match nearly(candidate) {
            Some((claim, lacking)) => (vec![claim], lacking),
            None => return Verdict::Clear,
        },
        false => (licences, BTreeSet::new()),
    };
    let mut evidence = Vec::new();
    for claim in &licences {
        let what = format!("{} is contained in", names(context, &[claim.sku]));
        evidence.push(Evidence::new(&what, names(context, &claim.within), "Microsoft licence inventory", None));
        if candidate.held.iter().any(|(license, _)| license.sku == claim.sku && !license.direct) {
            evidence.push(Evidence::new("Assigned by", "a group", "Microsoft directory", None));
        }
    }
    let sure = lacking.is_empty();
    if !sure {
        let words: Vec<&str> = lacking.iter().map(|feature| feature.words()).collect();
        evidence.push(Evidence::new("Except for", words.join(", "), "Microsoft licence inventory", None));
    }
    Verdict::Found(Conclusion {
        certainty: if sure { Certainty::Certain } else { Certainty::Likely },
        confidence: if sure { Confidence::High } else { Confidence::Medium },
        advice: if sure { Advice::Remove } else { Advice::Review },
        licences,
        evidence,
        from_activity: false,
    })
}

/// The cheapest suite that adds next to nothing to the person's other suites, and what it adds.
fn nearly(candidate: &Candidate<'_>) -> Option<(Claim, BTreeSet<Feature>)> {
    let core = [Feature::Mail, Feature::Files, Feature::Office, Feature::Teams];
    let mut suites: Vec<_> = candidate.paid().filter(|(_, licence)| licence.is_suite()).collect();
    suites.sort_by_key(|(license, _)| by_price(license.sku));
    suites.iter().find_map(|(license, licence)| {
        let content = licence.content_of(license);
        let others = suites.iter().filter(|(other, licence)| {
            other.sku != license.sku && licence.sku.status == SkuStatus::Enabled && licence.trial_seats == 0
        });
        let others: Vec<_> = others
            .map(|(other, licence)| (other.sku, licence.rights_of(other)))
            .filter(|(_, other)| content.overlaps(other))
            .collect();
        let contents: Vec<&Content> = others.iter().map(|(_, content)| content.as_ref()).collect();
        let missing: Vec<_> = content.missing_in(&contents).collect();
        // A plan nobody has reviewed may be worth anything.
        let lacking: Option<BTreeSet<Feature>> = missing.iter().map(|plan| feature(*plan)).collect();
        let lacking = lacking.filter(|lacking| lacking.iter().all(|feature| !core.contains(feature)))?;
        let within = others.iter().map(|(sku, _)| *sku).collect();
        (missing.len() <= NEARLY && !others.is_empty() && !lacking.is_empty())
            .then_some((Claim { sku: license.sku, to: None, within }, lacking))
    })
}

#[cfg(test)]
mod tests {
    use model::SkuId;

    use super::*;
    use crate::{
        Directory, Outcome,
        facts::{Person, Subscription},
        testing::*,
    };

    const E1: &str = "18181a46-0d4e-45cd-891e-60aabd171b4e";
    const DEFENDER: &str = "bfc1bbd9-981b-4f71-9b82-17c35fd0e2a4";
    const MAIL_ARCHIVE: &str = "176a09a6-7ec5-4039-ac02-b2791c6ba793";

    fn run(directory: Directory, person: Person) -> Outcome {
        evaluate(directory, &[(person, idle_report(), None)])
    }

    fn named(outcome: &Outcome) -> Vec<SkuId> {
        let finding = outcome.of(CheckId::L9);
        finding.map(|f| f.affected[0].skus.iter().map(|s| s.sku).collect()).unwrap_or_default()
    }

    fn suites(skus: &[(&str, &[&str])]) -> Directory {
        directory(skus.iter().map(|(id, plans)| with_plans(id, plans)).collect())
    }

    #[test]
    fn the_contained_suite_is_named_and_the_other_stays() {
        let outcome = run(full(), person(1, &[BASIC, STANDARD]));
        assert_eq!(named(&outcome), [sku_id(BASIC)]);
        let finding = outcome.of(CheckId::L9).expect("a finding");
        assert_eq!((finding.certainty, finding.remedy), (Certainty::Certain, Remedy::RemoveLicences));
        assert_eq!(finding.affected[0].skus[0].within, [sku_id(STANDARD)]);
        assert_eq!(outcome.totals.certain_monthly.amount_minor, 700);
        assert!(finding.guards.iter().all(|guard| guard.lost.is_empty()));
    }

    #[test]
    fn of_three_all_but_one_are_named_and_of_two_equal_ones_the_cheaper() {
        assert_eq!(named(&run(full(), person(1, &[BASIC, STANDARD, PREMIUM]))), [sku_id(BASIC), sku_id(STANDARD)]);
        let equal = suites(&[(BASIC, &[MAIL_1, TEAMS]), (E1, &[MAIL_1, TEAMS])]);
        assert_eq!(named(&run(equal, person(1, &[BASIC, E1]))), [sku_id(BASIC)]);
    }

    #[test]
    fn plans_turned_off_in_the_larger_contain_nothing() {
        let mut one = person(1, &[BASIC, STANDARD]);
        one.licenses[1].disabled_plans = vec![MAIL_1.parse().expect("a GUID")];
        assert!(named(&run(full(), one)).is_empty());
    }

    #[test]
    fn a_suite_that_adds_a_little_is_to_be_reviewed_and_one_that_adds_mail_is_not_named() {
        let close = suites(&[(PREMIUM, &[MAIL_1, TEAMS, FILES_1, DEFENDER]), (E1, &[MAIL_2, TEAMS, FILES_1, OFFICE, BI])]);
        let outcome = run(close, person(1, &[PREMIUM, E1]));
        let finding = outcome.of(CheckId::L9).expect("a finding");
        assert_eq!((finding.certainty, finding.affected[0].advice), (Certainty::Likely, Advice::Review));
        assert_eq!(named(&outcome), [sku_id(PREMIUM)]);
        assert!(finding.affected[0].evidence.iter().any(|e| e.value.contains("Defender")));
        let far = suites(&[(PREMIUM, &[MAIL_2, TEAMS]), (E1, &[FILES_1, TEAMS, BI])]);
        assert!(named(&run(far, person(1, &[PREMIUM, E1]))).is_empty());
        let unknown = "00000000-0000-0000-0000-0000000000ff";
        let unreviewed = suites(&[(PREMIUM, &[MAIL_1, TEAMS, unknown]), (E1, &[MAIL_2, TEAMS, BI, MAIL_ARCHIVE])]);
        assert!(named(&run(unreviewed, person(1, &[PREMIUM, E1]))).is_empty(), "nobody knows what that plan is worth");
    }

    #[test]
    fn a_trial_contains_nothing_and_is_no_duplicate() {
        let trial = Subscription { trial: true, ..subscription(STANDARD, 10, None) };
        let directory = Directory { subscriptions: Ok(vec![trial]), ..full() };
        assert!(named(&run(directory, person(1, &[BASIC, STANDARD]))).is_empty());
    }

    #[test]
    fn an_add_on_and_a_suite_in_the_same_larger_suite_are_both_named_in_their_checks() {
        let outcome = run(full(), person(1, &[BASIC, STANDARD, EXCHANGE_1]));
        assert_eq!(named(&outcome), [sku_id(BASIC)]);
        let l10 = outcome.of(CheckId::L10).expect("L10");
        assert_eq!(l10.affected[0].skus[0].sku, sku_id(EXCHANGE_1));
        assert_eq!(outcome.totals.monthly.amount_minor, 1100);
    }

    #[test]
    fn a_suite_a_group_assigns_is_said_to_come_from_it() {
        let mut one = person(1, &[BASIC, STANDARD]);
        one.licenses[0].direct = false;
        one.licenses[0].groups = vec!["00000000-0000-0000-0000-0000000000aa".parse().expect("a GUID")];
        let outcome = run(full(), one);
        let finding = outcome.of(CheckId::L9).expect("a finding");
        assert!(finding.affected[0].evidence.iter().any(|e| e.value == "a group"));
        assert!(finding.guards.iter().any(|guard| guard.id == crate::outcome::GuardId::G1));
    }
}
