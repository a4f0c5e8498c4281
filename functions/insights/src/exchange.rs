//! What came instead of seats that are gone: whoever exchanges a licence saves only what the new one costs less. Pure:
//! what fixes did and which seats became fewer or more in, what is to be taken off a fall out.
//!
//! A fix says itself what it gave instead. What is exchanged by hand is seen only by its seats: other licence types
//! grow, or are there for the first time, while these go. What grew is taken off once, and not where it was bought for
//! a fix.

use std::collections::BTreeMap;

use checks::PriceList;
use jiff::{Span, Timestamp, civil::Date};
use model::{Change, FixId, PersonId, ScanId, SkuId};
use store::{Approval, FixItem, FreedSeats, SeatChange, UnusedSeats};

/// Days before what explains a fall in which other licence types that grow came instead: from then on a company is told
/// of a renewal.
const BEFORE_DAYS: i32 = 30;

/// What the changes of a fix that stand free, and what they give instead, by licence type. What a person got stands
/// against all that went, by what that cost.
pub fn freed(standing: &[&FixItem], prices: Option<&PriceList>) -> (Vec<FreedSeats>, Vec<(SkuId, u32)>) {
    let price = |sku: &SkuId| Some(prices?.price(*sku)?.monthly.amount_minor);
    let mut people: BTreeMap<Option<PersonId>, Vec<&FixItem>> = BTreeMap::new();
    standing.iter().for_each(|item| people.entry(item.person).or_default().push(item));
    let (mut freed, mut given) = (BTreeMap::<SkuId, FreedSeats>::new(), BTreeMap::<SkuId, u32>::new());
    for items in people.into_values() {
        let changes = || items.iter().map(|item| (&item.change, &item.before));
        let (gone, new) = (Change::all_free(changes()), Change::all_given(changes()));
        if gone.is_empty() {
            continue;
        }
        new.iter().for_each(|sku| *given.entry(*sku).or_default() += 1);
        let cost: Option<i64> = new.iter().map(price).sum();
        let weight = |sku: &SkuId| price(sku).unwrap_or(0).max(1);
        let all: i64 = gone.iter().map(weight).sum();
        let mut so_far = 0;
        for sku in gone {
            let upto = so_far + weight(&sku);
            let own = cost.map(|cost| part(cost, upto, all) - part(cost, so_far, all));
            so_far = upto;
            let none = FreedSeats { sku, seats: 0, instead_minor: Some(0), before: None };
            let sum = freed.entry(sku).or_insert(none);
            sum.seats += 1;
            sum.instead_minor = sum.instead_minor.zip(own).map(|(sum, own)| sum.saturating_add(own));
        }
    }
    (freed.into_values().collect(), given.into_iter().collect())
}

/// So much of so many parts of an amount, rounded down.
fn part(minor: i64, of: i64, all: i64) -> i64 {
    minor.saturating_mul(of) / all.max(1)
}

/// Seats a fix freed that are still paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The fix.
    pub fix: FixId,
    /// When it last freed any.
    pub at: Timestamp,
    /// How many.
    pub seats: u32,
    /// What nobody had before it; `None` where that is not known.
    before: Option<UnusedSeats>,
    /// How many of it are given back already.
    back: u32,
    /// What was given instead of all of them costs a month.
    instead_minor: Option<i64>,
}

impl Owed {
    /// What was given instead of the next so many of them costs a month; `None` where a price is missing.
    fn instead(&self, seats: u32) -> Option<i64> {
        let upto = |seats: u32| Some(part(self.instead_minor?, seats.into(), (self.back + self.seats).into()));
        Some(upto(self.back + seats)? - upto(self.back)?)
    }
}

