//! L22: seats paid by the month that are needed all year.
//!
//! Rule: a subscription on a monthly term costs about a fifth more than one for a year. The fewest seats in use on any
//! day of the past year and today, less those bought for a year already, could be bought for a year. Seats that other
//! checks take from people are counted there, and no share of them here.
//!
//! Which term: what the company says it buys, else what the dates of a subscription tell, else what our own record
//! does: the renewal we saw pass last and the one that is next are a month apart.
//!
//! Money: a fifth of the list price, which is that of a year. What a company says it pays from month to month has the
//! surcharge in it, a sixth. Where it says what it pays and not for which term, a sixth too, which is the least it can
//! be, and likely only.
//!
//! Traps: needs a year of our own snapshots, and most of its days, and says so until then; on a day that leaves the type
//! out nobody had it; a term is told from the dates of a subscription only while it is young, because `createdDateTime`
//! does not move when it renews; renewals are recorded by licence type, so where a type has several subscriptions they
//! tell nothing: two for a year may renew a month apart; who sets a price and no term does not overrule the dates; seats
//! that come and go are what a monthly term is for, so only the base counts.

use jiff::{Span, civil::Date};
use model::SkuId;

use super::{Check, CheckId, LicenceVerdict, Rule, Severity, Stake, Text, licences};
use crate::{
    evaluation::Context,
    facts::{Load, SkuStatus, Subscription},
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
                           35 days after their creation or, where it is the only one of its licence type, after the \
                           renewal we saw pass before. Base: least consumedUnits in our daily snapshots of 365 days, \
                           of which at least 300 are there, and today. Seats: base less seats of other subscriptions, \
                           at most those on the monthly term. 20 % of the list price, which is that of a year; of \
                           your own price the sixth that is in it. Of seats that no other check takes back.",
    },
    steps: &[
        "Open the Microsoft 365 admin centre and choose Billing, then Your products.",
        "Buy the number of licences written here again, with a term of one year.",
        "Assigned licences follow by themselves: a licence type has one pool of licences.",
        "Lower the monthly subscription by the same number before it renews.",
        "Check again here: the finding goes away once the monthly subscription is smaller.",
    ],
    rule: Rule::Licence(judge),
};

/// How far our snapshots have to reach back.
const YEAR_DAYS: i64 = 365;
/// Days of a year there has to be a snapshot of.
const DAYS_LEAST: u32 = 300;

/// Days of a month's term, with some to spare.
const MONTH_DAYS_LEAST: i64 = 25;
const MONTH_DAYS_MOST: i64 = 35;

const HISTORY: &str = "Steward's daily snapshots";

/// Whether a subscription is on a monthly term, as far as its dates tell.
pub fn is_monthly(subscription: &Subscription) -> bool {
    let (Some(created), Some(next)) = (subscription.created, subscription.next_lifecycle) else { return false };
    is_paid(subscription) && is_month(model::utc_date(created), model::utc_date(next))
}

/// The next renewal of a licence type's only paid subscription, where that is about a month away or less: then our own
/// record may tell its term. Of several it would not be known which renewed.
pub fn renews_soon(subscriptions: &[Subscription], sku: SkuId, today: Date) -> Option<Date> {
    let mut paid = subscriptions.iter().filter(|subscription| is_paid(subscription) && subscription.sku == sku);
    let (Some(only), None) = (paid.next(), paid.next()) else { return None };
    let next = model::utc_date(only.next_lifecycle?);
    (0..=MONTH_DAYS_MOST).contains(&days(today, next)).then_some(next)
}

fn is_paid(subscription: &Subscription) -> bool {
    !subscription.trial && subscription.status == SkuStatus::Enabled
}

fn is_month(from: Date, to: Date) -> bool {
    (MONTH_DAYS_LEAST..=MONTH_DAYS_MOST).contains(&days(from, to))
}

/// Seats of a licence type bought by the month, and those bought for a year: all alike where `by_month` says so.
fn seats_by_term(context: &Context, licence: &LicenceType, by_month: Option<bool>) -> Option<(u32, u32)> {
    let sku = licence.sku.id;
    let subscriptions = context.directory.subscriptions.as_deref().ok().filter(|_| licence.is_paid())?;
    let renewed = context.directory.loads.get(&sku).and_then(|load| load.renewed);
    let next = renews_soon(subscriptions, sku, context.today);
    let renews_monthly = renewed.zip(next).is_some_and(|(before, next)| is_month(before, next));
    let (mut monthly, mut yearly) = (0u32, 0u32);
    for subscription in subscriptions.iter().filter(|sub| is_paid(sub) && sub.sku == sku) {
        let by_month = by_month.unwrap_or_else(|| renews_monthly || is_monthly(subscription));
        let seats = if by_month { &mut monthly } else { &mut yearly };
        *seats = seats.saturating_add(subscription.seats);
    }
    Some((monthly, yearly))
}

