//! L20: people hold licences of a subscription that has expired or ended.
//!
//! Rule: the licence type is not `Enabled` and people have it; or it is, and more people have it than seats are usable
//! while other seats are in grace, suspended or cancelled. No money: it is a risk. Free and trial licence types are
//! left out.

use super::{Check, CheckId, LicenceVerdict, Rule, Severity, Stake, Text, licences};
use crate::{
    evaluation::Context,
    facts::SkuStatus,
    licence::LicenceType,
    outcome::{Evidence, Remedy},
    products::Kind,
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L20,
    severity: Severity::High,
    stake: Stake::Nothing,
    text: Text {
        title: "Subscriptions that have ended with people still on them",
        why_it_matters: "When the grace period is over, Microsoft turns these licences off. The people on them lose \
                         mail, files and apps, and later their data.",
        what_changes: "You renew the subscription, or give the people another licence before it is turned off.",
        what_people_notice: "Nothing if you act in time. Otherwise they can no longer open mail and files.",
        undo: "There is nothing to undo: you renew or move people at Microsoft.",
        technical_detail: "capabilityStatus of the licence type is Warning, Suspended, LockedOut or Deleted and \
                           consumedUnits is above 0; or consumedUnits is above prepaidUnits.enabled while other units \
                           are in warning, suspended or lockedOut. How long each phase lasts is not documented; 30 and \
                           90 days are common.",
    },
    steps: &[
        "Open the Microsoft 365 admin centre and choose Billing, then Your products.",
        "Renew or reactivate the subscription, or give the people listed here another licence.",
        "Check again here: the finding goes away once nobody depends on it.",
    ],
    rule: Rule::Licence(judge),
};

fn judge(context: &Context, licence: &LicenceType) -> Option<LicenceVerdict> {
    let (sku, seats) = (&licence.sku, licence.sku.seats);
    let free = licence.product.is_some_and(|product| product.kind == Kind::Free);
    if !sku.for_users || free || context.settings.ignored_skus.contains(&sku.id) || licence.trial {
        return None;
    }
    let ending = seats.warning.saturating_add(seats.suspended).saturating_add(seats.locked_out);
    let (at_risk, state) = match sku.status {
        SkuStatus::Enabled => (sku.consumed.saturating_sub(seats.enabled).min(ending), "partly expired"),
        status => (sku.consumed, ended(status)?),
    };
    if at_risk == 0 {
        return None;
    }
    let today = Some(context.today);
    let fact = |what: &str, value: String| Evidence::new(what, value, "Microsoft licence inventory", today);
    let mut evidence = vec![
        fact("State of the subscription", state.into()),
        fact("Licences in use", sku.consumed.to_string()),
        fact("Licences usable", seats.enabled.to_string()),
        fact("Licences expired, suspended or cancelled", ending.to_string()),
    ];
    // Which of them it is: there may be several, with others still in force.
    for one in context.directory.subscriptions.iter().flatten().filter(|one| one.sku == sku.id && !one.trial) {
        let Some(state) = ended(one.status) else { continue };
        let next = one.next_lifecycle.map(|next| format!("; next change on {}", model::utc_date(next)));
        let value = format!("{}: {state}{}", licences(one.seats), next.unwrap_or_default());
        evidence.push(Evidence::new("Subscription", value, "Microsoft subscriptions", today));
    }
    Some(LicenceVerdict {
        headline: format!("{} of {} in use, and the subscription has ended", licences(at_risk), licence.name()),
        seats: at_risk,
        // Where only some seats are ending, nobody can tell whose.
        lists_holders: sku.status != SkuStatus::Enabled,
        evidence,
        remedy: Remedy::RenewOrMove,
    })
}

/// How something that has ended stands; `None` of what is in force or not known.
const fn ended(status: SkuStatus) -> Option<&'static str> {
    match status {
        SkuStatus::Enabled | SkuStatus::Unknown => None,
        SkuStatus::Warning => Some("expired, in the grace period"),
        SkuStatus::Suspended => Some("suspended; may be reactivated"),
        SkuStatus::LockedOut => Some("cancelled"),
        SkuStatus::Deleted => Some("deleted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Directory, Outcome,
        facts::{Seats, Sku, Subscription},
        testing::*,
    };

    fn run(sku: Sku) -> Outcome {
        evaluate(directory(vec![sku]), &[(person(1, &[BASIC]), idle_report(), None)])
    }

    #[test]
    fn every_state_but_enabled_with_people_on_it_is_found_with_the_people_and_without_money() {
        use SkuStatus::{Deleted, LockedOut, Suspended, Warning};
        for status in [Warning, Suspended, LockedOut, Deleted] {
            let seats = Seats { suspended: 25, ..Seats::default() };
            let outcome = run(Sku { status, seats, ..sku(BASIC, 0, 14) });
            let finding = outcome.of(CheckId::L20).expect("a finding");
            assert_eq!((finding.seats, finding.affected.len()), (14, 1));
            assert_eq!(finding.saving, None);
            assert!(finding.price_missing.is_empty());
            assert_eq!(outcome.totals.monthly.amount_minor, 0);
        }
    }

    #[test]
    fn the_subscription_that_ended_is_named_beside_one_in_force() {
        let seats = Seats { enabled: 10, warning: 5, ..Seats::default() };
        let lapsed = Subscription { status: SkuStatus::Warning, ..subscription(BASIC, 5, Some("2026-12-20")) };
        let bought = vec![subscription(BASIC, 10, Some("2027-05-01")), lapsed];
        let outcome = evaluate(Directory::bought(vec![Sku { seats, ..sku(BASIC, 0, 13) }], Ok(bought)), &[]);
        let finding = outcome.of(CheckId::L20).expect("a finding");
        let named: Vec<&str> =
            finding.evidence.iter().filter(|one| one.what == "Subscription").map(|one| &*one.value).collect();
        assert_eq!(named, ["5 licences: expired, in the grace period; next change on 2026-12-20"]);
    }

    #[test]
    fn people_beyond_the_usable_seats_are_at_risk_while_others_are_in_grace() {
        let seats = Seats { enabled: 10, warning: 5, ..Seats::default() };
        let outcome = run(Sku { seats, ..sku(BASIC, 0, 13) });
        let finding = outcome.of(CheckId::L20).expect("a finding");
        assert_eq!((finding.seats, finding.affected.len()), (3, 0));
        assert!(run(Sku { seats, ..sku(BASIC, 0, 10) }).of(CheckId::L20).is_none());
        assert!(run(sku(BASIC, 10, 13)).of(CheckId::L20).is_none(), "over-used, but nothing is ending");
    }

    #[test]
    fn nobody_on_it_an_unknown_state_a_trial_or_a_free_type_is_nothing() {
        assert!(run(Sku { status: SkuStatus::Suspended, ..sku(BASIC, 0, 0) }).findings.is_empty());
        assert!(run(Sku { status: SkuStatus::Unknown, ..sku(BASIC, 0, 5) }).findings.is_empty());
        let free = Sku { status: SkuStatus::Suspended, ..sku("f30db892-07e9-47e9-837c-80727f46fd3d", 0, 5) };
        assert!(run(free).findings.is_empty());
        let trial = Subscription { trial: true, ..subscription(BASIC, 5, None) };
        let expired = Sku { status: SkuStatus::Warning, ..sku(BASIC, 0, 5) };
        let outcome = evaluate(Directory::bought(vec![expired], Ok(vec![trial])), &[]);
        assert!(outcome.findings.is_empty());
    }
}
