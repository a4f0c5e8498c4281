//! L1: more seats are bought than people have.
//!
//! Rule: `unused = enabled - consumed` of a paid licence type for people, more than the slack: the larger of a number
//! and a percentage of the seats that stay bought, rounded up. Only what is above the slack is waste: once it is given
//! back, nothing is.
//!
//! Traps: seats in grace (`warning`) are not `enabled`; a subscription has its own renewal, and a licence type may
//! have several; consumed seats include those of groups and shared mailboxes; trial seats cost nothing, and are taken
//! to be the unused ones.

use super::{Check, CheckId, LicenceVerdict, Rule, Severity, Stake, Text, licences};
use crate::{
    evaluation::Context,
    licence::LicenceType,
    outcome::{Evidence, Remedy},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L1,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Licences nobody is assigned",
        why_it_matters: "You pay for every licence you buy, whether somebody has it or not.",
        what_changes: "You buy fewer licences of this type at the next renewal. A few stay free for the next person \
                       you hire.",
        what_people_notice: "Nothing. Nobody has these licences.",
        undo: "You can buy licences again at any time, at the price of that day.",
        technical_detail: "prepaidUnits.enabled without trial seats, less consumedUnits, above the slack of the \
                           settings (by default the larger of 2 and 5 %). Seats are given back at a renewal or within \
                           7 days after one, in the Microsoft 365 admin centre or by the reseller; Microsoft Graph has \
                           no call for it. The earliest renewal is used first.",
    },
    steps: &[
        "Open the Microsoft 365 admin centre and choose Billing, then Your products.",
        "Choose the licence type and Remove licences, in the seven days after it renews or before the renewal for the \
         next term.",
        "Lower the number by what is written here. If you buy from a reseller, send them this number instead.",
        "Check again here: the finding goes away once the number is lower.",
    ],
    rule: Rule::Licence(judge),
};

const INVENTORY: &str = "Microsoft licence inventory";

/// Free seats of a licence type above the slack; `None` where there are none.
pub(super) fn spare(context: &Context, licence: &LicenceType) -> Option<u32> {
    // Trial seats are taken to be the unused ones: they are not what somebody could give back.
    let unused = licence.sku.seats.enabled.saturating_sub(licence.sku.consumed).saturating_sub(licence.trial_seats);
    let spare = unused.saturating_sub(kept_free(context, licence));
    (licence.is_paid() && spare > 0).then_some(spare)
}

fn kept_free(context: &Context, licence: &LicenceType) -> u32 {
    let assigned = licence.sku.consumed.min(licence.bought());
    slack(assigned, context.settings.seat_slack_min, context.settings.seat_slack_percent)
}

fn judge(context: &Context, licence: &LicenceType) -> Option<LicenceVerdict> {
    let seats = spare(context, licence)?;
    let (bought, slack) = (licence.bought(), kept_free(context, licence));
    let today = Some(context.today);
    let mut evidence = vec![
        Evidence::new("Licences bought", bought, INVENTORY, today),
        Evidence::new("Licences assigned", licence.sku.consumed, INVENTORY, today),
        Evidence::new("Licences kept free", slack, "Your settings", None),
    ];
    if licence.sku.seats.warning > 0 {
        evidence.push(Evidence::new("In grace after expiry, not counted", licence.sku.seats.warning, INVENTORY, today));
    }
    if licence.trial_seats > 0 {
        evidence.push(Evidence::new("On trial, not counted", licence.trial_seats, INVENTORY, today));
    }
    for renewal in &licence.renewals {
        let on = renewal.on.map_or_else(|| "on an unknown day".into(), |on| on.to_string());
        let value = format!("{} renew {on}", licences(renewal.seats));
        evidence.push(Evidence::new("Renewal", value, "Microsoft subscriptions", today));
    }
    let remedy = if licence.through_partner { Remedy::ReduceAtReseller } else { Remedy::ReduceAtMicrosoft };
    if licence.through_partner {
        evidence.push(Evidence::new(
            "Bought through a partner",
            "ask your reseller to reduce the number before the renewal",
            "Microsoft subscriptions",
            today,
        ));
    }
    let headline = format!("{} of {} that nobody is assigned", licences(seats), licence.name());
    Some(LicenceVerdict { headline, seats, lists_holders: false, evidence, remedy })
}

