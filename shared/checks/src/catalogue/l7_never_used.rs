//! L7: a licence of somebody who has never been active.
//!
//! Rule: the account may sign in, was made and got the licence longer ago than the grace, and no source knows any
//! activity. Often hires prepared early, or test accounts. Somebody this check finds is not in L6.
//!
//! Traps: as for L6. Without sign-in dates an empty report proves "never" only for accounts made within its period.

use super::{Candidate, Check, CheckId, Conclusion, Rule, Severity, Stake, Text, Verdict, l6_inactive_person, licences, people};
use crate::{
    activity::Last,
    evaluation::Context,
    facts::Missing,
    outcome::{Advice, Certainty, Remedy},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L7,
    severity: Severity::Medium,
    stake: Stake::Saving,
    text: Text {
        title: "Licences that were never used",
        why_it_matters: "These people have had a licence for more than a month and have never signed in. Often the \
                         hire never started, or the account was a test.",
        what_changes: "You ask whether the account is needed. Then the licence is taken back.",
        what_people_notice: "Nothing, if nobody uses the account. Somebody who starts later needs a licence on the \
                             first day.",
        undo: "You can give the licences back within 25 days with everything as it was. After about 30 days Microsoft \
               deletes the mailbox for good.",
        technical_detail: "createdDateTime and licenseAssignmentStates.lastUpdatedDateTime are longer ago than \
                           grace_days, signInActivity is empty (never, or not since April 2020) and the usage reports \
                           list no activity. Without sign-in dates: the account was made within the period of the \
                           reports.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "New accounts and licences, left alone for now",
        remedy: Remedy::RemoveLicences,
        activity: true,
    },
};

fn headline(count: u32, seats: u32) -> String {
    let verb = if count == 1 { "has" } else { "have" };
    format!("{} {verb} never used {}", people(count), licences(seats))
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let (person, today, grace) = (candidate.person, context.today, i64::from(context.settings.grace_days));
    if candidate.is_no_person() || person.enabled == Some(false) || candidate.paid().next().is_none() {
        return Verdict::Clear;
    }
    if person.enabled.is_none() {
        return Verdict::CannotTell(Missing::NotCovered);
    }
    let Some(created) = person.created else {
        return match candidate.activity.last {
            Last::On(_) => Verdict::Clear,
            Last::Unknown(missing) => Verdict::CannotTell(missing),
            Last::Never | Last::NotSince(_) => Verdict::CannotTell(Missing::NotCovered),
        };
    };
    match candidate.activity.last {
        Last::Unknown(missing) => return Verdict::CannotTell(missing),
        Last::Never => {}
        Last::NotSince(since) if created >= since => {}
        Last::On(_) | Last::NotSince(_) => return Verdict::Clear,
    }
    let aged: Vec<_> = candidate.aged(context).collect();
    if candidate.age_days(today) <= Some(grace) || aged.is_empty() {
        return Verdict::HeldBack;
    }
    let (mut confidence, evidence) = l6_inactive_person::confidence(candidate);
    if aged.iter().any(|(license, _)| license.changed.is_none()) {
        confidence = confidence.lowered();
    }
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence,
        advice: Advice::Remove,
        licences: aged.iter().map(|(license, _)| license.sku.into()).collect(),
        evidence,
        from_activity: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{Person, SignIn, Usage},
        outcome::Confidence,
        testing::*,
    };

    fn unused() -> Person {
        Person { sign_in: never_signed_in(), ..person(1, &[BASIC]) }
    }

    fn run(person: Person, usage: Usage) -> Outcome {
        evaluate(full(), &[(person, usage, None)])
    }

    #[test]
    fn never_active_is_found_here_and_not_in_l6() {
        let outcome = run(unused(), idle_report());
        assert_eq!(
            outcome.of(CheckId::L7).map(|f| (f.confidence, f.certainty)),
            Some((Confidence::High, Certainty::Likely))
        );
        assert!(outcome.of(CheckId::L6).is_none());
        assert_eq!(outcome.totals.monthly.amount_minor, 700);
    }

    #[test]
    fn new_accounts_and_new_licences_are_held_back() {
        let new = Person { created: Some(ago(30)), ..unused() };
        assert!(run(new, idle_report()).findings.is_empty());
        let mut fresh = unused();
        fresh.licenses[0].changed = Some(ago(5));
        assert!(run(fresh, idle_report()).findings.is_empty());
        let old_enough = Person { created: Some(ago(31)), ..unused() };
        assert!(run(old_enough, idle_report()).of(CheckId::L7).is_some());
    }

    #[test]
    fn an_unknown_age_is_not_judged() {
        let unknown = Person { created: None, ..unused() };
        let outcome = run(unknown, idle_report());
        assert!(outcome.findings.is_empty());
        assert!(outcome.not_evaluated.iter().any(|n| n.check == CheckId::L7));
    }

    #[test]
    fn an_unknown_day_of_assignment_lowers_confidence() {
        let mut person = unused();
        person.licenses[0].changed = None;
        assert_eq!(run(person, idle_report()).of(CheckId::L7).map(|f| f.confidence), Some(Confidence::Medium));
    }

    #[test]
    fn any_attempt_to_sign_in_is_not_never() {
        let attempt = SignIn::Known { successful: None, interactive: None, non_interactive: Some(ago(3)) };
        assert!(run(Person { sign_in: attempt, ..unused() }, idle_report()).findings.is_empty());
    }

    #[test]
    fn reports_alone_prove_never_only_for_accounts_made_in_their_period() {
        let young = Person { created: Some(ago(60)), sign_in: SignIn::Unavailable, ..unused() };
        let outcome = run(young, idle_report());
        assert_eq!(outcome.of(CheckId::L7).map(|f| f.confidence), Some(Confidence::Medium));
        let old = Person { sign_in: SignIn::Unavailable, ..unused() };
        let outcome = run(old, idle_report());
        assert!(outcome.of(CheckId::L7).is_none());
        assert!(outcome.of(CheckId::L6).is_some(), "not active for 90 days is all that is known");
    }

    #[test]
    fn sign_ins_alone_are_medium() {
        let outcome = run(unused(), Usage::Unavailable(Missing::NamesConcealed));
        assert_eq!(outcome.of(CheckId::L7).map(|f| f.confidence), Some(Confidence::Medium));
    }
}