/// Seats that fixes freed and that are still paid for, by licence type; those of the fix that ended first come first.
pub fn owed(approvals: &[Approval], changes: &[SeatChange]) -> BTreeMap<SkuId, Vec<Owed>> {
    let mut gone: BTreeMap<(SkuId, FixId), u32> = BTreeMap::new();
    for change in changes {
        for (fix, seats) in &change.freed_by {
            *gone.entry((change.sku, *fix)).or_default() += seats;
        }
    }
    let mut owed: BTreeMap<SkuId, Vec<Owed>> = BTreeMap::new();
    let mut in_order: Vec<&Approval> = approvals.iter().collect();
    in_order.sort_by_key(|approval| (approval.at, approval.fix));
    for approval in in_order {
        let (fix, at) = (approval.fix, approval.freed_at());
        for FreedSeats { sku, seats, instead_minor, before } in &approval.seats {
            let back = gone.get(&(*sku, fix)).copied().unwrap_or(0);
            let left = seats.saturating_sub(back);
            if left > 0 {
                let (before, instead_minor) = (*before, *instead_minor);
                owed.entry(*sku).or_default().push(Owed { fix, at, seats: left, before, back, instead_minor });
            }
        }
    }
    owed
}

/// Of the seats of a licence type that nobody has, those that are asked back because fixes freed them; `owed` in its
/// order. What the company had free before them stays, and what it kept of earlier ones: who got a licence since got
/// one that was freed, as long as there was one.
pub fn asked_back(owed: &[Owed], unused: u32, asked: impl Fn(&Owed) -> bool) -> u32 {
    let (mut seats, mut kept, mut stays) = (0u32, 0u32, None);
    for one in owed {
        if asked(one) {
            // What else earlier fixes had freed by then is asked back with it, given back already, or undone.
            let stay = |before: UnusedSeats| before.seats.saturating_sub(before.freed.saturating_sub(kept));
            stays = stays.or_else(|| Some(one.before.map_or(0, stay)));
            seats = seats.saturating_add(one.seats);
        } else {
            kept = kept.saturating_add(one.seats);
        }
    }
    seats.min(unused.saturating_sub(stays.unwrap_or(0)))
}

/// What nobody has of a licence type before a fix frees more, by what earlier ones freed.
pub fn unused_before(earlier: &[Owed], unused: u32) -> UnusedSeats {
    UnusedSeats { seats: unused, freed: asked_back(earlier, unused, |_| true) }
}

/// Seats of a licence type that were bought.
#[derive(Debug, Clone)]
struct Rise {
    scan: ScanId,
    sku: SkuId,
    on: Date,
    seats: u32,
    seat_minor: Option<i64>,
    /// How much of it falls have taken off.
    taken: i64,
}

/// Takes seats that a fix gave one day out of those bought around it, of the nearest day first: what they cost is set
/// against what the fix took.
fn bought_for(rises: &mut [Rise], sku: SkuId, on: Date, seats: u32) {
    let days = |rise: &Rise| (rise.on - on).get_days().abs();
    let mut own: Vec<&mut Rise> =
        rises.iter_mut().filter(|rise| rise.sku == sku && days(rise) <= BEFORE_DAYS).collect();
    own.sort_by_key(|rise| days(rise));
    let mut left = seats;
    for rise in own {
        let accounted = rise.seats.min(left);
        (rise.seats, left) = (rise.seats - accounted, left - accounted);
    }
}

/// What fixes freed, and what was bought.
#[derive(Debug, Default)]
pub struct Exchanges {
    owed: BTreeMap<SkuId, Vec<Owed>>,
    /// The newest first, without what was bought for fixes.
    rises: Vec<Rise>,
}

