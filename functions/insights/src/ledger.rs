//! When seats that are gone count as a saving. Pure: what a scan saw in, what the ledger says out.
//!
//! A saving is real when fewer seats are paid for than before, and something Steward knows of explains it: the
//! subscription renewed, or a fix was applied shortly before. It is credited once: seats bought again are noted, and
//! giving the same ones back a second time is no new saving. What came instead is taken off ([`Exchanges`]).
//!
//! A subscription that is not renewed goes through days of grace (`warning`), then is suspended, then deleted
//! (checks.md, L20). Nothing is charged from the day it ended on, but in the days of grace it can still be renewed: seats
//! that nobody has are gone at once, those that somebody has once they are out of grace, and then as of that day.

use checks::{Licensing, Price, PriceList, SeatCost, facts::SkuStatus};
use jiff::{Span, civil::Date};
use model::{ScanId, SkuId};
use store::{Cause, SeatChange, SeatLedger};

use crate::exchange::Exchanges;

/// Days after a renewal in which seats that are gone are its doing: seven in which Microsoft lets them be given back
/// (checks.md, L21), and seven until a scan has seen it.
const RENEWAL_DAYS: i32 = 14;
/// Days after a renewal in which seats in their days of grace are its doing (checks.md, L20: commonly 30).
const GRACE_DAYS: i32 = 30;
/// Days after a fix in which seats that are gone are its doing.
pub const FIX_DAYS: i32 = 90;

/// What a scan saw of one licence type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub sku: SkuId,
    /// Usable seats that are paid for.
    pub seats: u32,
    /// Seats whose subscription ended and can still be renewed.
    pub grace: u32,
    /// Of these, seats that somebody has.
    pub held: u32,
    /// Days on which its subscriptions renew.
    pub renewals: Vec<Date>,
    /// What one costs; `None` where the price is missing.
    pub price: Option<Price>,
}

impl Seen {
    /// What is paid for. What is free or a trial is not looked at: its end saves nothing.
    pub fn of(licensing: &Licensing) -> Vec<Self> {
        let mut seen = Vec::new();
        for sku in &licensing.skus {
            if licensing.cost(sku.id) == SeatCost::Free {
                continue;
            }
            let trials = |states: &[SkuStatus]| {
                let own = licensing.subscriptions.iter().filter(|one| one.sku == sku.id && one.trial);
                own.filter(|one| states.contains(&one.status)).fold(0u32, |sum, one| sum.saturating_add(one.seats))
            };
            let grace = sku.seats.warning.saturating_sub(trials(&[SkuStatus::Warning]));
            seen.push(Self {
                sku: sku.id,
                seats: sku.seats.enabled.saturating_sub(trials(&[SkuStatus::Enabled, SkuStatus::Unknown])),
                grace,
                held: sku.consumed.saturating_sub(sku.seats.enabled).min(grace),
                renewals: licensing.renewals(sku.id).into_iter().map(|(day, _)| day).collect(),
                price: licensing.prices.price(sku.id),
            });
        }
        seen
    }

    /// A licence type that is there no more. Its price is still known: Microsoft's list and a company's own prices
    /// outlast it.
    pub fn gone(sku: SkuId, prices: &PriceList) -> Self {
        Self { sku, seats: 0, grace: 0, held: 0, renewals: Vec::new(), price: prices.price(sku) }
    }

    /// That its seats became more or fewer on a day, none of them a saving.
    fn change(&self, scan: ScanId, day: Date, before: u32, after: u32) -> SeatChange {
        SeatChange {
            scan,
            sku: self.sku,
            day,
            before,
            after,
            realised: 0,
            cause: None,
            seat_minor: self.price.as_ref().map(|price| price.monthly.amount_minor),
            basis: self.price.as_ref().map(|price| price.basis),
            freed_by: Vec::new(),
            bought_instead: Vec::new(),
            net_minor: None,
        }
    }
}

/// The first entry of a licence type: from here on it is counted. When seats in grace ended is not known, so that
/// nothing will explain that they are gone.
pub fn opened(seen: &Seen, scan: ScanId) -> SeatLedger {
    let (sku, seats, renewals) = (seen.sku, seen.seats.saturating_add(seen.grace), seen.renewals.clone());
    let (grace, lapsed_on) = (seen.grace, None);
    SeatLedger { sku, scan, seats, grace, lapsed_on, credited: 0, reopened: 0, renewals, renewed_on: None }
}

/// That a licence type is there which was not before, and has to be paid for.
pub fn appeared(seen: &Seen, scan: ScanId, today: Date) -> SeatChange {
    seen.change(scan, today, 0, seen.seats.saturating_add(seen.grace))
}

