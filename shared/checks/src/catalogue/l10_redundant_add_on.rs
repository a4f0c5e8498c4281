//! L10: an add-on somebody's other licences already contain.
//!
//! Rule: the value-bearing plans of the add-on that are on for the person are all contained in the person's other
//! licences, by [`crate::plans`]. Of two that contain each other only the cheaper is named; what is left always contains
//! what is named.
//!
//! A suite is never named here: two suites on one person are a duplicate suite, another check. What is a suite is in
//! the product table; an unknown product that bundles two or more of mail, files, Office and Teams reads as one.
//!
//! Traps: an upgrade is not a duplicate (Exchange Online Plan 2 beside Business Premium); plans turned off contain
//! nothing; a licence in error, on trial, or of a subscription that is ending, contains nothing; a listed plan is not
//! always a right.

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, licences, people};
use crate::{
    containment::{names, redundant},
    evaluation::Context,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L10,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Add-ons you already have in another licence",
        why_it_matters: "The same thing is paid for twice: once as an add-on and once inside a larger licence.",
        what_changes: "The add-on is taken back. The larger licence stays, with everything the add-on gives.",
        what_people_notice: "Nothing. They keep the same mailbox, apps and rights through the larger licence.",
        undo: "You can give the add-on back at any time, as long as a licence of it is free.",
        technical_detail: "Service plans of the add-on that are on for the person, without filler and raised by \
                           ladders (Exchange Online Plan 2 contains Plan 1), are all in the person's other licences. A \
                           plan this version does not know counts as value and prevents the finding.",
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
    format!("{} {verb} {} that another licence of theirs contains", people(count), licences(seats))
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let licences = redundant(candidate, |licence| !licence.is_suite(), |_| true);
    if licences.is_empty() {
        return Verdict::Clear;
    }
    let line = |claim: &Claim| {
        let what = format!("{} is contained in", names(context, &[claim.sku]));
        Evidence::new(&what, names(context, &claim.within), "Microsoft licence inventory", None)
    };
    Verdict::Found(Conclusion {
        certainty: Certainty::Certain,
        confidence: Confidence::High,
        advice: Advice::Remove,
        evidence: licences.iter().map(line).collect(),
        licences,
        from_activity: false,
    })
}

#[cfg(test)]
mod tests {
    use model::SkuId;

    use super::*;
    use crate::{
        Directory, Outcome,
        facts::{AssignmentError, Person, Plan, SkuStatus},
        outcome::UndoClass,
        testing::*,
    };

    const COPILOT_A: &str = "639dec6b-bb19-468b-871c-c5c441c4b0cb";
    const COPILOT_B: &str = "a809996b-059e-42e2-9866-db24b99a9782";
    const F1: &str = "44575883-256e-4a79-9da4-ebe9acabe2b2";
    const KIOSK: &str = "80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82";

    fn named(outcome: &Outcome) -> Vec<SkuId> {
        let finding = outcome.of(CheckId::L10);
        finding.map(|f| f.affected[0].skus.iter().map(|s| s.sku).collect()).unwrap_or_default()
    }

    fn run(directory: Directory, person: Person) -> Outcome {
        evaluate(directory, &[(person, idle_report(), None)])
    }

    #[test]
    fn an_add_on_inside_a_suite_is_certain_waste_and_nothing_is_lost() {
        let outcome = run(full(), person(1, &[STANDARD, EXCHANGE_1]));
        assert_eq!(named(&outcome), [sku_id(EXCHANGE_1)]);
        let finding = outcome.of(CheckId::L10).expect("a finding");
        assert_eq!((finding.certainty, finding.confidence), (Certainty::Certain, Confidence::High));
        assert_eq!(finding.undo, UndoClass::Reversible);
        assert!(finding.guards.iter().all(|guard| guard.lost.is_empty()));
        assert_eq!(finding.affected[0].evidence[0].value, "Microsoft 365 Business Standard");
        assert_eq!(outcome.totals.certain_monthly.amount_minor, 400);
    }