impl Exchanges {
    /// What is known of a company.
    pub fn of(approvals: &[Approval], changes: &[SeatChange]) -> Self {
        let mut taken: BTreeMap<(ScanId, SkuId), i64> = BTreeMap::new();
        for (scan, sku, minor) in changes.iter().flat_map(|change| &change.bought_instead) {
            *taken.entry((*scan, *sku)).or_default() += minor;
        }
        let rose = |change: &&SeatChange| change.after > change.before;
        let rise = |change: &SeatChange| Rise {
            scan: change.scan,
            sku: change.sku,
            on: change.day,
            seats: change.after - change.before,
            seat_minor: change.seat_minor,
            taken: taken.get(&(change.scan, change.sku)).copied().unwrap_or(0),
        };
        let mut rises: Vec<Rise> = changes.iter().filter(rose).map(rise).collect();
        rises.sort_by_key(|rise| std::cmp::Reverse((rise.scan, rise.sku)));
        for approval in approvals {
            let on = model::utc_date(approval.at);
            for (sku, seats) in &approval.given {
                bought_for(&mut rises, *sku, on, *seats);
            }
        }
        Self { owed: owed(approvals, changes), rises }
    }

    /// Puts on a fall which fixes freed its seats, and takes off what came instead of those that count. `since`: the
    /// day of what explains it. Seats that something as dear came instead of are no saving.
    pub fn settle(&self, fall: &mut SeatChange, since: Date) {
        let mut left = fall.before.saturating_sub(fall.after);
        let (mut by_fixes, mut instead) = (0, Some(0i64));
        for owed in self.owed.get(&fall.sku).into_iter().flatten() {
            let seats = owed.seats.min(left);
            if seats == 0 {
                break;
            }
            fall.freed_by.push((owed.fix, seats));
            let counted = seats.min(fall.realised - by_fixes);
            if counted > 0 {
                instead = instead.zip(owed.instead(counted)).map(|(sum, own)| sum.saturating_add(own));
            }
            (by_fixes, left) = (by_fixes + counted, left - seats);
        }
        let Some(seat) = fall.seat_minor else { return };
        let worth = |seats: u32| seat.saturating_mul(seats.into());
        let by_hand = fall.realised - by_fixes;
        if let Some(instead) = instead {
            fall.bought_instead = self.bought(fall.sku, since, worth(by_hand), seat);
            let bought: i64 = fall.bought_instead.iter().map(|(_, _, minor)| minor).sum();
            fall.net_minor = Some((worth(by_fixes) - instead).max(0).saturating_add(worth(by_hand) - bought));
            if bought > 0 && bought == worth(by_hand) {
                fall.realised -= by_hand;
            }
            if instead > 0 && instead >= worth(by_fixes) {
                fall.realised -= by_fixes;
            }
        } else {
            (fall.seat_minor, fall.basis) = (None, None);
        }
        fall.cause = fall.cause.filter(|_| fall.realised > 0);
    }

    /// What other licence types that were bought since shortly before a day take off, `most` at most, the newest first.
    /// What has no price is taken to cost as much as the seats it came instead of.
    fn bought(&self, sku: SkuId, since: Date, most: i64, seat: i64) -> Vec<(ScanId, SkuId, i64)> {
        let since = since.saturating_sub(Span::new().days(BEFORE_DAYS));
        let (mut bought, mut left) = (Vec::new(), most);
        for rise in self.rises.iter().filter(|rise| rise.sku != sku && rise.on >= since) {
            let cost = rise.seat_minor.unwrap_or(seat).saturating_mul(rise.seats.into());
            let minor = (cost - rise.taken).clamp(0, left);
            if minor > 0 {
                bought.push((rise.scan, rise.sku, minor));
                left -= minor;
            }
        }
        bought
    }

    /// Notes what a fall took off, for the next one.
    pub fn note(&mut self, fall: &SeatChange) {
        for (scan, sku, minor) in &fall.bought_instead {
            let own = self.rises.iter_mut().filter(|rise| (rise.scan, rise.sku) == (*scan, *sku));
            own.for_each(|rise| rise.taken = rise.taken.saturating_add(*minor));
        }
    }
}

#[cfg(test)]
mod tests {
    use checks::PriceBasis;
    use jiff::civil::date;
    use model::{Assignment, Currency, Held, State};
    use proptest::prelude::*;
    use store::{Attempt, Cause, ItemState};

