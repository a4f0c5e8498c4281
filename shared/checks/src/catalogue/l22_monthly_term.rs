//! L22: seats paid by the month that are needed all year.
//!
//! Rule: a subscription on a monthly term costs about a fifth more than one for a year. The fewest seats in use on any
//! day of the past year, less those bought for a year already, could be bought for a year.
//!
//! Which term: what the company says it buys, else what the dates of a subscription tell.
//!
//! Traps: needs a year of our own snapshots, and most of its days; a term is told from the dates of a subscription only
//! while it is young, because `createdDateTime` does not move when it renews; who sets a price and no term says that it
//! is for a year, so that alone does not overrule the dates; seats that come and go are what a monthly term is for, so
//! only the base counts.

use jiff::Span;

use super::{Check, CheckId, LicenceVerdict, Rule, Severity, Stake, Text, licences};
use crate::{
    evaluation::Context,
    facts::{SkuStatus, Subscription},
    licence::{LicenceType, days},
    outcome::{Evidence, Remedy},
    prices::Term,
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L22,
    severity: Severity::Low,
    // A monthly term costs a fifth more than the list price, which is that of a year.
    stake: Stake::Share { percent: 20 },
    text: Text {
        title: "Licences paid by the month and used all year",
        why_it_matters: "A licence you may give back every month costs about a fifth more than one for a year. That is \
                         worth it for people who come and go, and not for those who stay.",
        what_changes: "You buy the licences you always need for a year, and keep a monthly subscription for the rest.",
        what_people_notice: "Nothing. Their licences stay the same.",
        undo: "A subscription for a year can be given back within seven days of buying it.",
        technical_detail: "Subscriptions whose term is monthly by your own prices, or whose next lifecycle date is 25 to \
                           35 days after their creation. Base: least consumedUnits in our daily snapshots of 365 days, of which at least 300 are there. Seats: \
                           base less seats of other subscriptions, at most those on the monthly term. 20 % of the \
                           price of a year's commitment.",
    },
    steps: &[
        "Open the Microsoft 365 admin centre and choose Billing, then Your products.",
        "Buy the number of licences written here again, with a term of one year.",
        "Assigned licences follow by themselves: a licence type has one pool of seats.",
        "Lower the monthly subscription by the same number before it renews.",
        "Check again here: the finding goes away once the monthly subscription is smaller.",
    ],
    rule: Rule::Licence(judge),
};

/// How far our snapshots have to reach back.
const YEAR_DAYS: i64 = 365;
/// Days of a year there has to be a snapshot of.
const DAYS_LEAST: u32 = 300;

const HISTORY: &str = "Steward's daily snapshots";

/// Whether a subscription is on a monthly term, as far as its dates tell.
pub fn is_monthly(subscription: &Subscription) -> bool {
    let (Some(created), Some(next)) = (subscription.created, subscription.next_lifecycle) else { return false };
    let term = days(model::utc_date(created), model::utc_date(next));
    !subscription.trial && subscription.status == SkuStatus::Enabled && (25..=35).contains(&term)
}

fn judge(context: &Context, licence: &LicenceType) -> Option<LicenceVerdict> {
    let load = context.directory.loads.get(&licence.sku.id).filter(|_| licence.is_paid())?;
    let subscriptions = context.directory.subscriptions.as_deref().ok()?;
    let (by_term, told_by) = match context.terms.get(&licence.sku.id) {
        Some(Term::Monthly) => (Some(true), "Your prices"),
        Some(Term::AnnualPaidMonthly) => (Some(false), "Your prices"),
        Some(Term::AnnualPaidYearly) | None => (None, "Microsoft subscriptions"),
    };
    let (mut monthly, mut yearly) = (0u32, 0u32);
    let paid = |sub: &&Subscription| !sub.trial && sub.status == SkuStatus::Enabled && sub.sku == licence.sku.id;
    for subscription in subscriptions.iter().filter(paid) {
        let by_month = by_term.unwrap_or_else(|| is_monthly(subscription));
        let seats = if by_month { &mut monthly } else { &mut yearly };
        *seats = seats.saturating_add(subscription.seats);
    }
    let year_ago = context.today.saturating_sub(Span::new().days(YEAR_DAYS));
    if load.since > year_ago || load.days < DAYS_LEAST {
        return None;
    }
    let base = load.least.saturating_sub(yearly).min(monthly);
    if base == 0 {
        return None;
    }
    let today = Some(context.today);
    Some(LicenceVerdict {
        headline: format!("{} of {} could be bought for a year", licences(base), licence.name()),
        seats: base,
        lists_holders: false,
        evidence: vec![
            Evidence::new("Fewest in use on any day of the past year", load.least, HISTORY, today),
            Evidence::new("Bought by the month", monthly, told_by, today),
            Evidence::new("Bought for a year", yearly, told_by, today),
        ],
        remedy: if licence.through_partner { Remedy::ReduceAtReseller } else { Remedy::Guided },
    })
}