    #[test]
    fn an_upgrade_is_no_duplicate() {
        assert!(named(&run(full(), person(1, &[PREMIUM, EXCHANGE_2]))).is_empty());
    }

    #[test]
    fn two_suites_are_another_check() {
        assert!(named(&run(full(), person(1, &[BASIC, STANDARD, PREMIUM]))).is_empty());
    }

    #[test]
    fn plans_turned_off_contain_nothing_and_need_nothing() {
        let mut suite_without_mail = person(1, &[STANDARD, EXCHANGE_1]);
        suite_without_mail.licenses[0].disabled_plans = vec![MAIL_1.parse().expect("a GUID")];
        assert!(named(&run(full(), suite_without_mail)).is_empty());
        let mut add_on_off = person(1, &[STANDARD, EXCHANGE_1]);
        add_on_off.licenses[1].disabled_plans = vec![MAIL_1.parse().expect("a GUID")];
        assert!(named(&run(full(), add_on_off)).is_empty(), "nothing of value is on in it");
    }

    #[test]
    fn a_licence_in_error_or_ending_contains_nothing() {
        let mut in_error = person(1, &[STANDARD, EXCHANGE_1]);
        in_error.licenses[0].error = Some(AssignmentError::Other);
        assert!(named(&run(full(), in_error)).is_empty());
        let mut ending = full();
        ending.skus[1].status = SkuStatus::Warning;
        assert!(named(&run(ending, person(1, &[STANDARD, EXCHANGE_1]))).is_empty());
    }

    #[test]
    fn of_two_that_contain_each_other_one_is_named() {
        let plans = ["a62f8878-de10-42f3-b68f-6149a25ceb97"];
        let skus = directory(vec![with_plans(COPILOT_A, &plans), with_plans(COPILOT_B, &plans)]);
        assert_eq!(named(&run(skus, person(1, &[COPILOT_B, COPILOT_A]))), [sku_id(COPILOT_A)]);
        // By price, not by id, where prices differ.
        let (own, mail) = ("00000000-0000-0000-0000-00000000000a", [MAIL_1]);
        let skus = directory(vec![with_plans(own, &mail), with_plans(EXCHANGE_1, &mail)]);
        assert_eq!(named(&run(skus, person(1, &[own, EXCHANGE_1]))), [sku_id(EXCHANGE_1)]);
    }

    #[test]
    fn a_chain_leaves_what_contains_all_of_it() {
        let mut skus = full();
        skus.skus.push(with_plans(KIOSK, &["4a82b400-a79f-41a4-b4e2-e94f5787b113"]));
        let outcome = run(skus, person(1, &[EXCHANGE_2, KIOSK, EXCHANGE_1]));
        assert_eq!(named(&outcome), [sku_id(EXCHANGE_1), sku_id(KIOSK)]);
    }

    #[test]
    fn an_unknown_plan_prevents_the_finding() {
        let mut skus = full();
        skus.skus[3].plans.push(Plan {
            id: "00000000-0000-0000-0000-0000000000ff".parse().expect("a GUID"),
            name: "NEW".into(),
            for_users: true,
        });
        assert!(named(&run(skus, person(1, &[STANDARD, EXCHANGE_1]))).is_empty());
    }

    #[test]
    fn a_kiosk_mailbox_beside_f1_is_the_only_mailbox() {
        let kiosk = "4a82b400-a79f-41a4-b4e2-e94f5787b113";
        let skus = directory(vec![with_plans(F1, &[kiosk, TEAMS]), with_plans(KIOSK, &[kiosk])]);
        assert!(named(&run(skus, person(1, &[F1, KIOSK]))).is_empty());
    }

    #[test]
    fn an_unknown_product_that_reads_as_a_suite_is_not_named() {
        let own = "00000000-0000-0000-0000-00000000000b";
        let mut skus = full();
        skus.skus.push(with_plans(own, &[MAIL_1, TEAMS]));
        assert!(named(&run(skus, person(1, &[STANDARD, own]))).is_empty());
    }
}