    use super::*;

    const PREMIUM: SkuId = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");
    const OFFICE_E3: SkuId = SkuId::literal("6fd2c87f-b296-42f0-b197-1e91e994b900");
    const E3: SkuId = SkuId::literal("05e9a617-0261-4cee-bb44-138d3ef5d965");
    const E5: SkuId = SkuId::literal("06ebc4ee-1bb5-47dd-8120-11324bc54e06");
    const VISIO: SkuId = SkuId::literal("c5928f49-12ba-48f7-ada3-0d743a3601d5");
    const RENEWED: Date = date(2026, 12, 1);

    fn change(scan: u128, sku: SkuId, day: Date, seats: (u32, u32), seat_minor: Option<i64>) -> SeatChange {
        let fallen = seats.0.saturating_sub(seats.1);
        SeatChange {
            scan: ScanId::from_bits(scan),
            sku,
            day,
            before: seats.0,
            after: seats.1,
            realised: fallen,
            cause: (fallen > 0).then_some(Cause::Renewal),
            seat_minor,
            basis: seat_minor.map(|_| PriceBasis::List),
            freed_by: Vec::new(),
            bought_instead: Vec::new(),
            net_minor: None,
        }
    }

    fn rise(day: Date, sku: SkuId, seats: u32, seat_minor: Option<i64>) -> SeatChange {
        change(1, sku, day, (0, seats), seat_minor)
    }

    fn fall(exchanges: &Exchanges, sku: SkuId, seats: u32, seat: i64) -> SeatChange {
        let mut fall = change(2, sku, date(2026, 12, 2), (seats, 0), Some(seat));
        exchanges.settle(&mut fall, RENEWED);
        fall
    }

    /// Seats that count, and what they save a month.
    fn counts(fall: &SeatChange) -> (u32, Option<i64>) {
        assert_eq!(fall.cause.is_some(), fall.realised > 0);
        (fall.realised, fall.monthly_minor())
    }

    fn approval(at: &str, seats: Vec<FreedSeats>, given: Vec<(SkuId, u32)>) -> Approval {
        let (fix, departments, freed) = (FixId::from_bits(7), Vec::new(), Vec::new());
        let at = at.parse().unwrap();
        let (retried_at, items, undone, monthly_minor) = (None, 1, 0, 0);
        Approval { fix, at, retried_at, items, undone, monthly_minor, departments, freed, seats, given }
    }

    #[test]
    fn what_was_bought_instead_is_taken_off_once_and_of_other_licence_types() {
        let bought = rise(date(2026, 11, 25), E5, 10, Some(6000));
        let mut exchanges = Exchanges::of(&[], std::slice::from_ref(&bought));
        assert_eq!(counts(&fall(&exchanges, E5, 10, 6000)), (10, Some(60_000)), "its own seats are not instead of it");
        let first = fall(&exchanges, E3, 10, 3900);
        assert_eq!(counts(&first), (0, Some(0)), "they cost more than what went");
        exchanges.note(&first);
        let second = fall(&exchanges, VISIO, 20, 1500);
        assert_eq!(counts(&second), (20, Some(30_000 - 21_000)));
        assert_eq!(fall(&Exchanges::of(&[], &[bought, first]), VISIO, 20, 1500), second, "as the ledger has it");
        exchanges.note(&second);
        assert_eq!(counts(&fall(&exchanges, PREMIUM, 1, 2200)), (1, Some(2200)), "nothing is left of it");
    }