#[cfg(test)]
mod tests {
    use model::{Currency, Money, event::Actor};

    use super::*;
    use crate::{Directory, Evaluation, Outcome, OwnPrice, PriceList, Settings, Sources, facts::Load, testing::*};

    fn bought(seats: u32, term_days: i32) -> Subscription {
        let created = format!("{}T00:00:00Z", ago(10)).parse().expect("a time");
        let next = format!("{}T00:00:00Z", ago(10 - term_days)).parse().expect("a time");
        Subscription { created: Some(created), next_lifecycle: Some(next), ..subscription(BASIC, seats, None) }
    }

    fn with(subscriptions: Vec<Subscription>, load: Load) -> Directory {
        let mut directory = full();
        directory.subscriptions = Ok(subscriptions);
        directory.loads = [(sku_id(BASIC), load)].into();
        directory
    }

    fn run(subscriptions: Vec<Subscription>, load: Load) -> Outcome {
        evaluate(with(subscriptions, load), &[])
    }

    /// Seats and money where the company says what it pays, and how it buys.
    fn said(term: Term, amount: Option<i64>, term_days: i32) -> Option<(u32, i64)> {
        let mut prices = PriceList::built_in(Currency::Usd);
        let amount = amount.map(|minor| Money::new(minor, Currency::Usd));
        let own = OwnPrice { amount, term, note: None, as_of: TODAY, set_by: Actor::System };
        prices.set(sku_id(BASIC), &own).expect("a price");
        let directory = with(vec![bought(10, term_days)], year(7));
        let evaluation = Evaluation::new(directory, Settings::default(), prices, now());
        let outcome = evaluation.finish(&Sources::both(TODAY));
        let finding = outcome.of(CheckId::L22)?;
        Some((finding.seats, finding.saving.as_ref()?.monthly.amount_minor))
    }

    fn year(least: u32) -> Load {
        Load { since: ago(365), days: 360, least }
    }

    fn seats(outcome: &Outcome) -> Option<u32> {
        outcome.of(CheckId::L22).map(|finding| finding.seats)
    }

    #[test]
    fn the_base_of_a_year_is_what_could_be_bought_for_a_year() {
        let outcome = run(vec![bought(10, 30)], year(7));
        assert_eq!(seats(&outcome), Some(7));
        // A fifth of seven dollars, for seven seats.
        assert_eq!(outcome.totals.monthly.amount_minor, 7 * 140);
        assert_eq!(seats(&run(vec![bought(5, 30)], year(7))), Some(5), "no more than are on the monthly term");
        assert_eq!(seats(&run(vec![bought(5, 30), bought(4, 365)], year(7))), Some(3), "four are for a year already");
        assert_eq!(seats(&run(vec![bought(5, 30), bought(7, 365)], year(7))), None);
    }

    #[test]
    fn only_a_monthly_term_counts_and_only_as_long_as_the_dates_tell() {
        for (term, monthly) in [(24, false), (25, true), (35, true), (36, false), (365, false)] {
            assert_eq!(seats(&run(vec![bought(10, term)], year(7))).is_some(), monthly, "{term} days");
        }
        let trial = Subscription { trial: true, ..bought(10, 30) };
        assert_eq!(seats(&run(vec![trial], year(7))), None);
    }

    #[test]
    fn the_term_a_company_says_comes_before_the_dates_and_its_price_holds_the_surcharge_already() {
        // A monthly price is a fifth above the year's: a sixth of it is saved.
        assert_eq!(said(Term::Monthly, None, 365), Some((7, 7 * 140)));
        assert_eq!(said(Term::Monthly, Some(960), 365), Some((7, 7 * 160)));
        assert_eq!(said(Term::AnnualPaidMonthly, None, 30), None);
        // Who leaves the term out says the default: then the dates tell.
        assert_eq!(said(Term::AnnualPaidYearly, Some(1000), 30), Some((7, 7 * 200)));
        assert_eq!(said(Term::AnnualPaidYearly, Some(1000), 365), None);
    }

    #[test]
    fn less_than_a_year_of_snapshots_says_nothing() {
        let subscriptions = || vec![bought(10, 30)];
        assert_eq!(seats(&run(subscriptions(), Load { since: ago(364), ..year(7) })), None);
        assert_eq!(seats(&run(subscriptions(), Load { days: 299, ..year(7) })), None);
        assert_eq!(seats(&run(subscriptions(), Load { days: 300, ..year(7) })), Some(7));
        assert_eq!(seats(&run(subscriptions(), year(0))), None);
    }
}
