//! When seats that are gone count as a saving. Pure: what a scan saw in, what the ledger says out.
//!
//! A saving is real when fewer seats are paid for than before, and something Steward knows of explains it: the
//! subscription renewed, or a fix was applied shortly before. It is credited once: seats bought again are noted, and
//! giving the same ones back a second time is no new saving.

use checks::{Licensing, SeatCost};
use jiff::{Span, civil::Date};
use model::{ScanId, SkuId};
use store::{Cause, SeatChange, SeatLedger};

/// Days after a renewal in which seats that are gone are its doing: seven in which Microsoft lets them be given back
/// (checks.md, L21), and seven until a scan has seen it.
const RENEWAL_DAYS: i32 = 14;
/// Days after a fix in which seats that are gone are its doing.
pub const FIX_DAYS: i32 = 90;

/// What a scan saw of one licence type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub sku: SkuId,
    /// Seats that are paid for.
    pub seats: u32,
    /// Days on which its subscriptions renew.
    pub renewals: Vec<Date>,
    /// What one costs a month, minor units; `None` where the price is missing.
    pub seat_minor: Option<i64>,
}

impl Seen {
    /// What is paid for. What is free or a trial is not looked at: its end saves nothing. Seats in the days of grace
    /// after a subscription ended are not given back yet.
    pub fn of(licensing: &Licensing) -> Vec<Self> {
        let mut seen = Vec::new();
        for sku in &licensing.skus {
            let cost = licensing.cost(sku.id);
            if cost == SeatCost::Free {
                continue;
            }
            let own = licensing.subscriptions.iter().filter(|one| one.sku == sku.id);
            let trials = own.filter(|one| one.trial).fold(0u32, |sum, one| sum.saturating_add(one.seats));
            seen.push(Self {
                sku: sku.id,
                seats: sku.seats.enabled.saturating_add(sku.seats.warning).saturating_sub(trials),
                renewals: licensing.renewals(sku.id).into_iter().map(|(day, _)| day).collect(),
                seat_minor: cost.monthly(&licensing.prices).map(|money| money.amount_minor),
            });
        }
        seen
    }

    /// A licence type that is there no more.
    pub const fn gone(sku: SkuId) -> Self {
        Self { sku, seats: 0, renewals: Vec::new(), seat_minor: None }
    }
}

/// The first entry of a licence type: from here on it is counted.
pub fn opened(seen: &Seen, scan: ScanId) -> SeatLedger {
    let (sku, seats, renewals) = (seen.sku, seen.seats, seen.renewals.clone());
    SeatLedger { sku, scan, seats, credited: 0, reopened: 0, renewals, renewed_on: None }
}

/// The last renewal of a licence type that has passed by a day.
pub fn last_renewal(ledger: &SeatLedger, today: Date) -> Option<Date> {
    let passed = ledger.renewals.iter().copied().filter(|day| *day <= today).max();
    passed.max(ledger.renewed_on)
}

