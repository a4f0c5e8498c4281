//! L19: a trial that people use ends soon.
//!
//! Rule: an enabled trial subscription ends within 30 days and more licences of its type are assigned than are paid for.
//! Either the people lose it, or it turns into a subscription: the money is what it would *cost*, not a saving.
//!
//! Traps: where a type is partly bought, the trial is used by those beyond the bought seats, and nobody can tell who;
//! viral and self-service trials of the product table cost nobody anything.

use jiff::civil::Date;

use super::{Check, CheckId, LicenceVerdict, Rule, Severity, Stake, Text, licences};
use crate::{
    evaluation::Context,
    facts::{SkuStatus, Subscription},
    licence::{LicenceType, days},
    outcome::{Evidence, Remedy},
    products::Kind,
};

/// Days before its end in which a trial is told of.
const SOON: i64 = 30;

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L19,
    severity: Severity::Medium,
    stake: Stake::Cost,
    text: Text {
        title: "Trials that end soon with people on them",
        why_it_matters: "When a trial ends, the people on it lose what they have got used to, or it turns into a \
                         subscription nobody decided on.",
        what_changes: "You decide before the day: buy licences for those who need it, or take the trial back and turn off \
                       its renewal.",
        what_people_notice: "Nothing if you buy in time. Otherwise what the trial gave them stops working on the day.",
        undo: "There is nothing to undo: you buy licences or let the trial end.",
        technical_detail: "isTrial is true, status is Enabled and nextLifecycleDateTime is at most 30 days away; \
                           consumedUnits is above the units that are no trial. The cost is at list price.",
    },
    steps: &[
        "Ask the people listed here whether they need it.",
        "Open the Microsoft 365 admin centre and choose Billing, then Your products.",
        "Buy licences for those who need it, or turn off recurring billing of the trial.",
        "Check again here after the day: the finding goes away.",
    ],
    rule: Rule::Licence(judge),
};

fn judge(context: &Context, licence: &LicenceType) -> Option<LicenceVerdict> {
    let (sku, today) = (&licence.sku, context.today);
    let free = licence.product.is_some_and(|product| product.kind == Kind::Free);
    if !sku.for_users || free || licence.trial_seats == 0 || context.settings.ignored_skus.contains(&sku.id) {
        return None;
    }
    let subscriptions = context.directory.subscriptions.as_deref().unwrap_or_default();
    let ends = |subscription: &Subscription| -> Option<Date> {
        let ends = subscription.next_lifecycle.map(model::utc_date)?;
        let soon = subscription.trial && subscription.status == SkuStatus::Enabled && subscription.sku == sku.id;
        (soon && (0..=SOON).contains(&days(today, ends))).then_some(ends)
    };
    let ending: Vec<(Date, u32)> = subscriptions.iter().filter_map(|sub| Some((ends(sub)?, sub.seats))).collect();
    let on = ending.iter().map(|(on, _)| *on).min()?;
    let seats = ending.iter().fold(0u32, |sum, (_, seats)| sum.saturating_add(*seats));
    let used = sku.consumed.saturating_sub(licence.bought()).min(seats);
    if used == 0 {
        return None;
    }
    let day = on.strftime("%-d %B %Y");
    let fact = |what: &str, value: String, source: &str| Evidence::new(what, value, source, Some(today));
    Some(LicenceVerdict {
        headline: format!("{} of {} in use on a trial that ends on {day}", licences(used), licence.name()),
        seats: used,
        // Where some are bought, nobody can tell who uses the trial.
        lists_holders: licence.trial,
        evidence: vec![
            fact("The trial ends", on.to_string(), "Microsoft subscriptions"),
            fact("Licences on trial", seats.to_string(), "Microsoft subscriptions"),
            fact("Licences in use", sku.consumed.to_string(), "Microsoft licence inventory"),
        ],
        remedy: Remedy::RenewOrMove,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Directory, Outcome, testing::*};

    fn run(ends: &str, bought: u32, consumed: u32) -> Outcome {
        let trial = Subscription { trial: true, ..subscription(POWER_BI, 25, Some(ends)) };
        let mut subscriptions = vec![trial];
        if bought > 0 {
            subscriptions.push(subscription(POWER_BI, bought, None));
        }
        let directory = Directory::bought(vec![sku(POWER_BI, 25 + bought, consumed)], Ok(subscriptions));
        evaluate(directory, &[(person(1, &[POWER_BI]), idle_report(), None)])
    }

    #[test]
    fn a_trial_in_use_within_thirty_days_is_a_cost_and_no_saving() {
        let outcome = run("2026-12-21", 0, 3);
        let finding = outcome.of(CheckId::L19).expect("a finding");
        assert_eq!((finding.seats, finding.affected.len(), finding.saving.clone()), (3, 1, None));
        assert_eq!(finding.cost_monthly.map(|cost| cost.amount_minor), Some(3 * 1400));
        assert_eq!((outcome.totals.cost_monthly.amount_minor, outcome.totals.monthly.amount_minor), (3 * 1400, 0));
        assert!(finding.headline.ends_with("ends on 21 December 2026"), "{}", finding.headline);
    }

    #[test]
    fn the_thirty_first_day_a_day_gone_by_and_nobody_on_it_are_nothing() {
        assert!(run("2026-12-22", 0, 3).of(CheckId::L19).is_none());
        assert!(run("2026-11-20", 0, 3).of(CheckId::L19).is_none());
        assert!(run("2026-11-21", 0, 3).of(CheckId::L19).is_some(), "today is not over");
        assert!(run("2026-12-01", 0, 0).of(CheckId::L19).is_none());
    }

    #[test]
    fn beside_bought_seats_only_those_beyond_them_are_on_trial_and_nobody_is_named() {
        let outcome = run("2026-12-01", 10, 14);
        let finding = outcome.of(CheckId::L19).expect("a finding");
        assert_eq!((finding.seats, finding.affected.len()), (4, 0));
        assert!(run("2026-12-01", 10, 10).of(CheckId::L19).is_none());
    }

    #[test]
    fn an_accepted_trial_costs_nothing_any_more() {
        use crate::{Exception, Exceptions, exceptions::About};
        let exception = Exception {
            id: model::ExceptionId::from_bits(1),
            about: About::Check { check: CheckId::L19 },
            person: None,
            sku: None,
            reason: "Bought already".into(),
            owner: model::UserId::from_bits(1),
            expires_at: None,
        };
        let trial = Subscription { trial: true, ..subscription(POWER_BI, 25, Some("2026-12-01")) };
        let bought = Directory::bought(vec![sku(POWER_BI, 25, 3)], Ok(vec![trial]));
        let exceptions: Exceptions = [exception].into_iter().collect();
        let outcome = crate::Evaluation::with_exceptions(bought, Default::default(), prices(), exceptions, now())
            .finish(&crate::Sources::both(TODAY));
        assert_eq!(outcome.totals.cost_monthly.amount_minor, 0);
        assert_eq!(outcome.of(CheckId::L19).map(|f| f.state), Some(crate::outcome::FindingState::Accepted));
    }
}