/// The last renewal of a licence type that has passed by a day.
pub fn last_renewal(ledger: &SeatLedger, today: Date) -> Option<Date> {
    let passed = ledger.renewals.iter().copied().filter(|day| *day <= today).max();
    passed.max(ledger.renewed_on)
}

/// The ledger after a scan, and the change it saw, if there is one. `fixed_on`: when a fix last ended that freed
/// seats of this type. `exchanges`: what may have come instead of them.
pub fn step(
    before: &SeatLedger,
    seen: &Seen,
    scan: ScanId,
    today: Date,
    fixed_on: Option<Date>,
    exchanges: &Exchanges,
) -> (SeatLedger, Option<SeatChange>) {
    let renewed_on = last_renewal(before, today);
    let within = |day: Option<Date>, days: i32| {
        day.is_some_and(|day| day <= today && today <= day.saturating_add(Span::new().days(days)))
    };
    let lapsed_on =
        before.lapsed_on.or(renewed_on.filter(|_| within(renewed_on, GRACE_DAYS))).filter(|_| seen.grace > 0);
    // Without a renewal that it did not live to see, what is in grace waits for a payment: all of it is still owed.
    let in_grace = if lapsed_on.is_some() { seen.held } else { seen.grace };
    // Nobody buys seats by going into grace.
    let seats = seen.seats.saturating_add(in_grace).min(before.seats).max(seen.seats);
    let grace = seats - seen.seats;
    let mut after = SeatLedger {
        scan,
        seats,
        grace,
        lapsed_on,
        // What is gone has no renewals any more; the ones it had still explain that it is.
        renewals: if seen.renewals.is_empty() { before.renewals.clone() } else { seen.renewals.clone() },
        renewed_on,
        ..before.clone()
    };
    if seats == before.seats {
        return (after, None);
    }
    let fallen = before.seats.saturating_sub(seats);
    let out_of_grace = fallen.min(before.grace.saturating_sub(grace));
    let renewal_days = if seen.grace > 0 { GRACE_DAYS } else { RENEWAL_DAYS };
    let (explained, cause, day, since) = match before.lapsed_on.filter(|_| out_of_grace > 0) {
        Some(on) if out_of_grace == fallen => (fallen, Some(Cause::Renewal), on, Some(on)),
        _ if within(renewed_on, renewal_days) => (fallen, Some(Cause::Renewal), today, renewed_on),
        _ if within(fixed_on, FIX_DAYS) => (fallen, Some(Cause::Fix), today, fixed_on),
        Some(on) => (out_of_grace, Some(Cause::Renewal), on, Some(on)),
        None => (0, None, today, None),
    };
    let risen = seats.saturating_sub(before.seats);
    after.reopened += risen.min(before.credited - before.reopened);
    let again = fallen.min(after.reopened);
    after.reopened -= again;
    let realised = explained.min(fallen - again);
    after.credited = after.credited.saturating_add(realised);
    let cause = cause.filter(|_| realised > 0);
    let mut change = SeatChange { realised, cause, ..seen.change(scan, day, before.seats, seats) };
    if fallen > 0 {
        exchanges.settle(&mut change, since.unwrap_or(today));
    }
    (after, Some(change))
}

#[cfg(test)]
mod tests {
    use checks::{
        PriceBasis,
        facts::{Seats, Sku, Subscription},
    };
    use jiff::civil::date;
    use model::Currency;
    use proptest::prelude::*;

    use super::*;

    const SKU: SkuId = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");
    const RENEWS: Date = date(2026, 12, 1);

    fn prices() -> PriceList {
        PriceList::built_in(Currency::Usd)
    }

    fn seen(seats: u32) -> Seen {
        Seen { seats, renewals: vec![date(2027, 12, 1)], ..Seen::gone(SKU, &prices()) }
    }

    /// So many usable, in grace, and of these somebody's.
    fn lapsing(seats: u32, grace: u32, held: u32) -> Seen {
        Seen { seats, grace, held, ..Seen::gone(SKU, &prices()) }
    }

    fn ledger(seats: u32) -> SeatLedger {
        SeatLedger { renewals: vec![RENEWS], ..opened(&seen(seats), ScanId::from_bits(1)) }
    }

    fn on(before: &SeatLedger, seats: u32, day: Date, fixed_on: Option<Date>) -> (SeatLedger, Option<SeatChange>) {
        step(before, &seen(seats), ScanId::from_bits(2), day, fixed_on, &Exchanges::default())
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
        let (gone, nothing) = (Seen::gone(SKU, &prices()), Exchanges::default());
        let change = step(&ledger(5), &gone, ScanId::from_bits(2), RENEWS, None, &nothing).1.unwrap();
        assert_eq!((change.realised, change.monthly_minor()), (5, Some(5 * 2200)));
        assert_eq!(change.basis, Some(PriceBasis::List));
        assert_eq!(on(&ledger(5), 5, RENEWS, None).1, None);
    }