    #[test]
    fn what_was_bought_long_before_or_for_a_fix_is_not_instead_of_anything() {
        let early = rise(date(2026, 10, 31), E5, 10, Some(6000));
        assert_eq!(counts(&fall(&Exchanges::of(&[], &[early]), E3, 10, 3900)), (10, Some(39_000)));
        let fix = approval("2026-11-26T10:00:00Z", Vec::new(), vec![(PREMIUM, 10)]);
        let bought = rise(date(2026, 11, 25), PREMIUM, 12, Some(2200));
        assert_eq!(counts(&fall(&Exchanges::of(&[fix], &[bought]), VISIO, 10, 1500)), (10, Some(15_000 - 2 * 2200)));
    }

    #[test]
    fn what_was_bought_for_a_fix_stays_so_though_the_fix_ended_before_what_is_looked_at() {
        let fix = [approval("2026-11-26T10:00:00Z", Vec::new(), vec![(PREMIUM, 10)])];
        let for_fix = rise(date(2026, 11, 27), PREMIUM, 10, Some(2200));
        let gone = |bought: &[SeatChange]| {
            let mut gone = change(2, VISIO, date(2026, 12, 28), (10, 0), Some(1500));
            // What is looked at begins with 27 November.
            Exchanges::of(&fix, bought).settle(&mut gone, date(2026, 12, 27));
            counts(&gone)
        };
        assert_eq!(gone(std::slice::from_ref(&for_fix)), (10, Some(15_000)));
        let by_itself = rise(date(2026, 12, 20), PREMIUM, 3, Some(2200));
        assert_eq!(gone(&[for_fix, by_itself]), (10, Some(15_000 - 3 * 2200)), "the nearest was bought for it");
    }

    #[test]
    fn what_has_no_price_is_taken_to_cost_what_it_came_instead_of() {
        let bought = rise(date(2026, 11, 25), E5, 4, None);
        assert_eq!(counts(&fall(&Exchanges::of(&[], &[bought]), E3, 10, 3900)), (10, Some(6 * 3900)));
    }

    #[test]
    fn seats_a_fix_freed_save_what_it_gave_less_and_are_owed_until_they_are_gone() {
        let freed = |instead_minor| vec![FreedSeats { sku: E3, seats: 10, instead_minor, before: None }];
        let fix = |instead_minor| [approval("2026-11-26T10:00:00Z", freed(instead_minor), vec![(PREMIUM, 10)])];
        let known = fix(Some(22_000));
        let first = fall(&Exchanges::of(&known, &[]), E3, 4, 3900);
        assert_eq!((counts(&first), &first.freed_by[..]), ((4, Some(4 * 1700)), &[(FixId::from_bits(7), 4)][..]));
        let changes = [first];
        assert_eq!(owed(&known, &changes)[&E3][0].seats, 6);
        // What went beyond is nobody's exchange.
        let rest = fall(&Exchanges::of(&known, &changes), E3, 8, 3900);
        assert_eq!(counts(&rest), (8, Some(6 * 1700 + 2 * 3900)));
        assert!(owed(&known, &[&changes[..], &[rest][..]].concat()).is_empty());
        let bought = rise(date(2026, 11, 25), E5, 10, Some(6000));
        let unknown = fall(&Exchanges::of(&fix(None), &[bought]), E3, 14, 3900);
        assert_eq!(counts(&unknown), (14, None), "its price is missing");
        assert!(unknown.bought_instead.is_empty(), "what counts nothing uses up nothing");
    }

    #[test]
    fn seats_a_fix_freed_for_something_as_dear_are_no_saving_whatever_went_beside_them() {
        let freed = vec![FreedSeats { sku: E3, seats: 10, instead_minor: Some(50_000), before: None }];
        let fix = [approval("2026-11-26T10:00:00Z", freed, vec![(E5, 10)])];
        let dearer = fall(&Exchanges::of(&fix, &[]), E3, 10, 3900);
        assert_eq!((counts(&dearer), &dearer.freed_by[..]), ((0, Some(0)), &[(FixId::from_bits(7), 10)][..]));
        assert_eq!(counts(&fall(&Exchanges::of(&fix, &[]), E3, 14, 3900)), (4, Some(4 * 3900)));
        let bought = rise(date(2026, 11, 25), VISIO, 20, Some(1500));
        assert_eq!(counts(&fall(&Exchanges::of(&fix, &[bought]), E3, 14, 3900)), (0, Some(0)));
    }