/// Our own record of a licence type, where it is of a year.
fn of_a_year(context: &Context, licence: &LicenceType) -> Option<Load> {
    let year_ago = context.today.saturating_sub(Span::new().days(YEAR_DAYS));
    let load = context.directory.loads.get(&licence.sku.id).copied()?;
    (load.since <= year_ago && load.days >= DAYS_LEAST).then_some(load)
}

/// How many seats may be needed all year, of those bought by the month, where so many are in use at the least.
fn base(least: u32, monthly: u32, yearly: u32) -> u32 {
    least.saturating_sub(yearly).min(monthly)
}

/// Whether seats in use are bought by the month, and our own record is too short to tell whether they are all year. By
/// what Microsoft tells alone: a price that changes leaves what could not be looked at as it is.
pub(crate) fn is_too_early(context: &Context, licence: &LicenceType) -> bool {
    let used = licence.sku.consumed;
    let bought = seats_by_term(context, licence, None);
    bought.is_some_and(|(monthly, yearly)| base(used, monthly, yearly) > 0) && of_a_year(context, licence).is_none()
}

fn judge(context: &Context, licence: &LicenceType) -> Option<LicenceVerdict> {
    let (by_month, told_by) = match context.terms.get(&licence.sku.id) {
        Some(Term::Monthly) => (Some(true), "Your prices"),
        Some(Term::AnnualPaidYearly | Term::AnnualPaidMonthly) => (Some(false), "Your prices"),
        None => (None, "Microsoft subscriptions"),
    };
    let (monthly, yearly) = seats_by_term(context, licence, by_month)?;
    let load = of_a_year(context, licence)?;
    // Snapshots are of days that are over: what is in use now may be less.
    let least = load.least.min(licence.sku.consumed);
    let base = base(least, monthly, yearly);
    if base == 0 {
        return None;
    }
    let today = Some(context.today);
    Some(LicenceVerdict {
        headline: format!("{} of {} could be bought for a year", licences(base), licence.name()),
        seats: base,
        lists_holders: false,
        evidence: vec![
            Evidence::new("Fewest in use on any day of the past year", least, HISTORY, today),
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
    use crate::{
        Directory, Evaluation, Outcome, OwnPrice, PriceList, Settings, Sources,
        facts::{Missing, Person},
        outcome::Extent,
        testing::*,
    };

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

    /// Seats and money, certain and likely, where the company says what it pays, and how it buys.
    fn said(term: Option<Term>, amount: Option<i64>, term_days: i32) -> Option<(u32, i64, i64)> {
        let mut prices = PriceList::built_in(Currency::Usd);
        let amount = amount.map(|minor| Money::new(minor, Currency::Usd));
        let own = OwnPrice { amount, term, note: None, as_of: TODAY, set_by: Actor::System };
        prices.set(sku_id(BASIC), &own).expect("a price");
        let directory = with(vec![bought(10, term_days)], year(7));
        let evaluation = Evaluation::new(directory, Settings::default(), prices, now());
        let outcome = evaluation.finish(&Sources::both(TODAY));
        let finding = outcome.of(CheckId::L22)?;
        assert!(finding.price_missing.is_empty());
        let saving = finding.saving.as_ref()?;
        let certain = saving.certain_monthly.amount_minor;
        Some((finding.seats, certain, saving.monthly.amount_minor - certain))
    }

    fn year(least: u32) -> Load {
        Load { since: ago(365), days: 360, least, renewed: None }
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
        let monthly = Some(Term::Monthly);
        assert_eq!(said(monthly, None, 365), Some((7, 7 * 140, 0)));
        assert_eq!(said(monthly, Some(960), 365), Some((7, 7 * 160, 0)));
        for term in [Term::AnnualPaidYearly, Term::AnnualPaidMonthly] {
            assert_eq!((said(Some(term), None, 30), said(Some(term), Some(960), 30)), (None, None));
        }
    }

    #[test]
    fn a_price_of_which_the_company_does_not_say_the_term_saves_the_least_it_can_and_no_more_than_likely() {
        // Ten dollars are what a month costs, or what a year does: a sixth, or a fifth that nobody has said.
        assert_eq!(said(None, Some(1000), 30), Some((7, 0, 7 * 166)));
        assert_eq!(said(None, Some(0), 30), Some((7, 0, 0)));
        assert_eq!(said(None, Some(1000), 365), None, "the dates tell the term");
    }

    #[test]
    fn what_is_in_use_today_counts_too_and_spare_seats_are_not_bought_for_a_year() {
        let mut directory = with(vec![bought(20, 30)], year(20));
        *directory.skus.iter_mut().find(|own| own.id == sku_id(BASIC)).expect("a type") = sku(BASIC, 20, 2);
        let outcome = evaluate(directory, &[]);
        assert_eq!(seats(&outcome), Some(2));
        // Eighteen are spare, two of them for the next hires.
        assert_eq!(outcome.of(CheckId::L1).map(|finding| finding.seats), Some(16));
    }

    #[test]
    fn seats_that_are_taken_from_people_are_counted_there_alone() {
        let blocked = |n| {
            let gone = Person { enabled: Some(false), sign_in: signed_in(200), ..person(n, &[BASIC]) };
            (gone, idle_report(), Some(ago(200)))
        };
        let run = |people: &[_]| evaluate(with(vec![bought(10, 30)], year(9)), people);
        let saved = |outcome: &Outcome| {
            let finding = outcome.of(CheckId::L22).expect("a finding");
            (finding.seats, finding.saving.as_ref().map(|saving| saving.monthly.amount_minor))
        };
        // Of ten in use nine were all year: one that goes was not among them, the second is.
        assert_eq!(saved(&run(&[])), (9, Some(9 * 140)));
        let one = run(&[blocked(1)]);
        assert_eq!(saved(&one), (9, Some(9 * 140)));
        assert_eq!(one.totals.monthly.amount_minor, 700 + 9 * 140);
        let three = run(&[blocked(1), blocked(2), blocked(3)]);
        assert_eq!(saved(&three), (9, Some(7 * 140)));
        assert_eq!(three.totals.monthly.amount_minor, 3 * 700 + 7 * 140);
        let all: Vec<_> = (1..=10).map(blocked).collect();
        assert_eq!(saved(&run(&all)), (9, Some(0)));
    }

    /// What is found of ten seats bought two years ago of which a renewal passed, where the next one is to come.
    fn after_renewal(renewed: Option<Date>, next: Date) -> Option<u32> {
        let at = |day: Date| format!("{day}T00:00:00Z").parse().expect("a time");
        let old = Subscription { created: Some(at(ago(730))), next_lifecycle: Some(at(next)), ..bought(10, 30) };
        seats(&run(vec![old], Load { renewed, ..year(7) }))
    }

    #[test]
    fn an_old_subscription_is_monthly_while_its_renewals_are_seen_a_month_apart() {
        // Every day of a month: the renewal that is next is the same until it passes.
        for day in 1..=30 {
            assert_eq!(after_renewal(Some(ago(30 - day)), ago(-day)), Some(7), "{day} days before the next");
        }
        assert_eq!(after_renewal(None, ago(-20)), None, "no renewal was seen yet");
        assert_eq!(after_renewal(Some(ago(345)), ago(-20)), None, "a year's term that ends soon");
        assert_eq!(after_renewal(Some(ago(5)), ago(-360)), None, "a year's term that just renewed");
        let (soon, late) = (Some("2026-12-11"), Some("2027-01-10"));
        let two = vec![subscription(BASIC, 6, soon), subscription(BASIC, 4, late)];
        assert_eq!(seats(&run(two, Load { renewed: Some(ago(10)), ..year(7) })), None, "which of them renewed?");
        let one = vec![subscription(BASIC, 6, soon)];
        assert_eq!(seats(&run(one, Load { renewed: Some(ago(10)), ..year(7) })), Some(6));
    }

    fn note(outcome: &Outcome) -> Option<(Extent, Missing)> {
        let note = outcome.not_evaluated.iter().find(|note| note.check == CheckId::L22)?;
        assert!(note.detail.contains("needs a year of our own daily checks"), "{}", note.detail);
        Some((note.extent, note.reason))
    }

    #[test]
    fn less_than_a_year_of_snapshots_finds_nothing_and_says_why() {
        let run = |load| run(vec![bought(10, 30)], load);
        let early = Some((Extent::Whole, Missing::NotCovered));
        for load in [Load { since: ago(364), ..year(7) }, Load { days: 299, ..year(7) }] {
            assert_eq!((seats(&run(load)), note(&run(load))), (None, early), "{load:?}");
        }
        let enough = run(Load { days: 300, ..year(7) });
        assert_eq!((seats(&enough), note(&enough)), (Some(7), None));
        assert_eq!((seats(&run(year(0))), note(&run(year(0)))), (None, None), "it was looked at");
    }

    #[test]
    fn our_own_record_is_too_short_only_for_what_is_bought_by_the_month() {
        let unseen = |subscriptions: Vec<Subscription>| {
            note(&evaluate(Directory { subscriptions: Ok(subscriptions), ..full() }, &[]))
        };
        assert_eq!(unseen(vec![bought(10, 30)]), Some((Extent::Whole, Missing::NotCovered)), "the first check");
        assert_eq!(unseen(vec![bought(10, 365)]), None);
        assert_eq!(unseen(vec![bought(5, 30), bought(10, 365)]), None, "all in use are bought for a year");
        // Of one type it is known, of another not yet.
        let standard = Subscription { sku: sku_id(STANDARD), ..bought(10, 30) };
        let both = run(vec![bought(10, 30), standard], year(7));
        assert_eq!((seats(&both), note(&both)), (Some(7), Some((Extent::Part, Missing::NotCovered))));
    }
}