    /// What each scan sees on a day, and what is realised: seats and the day they count from.
    fn lapse(from: u32, scans: &[(Date, Seen)]) -> Vec<(u32, Date)> {
        let (mut ledger, mut told) = (ledger(from), Vec::new());
        for (day, seen) in scans {
            let (after, change) = step(&ledger, seen, ScanId::from_bits(2), *day, None, &Exchanges::default());
            told.extend(change.filter(|change| change.realised > 0).map(|change| (change.realised, change.day)));
            assert!(after.grace <= after.seats && after.grace <= seen.grace, "{after:?}");
            ledger = after;
        }
        told
    }

    #[test]
    fn what_lapsed_is_saved_where_nobody_has_it_and_the_rest_once_it_is_out_of_grace() {
        let (first, last) = (date(2026, 12, 2), date(2026, 12, 31));
        let gone = || lapsing(0, 0, 0);
        let two = [(4, first), (6, RENEWS)];
        // Suspended seats are neither usable nor in grace, like those of a type that is there no more.
        assert_eq!(lapse(10, &[(first, lapsing(0, 10, 6)), (last, gone()), (last, gone())]), two);
        // The same, whoever loses a licence on the way, and whatever is given in the days of grace.
        let leaving = [(first, lapsing(0, 10, 6)), (date(2026, 12, 9), lapsing(0, 10, 5)), (last, gone())];
        assert_eq!(lapse(10, &leaving), [(4, first), (1, RENEWS), (5, RENEWS)]);
        assert_eq!(lapse(10, &[(first, lapsing(0, 10, 6)), (last, lapsing(0, 10, 8)), (last, gone())]), two);
        // Seen late, after two weeks without a scan.
        let late = date(2026, 12, 20);
        assert_eq!(lapse(10, &[(late, lapsing(0, 10, 6)), (last, gone())]), [(4, late), (6, RENEWS)]);
        // One of two subscriptions.
        assert_eq!(lapse(10, &[(first, lapsing(7, 3, 0)), (last, lapsing(7, 0, 0))]), [(3, first)]);
    }

    #[test]
    fn what_is_renewed_in_its_days_of_grace_saves_only_what_it_is_smaller_by() {
        let (first, later) = (date(2026, 12, 2), date(2026, 12, 28));
        assert!(lapse(10, &[(first, lapsing(0, 10, 10)), (later, seen(10))]).is_empty());
        assert_eq!(lapse(10, &[(first, lapsing(0, 10, 10)), (later, seen(8))]), [(2, RENEWS)]);
    }

    #[test]
    fn what_waits_for_a_payment_or_ended_before_it_was_known_is_no_saving() {
        let (early, later) = (date(2026, 11, 20), date(2026, 12, 31));
        assert!(lapse(10, &[(early, lapsing(0, 10, 0)), (early, lapsing(0, 0, 0))]).is_empty());
        let first = opened(&lapsing(0, 10, 4), ScanId::from_bits(1));
        assert_eq!((first.seats, first.grace), (10, 10));
        let nothing = Exchanges::default();
        let change = step(&first, &lapsing(0, 0, 0), ScanId::from_bits(2), later, None, &nothing).1.unwrap();
        assert_eq!((change.before, change.after, change.realised), (10, 0, 0));
    }

    #[test]
    fn only_the_trials_that_run_are_taken_off_what_is_usable() {
        let seats = Seats { enabled: 40, warning: 5, suspended: 25, locked_out: 0 };
        let (part_number, plans) = ("SPB".to_owned(), Vec::new());
        let (status, for_users) = (SkuStatus::Enabled, true);
        let sku = Sku { id: SKU, part_number, for_users, status, seats, consumed: 42, plans };
        let one = |trial, status, seats| Subscription {
            id: format!("{trial} {status:?}"),
            sku: SKU,
            created: None,
            next_lifecycle: None,
            trial,
            status,
            seats,
            through_partner: false,
        };
        let paid = one(false, SkuStatus::Enabled, 40);
        let of = |trials: Vec<Subscription>| {
            let subscriptions = [vec![paid.clone()], trials].concat();
            let licensing = Licensing { skus: vec![sku.clone()], subscriptions, prices: prices() };
            let seen = Seen::of(&licensing).remove(0);
            (seen.seats, seen.grace, seen.held)
        };
        assert_eq!(of(Vec::new()), (40, 5, 2));
        assert_eq!(of(vec![one(true, SkuStatus::Enabled, 10)]), (30, 5, 2));
        assert_eq!(of(vec![one(true, SkuStatus::Warning, 5)]), (40, 0, 0));
        assert_eq!(of(vec![one(true, SkuStatus::Suspended, 25)]), (40, 5, 2), "it takes nothing of what is usable");
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