/// Seats that may stay free: the larger of a number and the fewest that are a percentage of all that are bought then,
/// assigned and free. Of what is bought today it would be more, and giving back what is told would leave more to tell.
fn slack(assigned: u32, min: u32, percent: u32) -> u32 {
    let Some(rest) = 100_u64.checked_sub(u64::from(percent)).filter(|rest| *rest > 0) else { return u32::MAX };
    let share = (u64::from(assigned) * u64::from(percent)).div_ceil(rest);
    min.max(u32::try_from(share).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use model::{Currency, Money};

    use super::*;
    use crate::{
        Directory,
        facts::{Missing, Seats, Sku, SkuStatus, Subscription},
        outcome::{Extent, Subject},
        testing::*,
    };

    fn run(skus: Vec<Sku>, subscriptions: Vec<Subscription>) -> crate::Outcome {
        evaluate(Directory::bought(skus, Ok(subscriptions)), &[])
    }

    #[test]
    fn slack_is_the_larger_of_two_and_five_percent_of_what_stays_bought_rounded_up() {
        assert_eq!([slack(0, 2, 5), slack(38, 2, 5), slack(39, 2, 5), slack(95, 2, 5)], [2, 2, 3, 5]);
        assert_eq!([slack(7, 0, 0), slack(7, 2, 100)], [0, u32::MAX]);
        assert!(run(vec![sku(BASIC, 10, 8)], vec![]).findings.is_empty());
        assert_eq!(run(vec![sku(BASIC, 10, 7)], vec![]).of(CheckId::L1).map(|f| f.seats), Some(1));
        assert_eq!(run(vec![sku(BASIC, 41, 37)], vec![]).of(CheckId::L1).map(|f| f.seats), Some(2));
    }

    #[test]
    fn who_gives_back_what_is_told_is_told_nothing_more() {
        for assigned in (0..400).step_by(7) {
            for free in 0..60 {
                let bought = assigned + free;
                let told = |bought| run(vec![sku(BASIC, bought, assigned)], vec![]).of(CheckId::L1).map(|f| f.seats);
                assert_eq!(told(bought - told(bought).unwrap_or(0)), None, "{assigned} of {bought}");
            }
        }
    }

    #[test]
    fn more_assigned_than_bought_is_no_waste() {
        assert!(run(vec![sku(BASIC, 10, 14)], vec![]).of(CheckId::L1).is_none());
    }

    #[test]
    fn seats_in_grace_are_not_counted() {
        let seats = Seats { enabled: 3, warning: 20, ..Seats::default() };
        assert!(run(vec![Sku { seats, ..sku(BASIC, 0, 3) }], vec![]).of(CheckId::L1).is_none());
    }

    #[test]
    fn the_saving_is_split_over_renewals_the_earliest_first() {
        let subscriptions =
            vec![subscription(BASIC, 20, Some("2027-03-01")), subscription(BASIC, 4, Some("2026-12-01"))];
        let outcome = run(vec![sku(BASIC, 24, 12)], subscriptions);
        let saving = outcome.of(CheckId::L1).and_then(|f| f.saving.clone()).expect("a saving");
        assert_eq!(saving.monthly, Money::new(10 * 700, Currency::Usd));
        assert_eq!(saving.certain_monthly, saving.monthly);
        assert_eq!(saving.annual, Money::new(10 * 700 * 12, Currency::Usd));
        assert_eq!(saving.realisable_on, Some(date(2026, 12, 1)));
        // Four seats save December; the other six nothing this year.
        assert_eq!(saving.this_year, Money::new(4 * 700, Currency::Usd));
        let parts: Vec<_> = saving.parts.iter().map(|part| (part.on, part.seats)).collect();
        assert_eq!(parts, [(Some(date(2026, 12, 1)), 4), (Some(date(2027, 3, 1)), 6)]);
    }

    #[test]
    fn a_renewal_in_the_past_or_unknown_gives_no_day_and_nothing_this_year() {
        let outcome = run(vec![sku(BASIC, 24, 12)], vec![subscription(BASIC, 24, Some("2025-12-01"))]);
        let saving = outcome.of(CheckId::L1).and_then(|f| f.saving.clone()).expect("a saving");
        assert_eq!((saving.realisable_on, saving.this_year.amount_minor), (None, 0));
    }

    #[test]
    fn trial_seats_and_trial_types_are_left_out() {
        let trial = Subscription { trial: true, ..subscription(BASIC, 25, None) };
        let both = vec![trial.clone(), subscription(BASIC, 10, None)];
        assert!(run(vec![sku(BASIC, 35, 10)], both).findings.is_empty());
        assert!(run(vec![sku(BASIC, 25, 1)], vec![trial]).findings.is_empty());
    }

    #[test]
    fn a_partner_is_named_as_the_one_to_ask() {
        let partner = Subscription { through_partner: true, ..subscription(BASIC, 24, None) };
        let outcome = run(vec![sku(BASIC, 24, 12)], vec![partner]);
        let finding = outcome.of(CheckId::L1).expect("a finding");
        assert_eq!(finding.remedy, Remedy::ReduceAtReseller);
        assert!(finding.evidence.iter().any(|e| e.value.contains("reseller")));
    }

    #[test]
    fn a_missing_price_is_said_and_never_zero() {
        let unknown = "00000000-0000-0000-0000-000000000001";
        let outcome = run(vec![sku(unknown, 30, 5)], vec![]);
        let finding = outcome.of(CheckId::L1).expect("a finding");
        assert_eq!(finding.saving, None);
        assert_eq!((finding.price_missing[0].sku, finding.price_missing[0].seats), (sku_id(unknown), 23));
        let Subject::Sku { product, part_number, .. } = &finding.subject else { panic!("a licence type") };
        assert_eq!((product, part_number.as_str()), (&None, "PART_0000"));
        assert!(finding.headline.contains("unknown product"));
        assert_eq!(outcome.totals.price_missing_skus[0].seats, 30);
    }

    #[test]
    fn ended_and_ignored_types_are_not_waste() {
        let ended = Sku { status: SkuStatus::Suspended, ..sku(BASIC, 24, 0) };
        assert!(run(vec![ended], vec![]).findings.is_empty());
        let settings = crate::Settings { ignored_skus: [sku_id(BASIC)].into(), ..Default::default() };
        let outcome = evaluate_with(directory(vec![sku(BASIC, 24, 1)]), settings, crate::Sources::both(TODAY), &[]);
        assert!(outcome.findings.is_empty());
    }

    #[test]
    fn without_subscriptions_it_still_runs_and_says_that_days_are_unknown() {
        let directory = Directory::bought(vec![sku(BASIC, 24, 12)], Err(Missing::Permission));
        let outcome = evaluate(directory, &[]);
        assert!(outcome.of(CheckId::L1).is_some());
        let note = outcome.not_evaluated.iter().find(|n| n.check == CheckId::L1).expect("a note");
        assert_eq!((note.reason, note.extent), (Missing::Permission, Extent::Weaker));
    }
}