    /// What happens to the seats of a licence type.
    #[derive(Debug, Clone, Copy)]
    enum Step {
        /// A fix takes so many from people.
        Freed(u32),
        /// So many of the first fix are undone.
        PutBack(u32),
        /// So many are given to people.
        Given(u32),
        /// So many fewer are bought.
        GaveBack(u32),
        /// What fixes freed so far is kept by who let its renewal pass.
        LetPass,
    }

    /// Seats that are asked back after these steps because fixes freed them, and those that nobody has.
    fn after(steps: &[Step], mut unused: u32) -> (u32, u32) {
        let (mut approvals, mut changes, mut passed) = (Vec::<Approval>::new(), Vec::new(), None);
        for (number, step) in (1u128..).zip(steps) {
            match *step {
                Step::Freed(seats) => {
                    let earlier = owed(&approvals, &changes).remove(&E3).unwrap_or_default();
                    let before = Some(unused_before(&earlier, unused));
                    let seats_freed = vec![FreedSeats { sku: E3, seats, instead_minor: Some(0), before }];
                    let of = approval("2026-11-26T10:00:00Z", seats_freed, Vec::new());
                    approvals.push(Approval { fix: FixId::from_bits(number), ..of });
                    unused += seats;
                }
                Step::PutBack(seats) => {
                    approvals[0].seats[0].seats -= seats;
                    unused -= seats;
                }
                Step::Given(seats) => unused -= seats,
                Step::GaveBack(seats) => {
                    let mut fall = change(number, E3, date(2026, 12, 2), (100, 100 - seats), Some(3900));
                    Exchanges::of(&approvals, &changes).settle(&mut fall, RENEWED);
                    changes.push(fall);
                    unused -= seats;
                }
                Step::LetPass => passed = approvals.last().map(|last| last.fix),
            }
        }
        let owed = owed(&approvals, &changes).remove(&E3).unwrap_or_default();
        (asked_back(&owed, unused, |one| passed < Some(one.fix)), unused)
    }

    #[test]
    fn what_a_fix_freed_is_asked_back_as_far_as_nobody_has_it_and_what_was_free_before_stays() {
        use Step::{Freed, GaveBack, Given, LetPass, PutBack};
        /// What the check of unused seats leaves (L1), as the settings have it for a small company.
        const SLACK: u32 = 2;
        // Unused before; what happens; asked back as freed; told, if the check says what it finds.
        let table: &[(u32, &[Step], u32, u32)] = &[
            (2, &[Freed(4)], 4, 4),
            (2, &[Freed(4), Given(1)], 3, 3),
            (2, &[Freed(4), Given(4)], 0, 0),
            // Too few for the check to speak.
            (0, &[Freed(2)], 2, 2),
            (0, &[Freed(2), Given(1)], 1, 1),
            (0, &[Freed(2), Given(2)], 0, 0),
            // More than the slack was free before: the check asks for that.
            (5, &[], 0, 3),
            (5, &[Freed(4)], 4, 7),
            (5, &[Freed(4), Given(4)], 0, 3),
            (5, &[GaveBack(3), Freed(4)], 4, 4),
            // What is given back is the fix's first.
            (5, &[Freed(4), GaveBack(3)], 1, 4),
            (5, &[Freed(1), GaveBack(3)], 0, 1),
            (5, &[Freed(4), GaveBack(7)], 0, 0),
            // Two fixes.
            (0, &[Freed(2), Freed(2)], 4, 4),
            (0, &[Freed(2), Freed(2), Given(3)], 1, 1),
            (0, &[Freed(2), Freed(2), GaveBack(2)], 2, 2),
            (0, &[Freed(2), Freed(2), PutBack(2)], 2, 2),
            (0, &[Freed(2), Given(2), Freed(2)], 2, 2),
            // The seats of the first were kept.
            (0, &[Freed(2), LetPass, Freed(2)], 2, 2),
            (0, &[Freed(2), LetPass, Freed(2), Given(2)], 0, 0),
            (0, &[Freed(2), Given(2), LetPass, Freed(2)], 2, 2),
            (2, &[Freed(4), Given(4), LetPass, Freed(2), GaveBack(2)], 0, 0),
        ];
        for (unused, steps, freed, told) in table {
            let (asked, left) = after(steps, *unused);
            assert_eq!((asked, asked.max(left.saturating_sub(SLACK))), (*freed, *told), "{unused} unused, {steps:?}");
        }
    }

