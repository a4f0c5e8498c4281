//! What a company has bought, with prices: what a person, a department or a renewal costs is worked out from it.

use jiff::{Span, civil::Date};
use model::{Money, SkuId};

use crate::{
    Price, PriceList,
    facts::{Sku, SkuStatus, Subscription},
    licence::SYNTHETIC_SEATS,
    products::{Kind, product, product_name},
};

/// Days before a renewal by which seats are to be given back (checks.md, L21).
const REDUCE_DAYS: i32 = 7;

/// The day by which seats are to be given back, so that it holds for the next term: today where it is that late.
pub fn reduce_by(renews_on: Date, today: Date) -> Date {
    renews_on.saturating_sub(Span::new().days(REDUCE_DAYS)).max(today)
}

/// Days after a renewal on which Microsoft still takes seats back: the whole ones of the 168 hours it gives (checks.md,
/// L21), whatever the hour it renewed at.
const REDUCE_AFTER_DAYS: i32 = 6;

/// The last day on which seats of a subscription that renewed can still be given back.
pub fn reduce_until(renewed_on: Date) -> Date {
    renewed_on.saturating_add(Span::new().days(REDUCE_AFTER_DAYS))
}

/// Months a term has (checks.md, L21).
const TERM_MONTHS: [i32; 3] = [1, 12, 36];
/// Days a month may be shorter than another.
const MONTHS_DIFFER: i32 = 3;

/// Whether a subscription that renews next on `next` may have begun its term on `on`.
pub fn is_term(on: Date, next: Date) -> bool {
    let ends = TERM_MONTHS.map(|months| on.saturating_add(Span::new().months(months)));
    ends.into_iter().any(|end| (next - end).get_days().abs() <= MONTHS_DIFFER)
}

/// Licence types and subscriptions as of the last scan, with the prices of today.
#[derive(Debug, Clone, PartialEq)]
pub struct Licensing {
    /// Licence types.
    pub skus: Vec<Sku>,
    /// What pays for them.
    pub subscriptions: Vec<Subscription>,
    /// What a seat costs.
    pub prices: PriceList,
}

/// What a seat of a licence type costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeatCost {
    /// Nothing: a free product or a trial.
    Free,
    /// So much a month.
    Priced(Price),
    /// Not known, which is not nothing.
    Missing,
}

impl SeatCost {
    /// A month; `None` where it is not known.
    pub fn monthly(&self, prices: &PriceList) -> Option<Money> {
        match self {
            Self::Free => Some(Money::zero(prices.currency())),
            Self::Priced(price) => Some(price.monthly),
            Self::Missing => None,
        }
    }
}

impl Licensing {
    /// What a seat of a licence type costs.
    pub fn cost(&self, sku: SkuId) -> SeatCost {
        let known = self.skus.iter().find(|known| known.id == sku);
        let product = product(sku);
        let free_product = product.is_some_and(|product| product.kind == Kind::Free);
        // A known product outranks a round number: a customer may well have bought 10,000 seats.
        let round = |known: &Sku| product.is_none() && SYNTHETIC_SEATS.contains(&known.seats.enabled);
        let unlimited = known.is_some_and(|known| !known.for_users || round(known));
        let mut paying = self.subscriptions.iter().filter(|subscription| subscription.sku == sku).peekable();
        let trial = paying.peek().is_some() && paying.all(|subscription| subscription.trial);
        if free_product || unlimited || trial {
            return SeatCost::Free;
        }
        self.prices.price(sku).map_or(SeatCost::Missing, SeatCost::Priced)
    }

    /// What it costs today that somebody has a licence: also nothing where the licence type is not in force any more,
    /// or free by the company's settings. A saving needs [`Self::cost`]: what has ended had its price.
    pub fn holding_cost(&self, sku: SkuId) -> SeatCost {
        let ended = self.skus.iter().any(|known| known.id == sku && !known.status.is_in_force());
        if ended || self.prices.is_free(sku) { SeatCost::Free } else { self.cost(sku) }
    }

    /// Whether what a licence type costs is to be told: it is paid for, in force, and its price is missing.
    pub fn lacks_price(&self, sku: &Sku) -> bool {
        sku.status.is_in_force() && self.cost(sku.id) == SeatCost::Missing
    }

    /// What people call a licence type: the product's name, or Microsoft's part number of one that is not known.
    pub fn name(&self, sku: SkuId) -> String {
        let part_number = || self.skus.iter().find(|known| known.id == sku).map(|known| known.part_number.clone());
        product_name(sku).map(str::to_owned).or_else(part_number).unwrap_or_else(|| sku.to_string())
    }

