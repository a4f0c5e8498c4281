//! L2: more licences of a type are assigned than were bought.
//!
//! Rule: assigned seats of a paid licence type exceed all of its seats: usable ones, those in grace, and those suspended
//! or cancelled, which are L20's. No money: it is a matter of compliance, and nobody can be given this licence. Whom
//! another check finds to need it no more is named: taking those back may be enough.
//!
//! Traps: seats in grace are still seats; a person just deleted may hold one for a moment; a trial or a free type is
//! nobody's debt.

use super::{Check, CheckId, LicenceVerdict, Rule, Severity, Stake, Text, licences};
use crate::{
    evaluation::Context,
    licence::LicenceType,
    outcome::{Evidence, Remedy},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L2,
    severity: Severity::Medium,
    stake: Stake::Nothing,
    text: Text {
        title: "More licences assigned than bought",
        why_it_matters: "Nobody else can be given this licence, so the next person you hire has to wait. At an audit \
                         Microsoft may ask you to pay for the difference.",
        what_changes: "You buy the missing licences, or take back some that nobody uses.",
        what_people_notice: "Nothing, unless you take back a licence somebody works with.",
        undo: "There is nothing to undo: you buy or take back licences yourself.",
        technical_detail: "consumedUnits is above the sum of prepaidUnits (enabled, warning, suspended, lockedOut) of \
                           a paid licence type. New assignments fail with CountViolation.",
    },
    steps: &[
        "Look first at the people named below, if there are any. The finding named beside each takes the licence back, \
         and that may be enough.",
        "Otherwise open the Microsoft 365 admin centre, choose Billing, then Your products, and buy the missing \
         licences. If you buy from a reseller, ask them.",
        "Check again here: the finding goes away once there are enough.",
    ],
    rule: Rule::Licence(judge),
};

fn judge(context: &Context, licence: &LicenceType) -> Option<LicenceVerdict> {
    let (sku, seats) = (&licence.sku, licence.sku.seats);
    let ending = seats.warning.saturating_add(seats.suspended).saturating_add(seats.locked_out);
    let missing = sku.consumed.saturating_sub(seats.enabled.saturating_add(ending));
    if !licence.is_paid() || missing == 0 {
        return None;
    }
    let today = Some(context.today);
    let fact = |what: &str, count: u32| Evidence::new(what, count, "Microsoft licence inventory", today);
    let mut evidence = vec![fact("Licences assigned", sku.consumed), fact("Licences usable", seats.enabled)];
    if ending > 0 {
        evidence.push(fact("Licences expired, suspended or cancelled", ending));
    }
    Some(LicenceVerdict {
        headline: format!("{} of {} assigned beyond those you bought", licences(missing), licence.name()),
        seats: missing,
        lists_holders: false,
        evidence,
        remedy: Remedy::Guided,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Evaluation, Outcome, Settings, Sources,
        exceptions::{About, Exception, Exceptions},
        facts::{Person, Seats, Sku},
        testing::*,
    };

    fn run(sku: Sku) -> Outcome {
        evaluate(directory(vec![sku]), &[])
    }
    /// Who is named as somebody it could be taken back from, and the finding that says so.
    fn named(outcome: &Outcome) -> Vec<(&str, &str)> {
        let finding = outcome.of(CheckId::L2).expect("a finding");
        let named = finding.evidence.iter().filter(|one| one.what == "Could be taken back from");
        named.map(|one| (&*one.value, &*one.source)).collect()
    }

    #[test]
    fn whoever_could_do_without_it_is_named_once_with_the_finding_that_says_so() {
        let gone = |n| (Person { enabled: Some(false), ..person(n, &[BASIC]) }, idle_report(), Some(ago(90)));
        let unused = (Person { sign_in: signed_in(200), ..person(2, &[BASIC]) }, idle_report(), None);
        let other = (Person { enabled: Some(false), ..person(4, &[STANDARD]) }, idle_report(), Some(ago(90)));
        let over = || directory(vec![sku(BASIC, 2, 4), sku(STANDARD, 1, 1)]);
        let outcome = evaluate(over(), &[unused.clone(), gone(1), (person(3, &[BASIC]), idle_report(), None), other]);
        let (blocked, idle) = (CheckId::L3.check().text.title, CheckId::L6.check().text.title);
        assert_eq!(named(&outcome), [("Person 1 (p1@contoso.com)", blocked), ("Person 2 (p2@contoso.com)", idle)]);
        // Without the usage reports nobody is said to be away.
        let pending = evaluate_with(over(), Settings::default(), Sources::pending(), &[unused, gone(1)]);
        assert_eq!(named(&pending), [("Person 1 (p1@contoso.com)", blocked)]);
        assert_eq!(named(&run(sku(BASIC, 10, 11))), []);
        let many: Vec<_> = (1..=23).map(gone).collect();
        let outcome = evaluate(over(), &many);
        assert_eq!((named(&outcome).len(), named(&outcome)[20]), (21, ("3 more", "Steward")));
    }

    #[test]
    fn what_is_to_stay_as_it_is_is_nobodys_to_take_back() {
        let gone = |n| Person { enabled: Some(false), ..person(n, &[BASIC]) };
        let kept = Exception {
            id: model::ExceptionId::from_bits(1),
            about: About::Check { check: CheckId::L3 },
            person: Some(gone(1).id),
            sku: None,
            reason: "Back from leave in May".into(),
            owner: model::UserId::from_bits(1),
            expires_at: None,
        };
        let (over, exceptions) = (directory(vec![sku(BASIC, 1, 2)]), Exceptions::from_iter([kept]));
        let mut evaluation = Evaluation::with_exceptions(over, Settings::default(), prices(), exceptions, now());
        for n in [1, 2] {
            evaluation.person(&gone(n), &idle_report(), Some(ago(90)));
        }
        let outcome = evaluation.finish(&Sources::both(TODAY));
        assert_eq!(named(&outcome), [("Person 2 (p2@contoso.com)", CheckId::L3.check().text.title)]);
    }

    #[test]
    fn one_more_than_bought_is_found_without_money_and_as_many_is_not() {
        let outcome = run(sku(BASIC, 10, 11));
        let finding = outcome.of(CheckId::L2).expect("a finding");
        assert_eq!((finding.seats, finding.saving.clone(), finding.affected.len()), (1, None, 0));
        assert_eq!(outcome.totals.monthly.amount_minor, 0);
        assert!(run(sku(BASIC, 10, 10)).of(CheckId::L2).is_none());
    }

    #[test]
    fn seats_in_grace_and_suspended_are_seats() {
        for seats in [Seats { enabled: 10, warning: 3, ..Seats::default() }, Seats { enabled: 10, suspended: 3, ..Seats::default() }] {
            assert!(run(Sku { seats, ..sku(BASIC, 0, 13) }).of(CheckId::L2).is_none());
            assert_eq!(run(Sku { seats, ..sku(BASIC, 0, 14) }).of(CheckId::L2).map(|f| f.seats), Some(1));
        }
    }

    #[test]
    fn free_types_and_those_of_the_directory_are_left_out() {
        assert!(run(sku("f30db892-07e9-47e9-837c-80727f46fd3d", 1, 5)).findings.is_empty());
        assert!(run(Sku { for_users: false, ..sku(BASIC, 1, 5) }).findings.is_empty());
    }
}