    fn item(person: u128, remove: &[SkuId], add: &[SkuId]) -> FixItem {
        let blank = Held { sku: E3, group: None, disabled_plans: Vec::new(), error: None, updated: None };
        let held = |sku: &SkuId| Held { sku: *sku, ..blank.clone() };
        let given = |sku: &SkuId| Assignment { sku: *sku, disabled_plans: Vec::new() };
        FixItem {
            number: 1,
            person: Some(format!("00000000-0000-4000-8000-{person:012}").parse().unwrap()),
            name: "Anna".into(),
            change: Change::Licences { remove: remove.to_vec(), add: add.iter().map(given).collect() },
            before: State { licences: remove.iter().map(held).collect(), ..State::default() },
            doubts: None,
            monthly: None,
            attempt: Attempt { state: ItemState::Done, ..Attempt::WAITING },
            undo: None,
        }
    }

    #[test]
    fn what_is_given_for_several_stands_against_each_by_its_price() {
        let prices = PriceList::built_in(Currency::Usd);
        let items = [
            item(1, &[E3], &[PREMIUM]),
            item(2, &[E3], &[PREMIUM]),
            item(3, &[OFFICE_E3, VISIO], &[E3]),
            item(4, &[VISIO], &[]),
        ];
        let (seats, given) = freed(&items.iter().collect::<Vec<_>>(), Some(&prices));
        let of = |sku: SkuId| seats.iter().find(|one| one.sku == sku).unwrap();
        assert_eq!((of(E3).seats, of(E3).instead_minor), (2, Some(2 * 2200)));
        assert_eq!((of(OFFICE_E3).seats, of(VISIO).seats), (1, 2));
        let (suite, diagrams) = (of(OFFICE_E3).instead_minor.unwrap(), of(VISIO).instead_minor.unwrap());
        assert!(suite > diagrams && diagrams > 0, "{suite} and {diagrams}");
        assert_eq!(suite + diagrams, 3900, "all of it stands against something");
        assert_eq!(given.iter().find(|one| one.0 == PREMIUM), Some(&(PREMIUM, 2)));
        let unknown = freed(&[&items[0]], None).0;
        assert_eq!((unknown[0].seats, unknown[0].instead_minor), (1, None));
    }

    proptest! {
        #[test]
        fn in_however_many_parts_seats_go_what_was_given_is_taken_off_to_the_cent(
            falls in prop::collection::vec(1u32..5, 1..8), instead in 0i64..100_000,
        ) {
            let all: u32 = falls.iter().sum();
            let seats = vec![FreedSeats { sku: E3, seats: all, instead_minor: Some(instead), before: None }];
            let fix = [approval("2026-11-26T10:00:00Z", seats, Vec::new())];
            let (mut changes, mut saved) = (Vec::new(), 0);
            for seats in falls {
                let change = fall(&Exchanges::of(&fix, &changes), E3, seats, 100_000);
                saved += change.monthly_minor().unwrap();
                changes.push(change);
            }
            prop_assert_eq!(saved, i64::from(all) * 100_000 - instead);
        }
    }
}