    /// Subscriptions of a licence type that are paid for and renew, by day, the nearest first.
    pub fn renewals(&self, sku: SkuId) -> Vec<(Date, &Subscription)> {
        let renewing = |one: &&Subscription| one.sku == sku && !one.trial && one.status == SkuStatus::Enabled;
        let mut renewals: Vec<(Date, &Subscription)> = self
            .subscriptions
            .iter()
            .filter(renewing)
            .filter_map(|one| Some((model::utc_date(one.next_lifecycle?), one)))
            .collect();
        renewals.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.id.cmp(&b.1.id)));
        renewals
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use model::Currency;

    use super::*;
    use crate::facts::Seats;

    const PREMIUM: SkuId = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");
    const FLOW_FREE: SkuId = SkuId::literal("f30db892-07e9-47e9-837c-80727f46fd3d");
    const UNKNOWN: SkuId = SkuId::literal("00000000-0000-4000-8000-000000000001");

    fn sku(id: SkuId, seats: u32) -> Sku {
        let seats = Seats { enabled: seats, ..Seats::default() };
        let part_number = "PART".to_owned();
        Sku { id, part_number, for_users: true, status: SkuStatus::Enabled, seats, consumed: 0, plans: Vec::new() }
    }

    fn subscription(id: &str, sku: SkuId, renews: &str, trial: bool) -> Subscription {
        let next_lifecycle: Option<Timestamp> = Some(renews.parse().unwrap());
        let (status, through_partner) = (SkuStatus::Enabled, false);
        Subscription { id: id.into(), sku, created: None, next_lifecycle, trial, status, seats: 5, through_partner }
    }

    fn licensing(skus: Vec<Sku>, subscriptions: Vec<Subscription>) -> Licensing {
        Licensing { skus, subscriptions, prices: PriceList::built_in(Currency::Usd) }
    }

    #[test]
    fn what_nobody_pays_for_is_free_and_what_has_no_price_is_missing() {
        let trial = vec![subscription("a", PREMIUM, "2026-12-01T00:00:00Z", true)];
        let all = licensing(vec![sku(PREMIUM, 5), sku(FLOW_FREE, 5), sku(UNKNOWN, 5)], Vec::new());
        assert!(matches!(all.cost(PREMIUM), SeatCost::Priced(_)));
        assert_eq!(all.cost(FLOW_FREE), SeatCost::Free);
        assert_eq!(all.cost(UNKNOWN), SeatCost::Missing);
        assert_eq!(licensing(vec![sku(PREMIUM, 5)], trial).cost(PREMIUM), SeatCost::Free);
        assert_eq!(licensing(vec![sku(UNKNOWN, 1_000_000)], Vec::new()).cost(UNKNOWN), SeatCost::Free);
        let many = licensing(vec![sku(PREMIUM, 10_000)], Vec::new());
        assert!(matches!(many.cost(PREMIUM), SeatCost::Priced(_)), "a customer with as many people");
        let lacking = |own: &Licensing| own.skus.iter().map(|sku| own.lacks_price(sku)).collect::<Vec<_>>();
        assert_eq!(lacking(&all), [false, false, true]);
        let ended = Sku { status: SkuStatus::Suspended, ..sku(UNKNOWN, 0) };
        assert_eq!(lacking(&licensing(vec![ended], Vec::new())), [false], "nobody pays for it any more");
        assert_eq!((all.name(PREMIUM), all.name(UNKNOWN)), ("Microsoft 365 Business Premium".into(), "PART".into()));
    }

    #[test]
    fn who_has_what_is_not_in_force_or_free_by_the_settings_costs_nothing_and_its_price_stays_known() {
        let of = |status| licensing(vec![Sku { status, ..sku(PREMIUM, 5) }], Vec::new());
        for status in [SkuStatus::Enabled, SkuStatus::Warning] {
            assert!(matches!(of(status).holding_cost(PREMIUM), SeatCost::Priced(_)), "{status:?}");
        }
        for status in [SkuStatus::Suspended, SkuStatus::Deleted, SkuStatus::LockedOut, SkuStatus::Unknown] {
            assert_eq!(of(status).holding_cost(PREMIUM), SeatCost::Free, "{status:?}");
            assert!(matches!(of(status).cost(PREMIUM), SeatCost::Priced(_)), "{status:?}");
        }
        let mut free = of(SkuStatus::Enabled);
        free.prices.set_free(PREMIUM);
        assert_eq!(free.holding_cost(PREMIUM), SeatCost::Free);
        let nowhere = licensing(Vec::new(), Vec::new());
        assert!(matches!(nowhere.holding_cost(PREMIUM), SeatCost::Priced(_)), "not read since it was given");
        assert_eq!(nowhere.holding_cost(UNKNOWN), SeatCost::Missing);
    }

    #[test]
    fn a_day_to_reduce_by_is_not_over_and_a_week_is_left_after_a_renewal() {
        let day = |text: &str| -> Date { text.parse().unwrap() };
        let renews = day("2026-12-01");
        assert_eq!(reduce_by(renews, day("2026-11-21")), day("2026-11-24"));
        assert_eq!(reduce_by(renews, day("2026-11-28")), day("2026-11-28"));
        assert_eq!(reduce_until(renews), day("2026-12-07"));
    }

    #[test]
    fn a_term_is_a_month_a_year_or_three_years_whatever_the_months_have() {
        let term = |on: &str, next: &str| is_term(on.parse().unwrap(), next.parse().unwrap());
        for next in ["2027-01-01", "2027-12-01", "2027-12-02", "2029-12-01"] {
            assert!(term("2026-12-01", next), "{next}");
        }
        assert!(term("2027-01-31", "2027-02-28") && term("2027-02-28", "2027-03-31"));
        for next in ["2026-12-01", "2027-03-01", "2028-12-01"] {
            assert!(!term("2026-12-01", next), "{next}");
        }
    }

    #[test]
    fn renewals_are_of_what_is_paid_for_and_come_nearest_first() {
        let all = licensing(
            vec![sku(PREMIUM, 10)],
            vec![
                subscription("late", PREMIUM, "2027-03-01T00:00:00Z", false),
                subscription("soon", PREMIUM, "2026-12-01T00:00:00Z", false),
                subscription("trial", PREMIUM, "2026-11-25T00:00:00Z", true),
                Subscription {
                    status: SkuStatus::Suspended,
                    ..subscription("off", PREMIUM, "2026-11-24T00:00:00Z", false)
                },
            ],
        );
        let ids: Vec<&str> = all.renewals(PREMIUM).iter().map(|(_, one)| one.id.as_str()).collect();
        assert_eq!(ids, ["soon", "late"]);
    }
}