/// The ledger after a scan, and the change it saw, if there is one. `fixed_on`: when a fix last ended that freed
/// seats of this type.
pub fn step(
    before: &SeatLedger,
    seen: &Seen,
    scan: ScanId,
    today: Date,
    fixed_on: Option<Date>,
) -> (SeatLedger, Option<SeatChange>) {
    let renewed_on = last_renewal(before, today);
    let mut after = SeatLedger {
        scan,
        seats: seen.seats,
        // What is gone has no renewals any more; the ones it had still explain that it is.
        renewals: if seen.renewals.is_empty() { before.renewals.clone() } else { seen.renewals.clone() },
        renewed_on,
        ..before.clone()
    };
    if seen.seats == before.seats {
        return (after, None);
    }
    let within = |day: Option<Date>, days: i32| {
        day.is_some_and(|day| day <= today && today <= day.saturating_add(Span::new().days(days)))
    };
    let cause = if within(renewed_on, RENEWAL_DAYS) {
        Some(Cause::Renewal)
    } else if within(fixed_on, FIX_DAYS) {
        Some(Cause::Fix)
    } else {
        None
    };
    let risen = seen.seats.saturating_sub(before.seats);
    after.reopened += risen.min(before.credited - before.reopened);
    let fallen = before.seats.saturating_sub(seen.seats);
    let again = fallen.min(after.reopened);
    after.reopened -= again;
    let realised = if cause.is_some() { fallen - again } else { 0 };
    after.credited = after.credited.saturating_add(realised);
    let change = SeatChange {
        scan,
        sku: seen.sku,
        day: today,
        before: before.seats,
        after: seen.seats,
        realised,
        cause: cause.filter(|_| realised > 0),
        seat_minor: seen.seat_minor,
    };
    (after, Some(change))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const SKU: SkuId = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");
    const RENEWS: Date = date(2026, 12, 1);

    fn seen(seats: u32) -> Seen {
        Seen { sku: SKU, seats, renewals: vec![date(2027, 12, 1)], seat_minor: Some(2200) }
    }

    fn ledger(seats: u32) -> SeatLedger {
        SeatLedger { renewals: vec![RENEWS], ..opened(&seen(seats), ScanId::from_bits(1)) }
    }

    fn on(before: &SeatLedger, seats: u32, day: Date, fixed_on: Option<Date>) -> (SeatLedger, Option<SeatChange>) {
        step(before, &seen(seats), ScanId::from_bits(2), day, fixed_on)
    }

    #[test]
    fn seats_gone_after_their_renewal_are_a_saving() {
        let change = on(&ledger(40), 36, date(2026, 12, 2), None).1.unwrap();
        assert_eq!((change.realised, change.cause, change.seat_minor), (4, Some(Cause::Renewal), Some(2200)));
        // Seen late, still the renewal's doing; long after, nobody's.
        assert_eq!(on(&ledger(40), 36, date(2026, 12, 15), None).1.unwrap().realised, 4);
        let late = on(&ledger(40), 36, date(2026, 12, 16), None).1.unwrap();
        assert_eq!((late.realised, late.cause), (0, None));
    }

    #[test]
    fn seats_gone_before_their_renewal_are_one_only_after_a_fix() {
        let day = date(2026, 11, 20);
        assert_eq!(on(&ledger(40), 36, day, None).1.unwrap().realised, 0);
        let after_fix = on(&ledger(40), 36, day, Some(date(2026, 11, 1))).1.unwrap();
        assert_eq!((after_fix.realised, after_fix.cause), (4, Some(Cause::Fix)));
        assert_eq!(on(&ledger(40), 36, day, Some(date(2026, 8, 1))).1.unwrap().realised, 0);
    }

    #[test]
    fn seats_bought_again_do_not_undo_a_saving_and_are_none_when_they_go_again() {
        let day = date(2026, 12, 2);
        let (fell, _) = on(&ledger(40), 36, day, None);
        let (rose, change) = on(&fell, 40, day, None);
        let change = change.unwrap();
        assert_eq!((change.before, change.after, change.realised), (36, 40, 0));
        assert_eq!((rose.credited, rose.reopened), (4, 4));
        let (again, change) = on(&rose, 36, day, None);
        assert_eq!((change.unwrap().realised, again.credited, again.reopened), (0, 4, 0));
        // What goes beyond them is new.
        assert_eq!(on(&rose, 33, day, None).1.unwrap().realised, 3);
    }

    #[test]
    fn a_licence_type_that_is_gone_gives_back_all_its_seats() {
        let (_, change) = step(&ledger(5), &Seen::gone(SKU), ScanId::from_bits(2), RENEWS, None);
        assert_eq!(change.unwrap().realised, 5);
        assert_eq!(on(&ledger(5), 5, RENEWS, None).1, None);
    }

    proptest! {
        #[test]
        fn never_more_than_fell_and_never_twice(counts in prop::collection::vec(0u32..50, 1..40)) {
            let day = date(2026, 12, 2);
            let start = counts[0];
            let (mut ledger, mut fell, mut credited, mut lowest) = (ledger(start), 0, 0, start);
            for seats in counts {
                let (after, change) = on(&ledger, seats, day, None);
                fell += ledger.seats.saturating_sub(seats);
                credited += change.map_or(0, |change| change.realised);
                lowest = lowest.min(seats);
                prop_assert!(after.reopened <= after.credited);
                prop_assert!(credited == after.credited && credited <= fell);
                // At least what the lowest count shows was given back for good.
                prop_assert!(credited >= start - lowest);
                ledger = after;
            }
        }

        #[test]
        fn going_up_and_down_between_two_counts_is_one_saving(low in 0u32..20, more in 1u32..20, times in 1usize..10) {
            let day = date(2026, 12, 2);
            let mut ledger = ledger(low + more);
            let mut credited = 0;
            for _ in 0..times {
                for seats in [low, low + more] {
                    let (after, change) = on(&ledger, seats, day, None);
                    credited += change.map_or(0, |change| change.realised);
                    ledger = after;
                }
            }
            prop_assert_eq!(credited, more);
        }
    }
}
