//! Renewals: when, how many seats can be given back, until when that has to be done, and the words to do it with.

use std::collections::HashMap;

use checks::{
    CheckId, Licensing, SeatCost,
    exceptions::About,
    facts::{SkuStatus, Subscription},
    is_term,
    outcome::Subject,
    reduce_by, reduce_until,
};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use model::{Money, SkuId};
use serde::{Deserialize, Serialize};
use store::{Accepted, Approval, RenewalWatch, SeatChange, SeatLedger, StoredFinding, Tenant};
use utoipa::ToSchema;

use crate::{
    exchange::{Owed, asked_back, owed},
    ledger::last_renewal,
};

/// Days before a renewal on which a company is told, the most first.
pub const TOLD_BEFORE: [u16; 2] = [30, 10];
/// As the watch notes that a company was told once it had renewed.
const TOLD_AFTER: u16 = 0;

/// One subscription's next renewal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RenewalView {
    /// The licence type.
    pub sku: SkuId,
    /// What it is called: the product, or Microsoft's part number of one Steward does not know.
    #[schema(example = "Microsoft 365 Business Premium")]
    pub product: String,
    /// The day it renews, in UTC.
    #[schema(value_type = String, format = "date")]
    pub renews_on: Date,
    /// The day it last renewed, in UTC, where that is so short ago that `give_back` seats can still be given back.
    #[schema(value_type = Option<String>, format = "date")]
    pub renewed_on: Option<Date>,
    /// The day by which the number of seats is to be reduced, so that it holds for the next term; for the term that has
    /// begun where there is `renewed_on`.
    #[schema(value_type = String, format = "date")]
    pub reduce_by: Date,
    /// Seats of the subscription.
    #[schema(example = 40)]
    pub seats: u32,
    /// Seats of it that nobody has.
    #[schema(example = 6)]
    pub unused: u32,
    /// Of these, seats that can be given back: some are kept for whoever comes next, and what a fix freed is not.
    #[schema(example = 4)]
    pub give_back: u32,
    /// What these cost a month; absent where there are none or the price is missing, which is not zero.
    pub monthly: Option<Money>,
    /// Bought through a reseller, who has to reduce it.
    pub through_reseller: bool,
    /// What to do, ready to copy: a note to yourself, or a mail to the reseller.
    pub text: String,
}

/// The renewals from today on, the nearest first; before them what renewed and can still be reduced. `spare`: how many
/// seats of a licence type are to be given back, as far as nobody has them; that is at its earliest renewals. `last`:
/// the last day on which one of the licence type renewed.
pub fn renewals(
    licensing: &Licensing,
    spare: impl Fn(SkuId) -> u32,
    last: impl Fn(SkuId) -> Option<Date>,
    today: Date,
) -> Vec<RenewalView> {
    let mut all = Vec::new();
    for sku in &licensing.skus {
        let cost = licensing.cost(sku.id);
        if cost == SeatCost::Free {
            continue;
        }
        let mut unused_left = unused(licensing, sku.id);
        let mut spare_left = spare(sku.id).min(unused_left);
        let last = last(sku.id).filter(|on| (*on..=reduce_until(*on)).contains(&today));
        let renewed = |next: Date| last.filter(|on| is_term(*on, next));
        let mut own = licensing.renewals(sku.id);
        own.retain(|(day, _)| *day >= today);
        own.sort_by_key(|(day, _)| renewed(*day).unwrap_or(*day));
        for (renews_on, one) in own {
            let unused = unused_left.min(one.seats);
            let give_back = spare_left.min(unused);
            let renewed_on = renewed(renews_on).filter(|_| give_back > 0);
            unused_left -= unused;
            spare_left -= give_back;
            let seat = cost.monthly(&licensing.prices).filter(|_| give_back > 0);
            let mut view = RenewalView {
                sku: sku.id,
                product: licensing.name(sku.id),
                renews_on,
                renewed_on,
                reduce_by: renewed_on.map_or_else(|| reduce_by(renews_on, today), reduce_until),
                seats: one.seats,
                unused,
                give_back,
                monthly: seat.and_then(|money| money.times(i64::from(give_back))),
                through_reseller: one.through_partner,
                text: String::new(),
            };
            view.text = text(&view);
            all.push(view);
        }
    }
    let when = |one: &RenewalView| one.renewed_on.unwrap_or(one.renews_on);
    all.sort_by(|a, b| (when(a), &a.product, a.sku).cmp(&(when(b), &b.product, b.sku)));
    all
}

/// Seats of a licence type that nobody has. Trial seats are taken to be among these, as the check of unused seats does
/// (L1): they are not what could be given back.
pub fn unused(licensing: &Licensing, sku: SkuId) -> u32 {
    let Some(known) = licensing.skus.iter().find(|known| known.id == sku) else { return 0 };
    let trial = |one: &&Subscription| one.sku == sku && one.trial && one.status == SkuStatus::Enabled;
    let trials = licensing.subscriptions.iter().filter(trial).fold(0u32, |sum, one| sum.saturating_add(one.seats));
    known.seats.enabled.saturating_sub(known.consumed).saturating_sub(trials)
}

fn text(of: &RenewalView) -> String {
    let RenewalView { product, renews_on, reduce_by, seats, give_back, .. } = of;
    let long = |day: &Date| day.strftime("%-d %B %Y").to_string();
    let left = seats - give_back;
    let admin_centre =
        format!("Microsoft 365 admin centre: Billing, Your products, {product}, Edit number of licences.");
    match (*give_back, of.renewed_on, of.through_reseller) {
        (0, ..) => {
            format!("{product}: all {seats} licences renew on {}. There is nothing to give back.", long(renews_on))
        }
        (_, Some(on), true) => format!(
            "Hello,\n\nour subscription of {product} renewed on {}. Please still reduce it from {seats} to {left} \
             licences: Microsoft allows that until {}. Please confirm it to us.\n\nThank you",
            long(&on),
            long(reduce_by)
        ),
        (_, Some(on), false) => format!(
            "{product}: renewed on {}. You can still reduce from {seats} to {left} licences until {}.\n{admin_centre}",
            long(&on),
            long(reduce_by)
        ),
        (_, None, true) => format!(
            "Hello,\n\nplease reduce our subscription of {product} from {seats} to {left} licences for the next term. \
             It renews on {}; please do it by {} and confirm it to us.\n\nThank you",
            long(renews_on),
            long(reduce_by)
        ),
        (_, None, false) => format!(
            "{product}: reduce from {seats} to {left} licences by {}. It renews on {}.\n{admin_centre}",
            long(reduce_by),
            long(renews_on)
        ),
    }
}

/// The renewals of a company; none before the first scan. To be given back is what the check of unused seats finds,
/// unless the company keeps it or put it off, or what fixes freed and nobody has where that is more: of a few seats the
/// check says nothing, and those were freed to be given back.
pub async fn of(tenant: &Tenant<'_>, today: Date) -> store::Result<Vec<RenewalView>> {
    let terms = tenant.terms().await?;
    let Some(licensing) = tenant.licensing_by(&terms).await? else { return Ok(Vec::new()) };
    let findings = tenant.all::<StoredFinding>().await?;
    let about = |sku: SkuId| {
        findings.iter().map(|finding| &finding.value).find(|finding| {
            let subject = &finding.found.subject;
            finding.found.check == CheckId::L1 && matches!(subject, Subject::Sku { sku: of, .. } if *of == sku)
        })
    };
    let put_off = |one: &StoredFinding| one.snoozed_until.is_some_and(|until| today < model::utc_date(until));
    let found = |sku: SkuId| {
        let open = about(sku).filter(|one| one.found.accepted.is_none() && !put_off(one));
        open.map_or(0, |finding| finding.found.seats)
    };
    let ledgers = tenant.all::<SeatLedger>().await?.into_iter().map(|ledger| ledger.value);
    let last: HashMap<SkuId, Date> =
        ledgers.filter_map(|ledger| Some((ledger.sku, last_renewal(&ledger, today)?))).collect();
    let approvals: Vec<Approval> = tenant.all::<Approval>().await?.into_iter().map(|approval| approval.value).collect();
    let changes = if approvals.iter().all(|approval| approval.seats.is_empty()) {
        Vec::new()
    } else {
        tenant.all::<SeatChange>().await?.into_iter().map(|change| change.value).collect()
    };
    let owed = owed(&approvals, &changes);
    let freed = |sku: SkuId| {
        if about(sku).is_some_and(put_off) {
            return 0;
        }
        let (renewed, kept) = (last.get(&sku).copied(), kept_at(&terms.accepted, sku, today));
        let asked = |one: &Owed| kept.is_none_or(|kept| kept < one.at) && !is_let_pass(one.at, renewed, today);
        owed.get(&sku).map_or(0, |own| asked_back(own, unused(&licensing, sku), asked))
    };
    Ok(renewals(&licensing, |sku| found(sku).max(freed(sku)), |sku| last.get(&sku).copied(), today))
}

/// When a company last said that it keeps what is free of a licence type: what a fix freed later was not meant. Who
/// wants to hear nothing of unused seats at all means those to come as well.
fn kept_at(accepted: &[Accepted], sku: SkuId, today: Date) -> Option<Timestamp> {
    let said = accepted.iter().filter(|one| {
        let exception = &one.exception;
        exception.about.check() == CheckId::L1 && exception.person.is_none() && exception.in_force(today)
    });
    let about = said.filter(|one| one.exception.sku.is_none_or(|only| only == sku));
    let kept = about.filter_map(|one| match &one.exception.about {
        About::Check { .. } => Some(Timestamp::MAX),
        About::Finding { subject, .. } => (*subject == sku.to_string()).then_some(one.created_at),
    });
    kept.max()
}

/// Whether a licence type renewed since its seats were freed, and they cannot be given back any more: who lets that
/// pass keeps them, until the check of unused seats finds them too many.
fn is_let_pass(freed_at: Timestamp, renewed: Option<Date>, today: Date) -> bool {
    renewed.is_some_and(|on| model::utc_date(freed_at) <= on && reduce_until(on) < today)
}

/// Something to tell of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    /// The licence type.
    pub sku: SkuId,
    /// The day it renews, or renewed.
    pub renews_on: Date,
    /// Whether it renewed already.
    pub renewed: bool,
    /// How many days before is told of.
    pub days: u16,
    /// Seats that can be given back.
    pub seats: u32,
}

/// What is to be told now: of each renewal with seats to give back the latest of its days that has come, or that it is
/// over and can still be mended, if it was not told before. Several subscriptions of a licence type that renew on one
/// day are one piece of news.
pub fn to_tell(renewals: &[RenewalView], watch: &RenewalWatch, today: Date) -> Vec<News> {
    let mut news: Vec<News> = Vec::new();
    for one in renewals.iter().filter(|one| one.give_back > 0) {
        let left = (one.renews_on - today).get_days();
        let before = TOLD_BEFORE.iter().copied().filter(|days| left <= i32::from(*days)).min();
        let (renews_on, days) = match (one.renewed_on, before) {
            (Some(on), _) => (on, TOLD_AFTER),
            (None, Some(days)) => (one.renews_on, days),
            (None, None) => continue,
        };
        // Who was told ten days before needs no word of thirty.
        let told = watch.told.iter().any(|told| (told.0, told.1) == (one.sku, renews_on) && told.2 <= days);
        match news.iter_mut().find(|known| (known.sku, known.renews_on) == (one.sku, renews_on)) {
            Some(known) => known.seats = known.seats.saturating_add(one.give_back),
            None if told => {}
            None => {
                let renewed = one.renewed_on.is_some();
                news.push(News { sku: one.sku, renews_on, renewed, days, seats: one.give_back });
            }
        }
    }
    news
}

/// When there is something to tell next: the first of the days before a renewal that is still to come, or now where
/// something is to be told already. Renewals that cannot be mended any more are forgotten.
pub fn watched(renewals: &[RenewalView], before: &RenewalWatch, now: Timestamp) -> RenewalWatch {
    let today = model::utc_date(now);
    let told = before.told.iter().filter(|told| reduce_until(told.1) >= today).copied().collect();
    let watch = RenewalWatch { next: None, told };
    if !to_tell(renewals, &watch, today).is_empty() {
        return RenewalWatch { next: Some(now), ..watch };
    }
    let days = renewals.iter().filter(|one| one.give_back > 0).flat_map(|one| {
        let before = TOLD_BEFORE.iter().map(|days| one.renews_on.saturating_sub(Span::new().days(i32::from(*days))));
        // A day of the next term is told of once the last one cannot be mended any more.
        let mended = one.renewed_on.and_then(|_| one.reduce_by.tomorrow().ok());
        before.chain(mended)
    });
    let next = days.filter(|day| *day > today).min();
    let next = next.and_then(|day| Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp()));
    RenewalWatch { next, ..watch }
}

#[cfg(test)]
mod tests {
    use checks::{
        Exception, PriceList,
        facts::{Seats, Sku},
    };
    use jiff::civil::date;
    use model::{Currency, ExceptionId, UserId, event::Actor};

    use super::*;

    const PREMIUM: SkuId = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");
    const TODAY: Date = date(2026, 11, 21);

    fn licensing(bought: u32, consumed: u32, subscriptions: &[(&str, u32, bool)]) -> Licensing {
        let seats = Seats { enabled: bought, ..Seats::default() };
        let sku = Sku {
            id: PREMIUM,
            part_number: "SPB".into(),
            for_users: true,
            status: SkuStatus::Enabled,
            seats,
            consumed,
            plans: Vec::new(),
        };
        let one = |(day, seats, through_partner): &(&str, u32, bool)| Subscription {
            id: (*day).into(),
            sku: PREMIUM,
            created: None,
            next_lifecycle: Some(format!("{day}T10:00:00Z").parse().unwrap()),
            trial: false,
            status: SkuStatus::Enabled,
            seats: *seats,
            through_partner: *through_partner,
        };
        let subscriptions = subscriptions.iter().map(one).collect();
        Licensing { skus: vec![sku], subscriptions, prices: PriceList::built_in(Currency::Usd) }
    }

    #[test]
    fn seats_are_given_back_at_the_earliest_renewals_and_none_twice() {
        let all = licensing(50, 40, &[("2026-12-01", 3, false), ("2027-03-01", 47, true)]);
        let views = renewals(&all, |_| 7, |_| None, TODAY);
        let told: Vec<_> = views.iter().map(|view| (view.unused, view.give_back)).collect();
        assert_eq!(told, [(3, 3), (7, 4)]);
        assert_eq!(views[0].reduce_by, date(2026, 11, 24));
        assert_eq!(views[0].monthly, Some(Money::new(6600, Currency::Usd)));
        assert!(views[0].text.contains("reduce from 3 to 0 licences by 24 November 2026"), "{}", views[0].text);
        assert!(
            views[1].text.starts_with("Hello,") && views[1].text.contains("from 47 to 43 licences"),
            "{}",
            views[1].text
        );
        assert!(views.iter().all(|view| view.text.lines().count() < 8 && !view.text.contains("  ")));
    }

    #[test]
    fn what_is_on_trial_is_not_given_back() {
        let mut all = licensing(50, 40, &[("2026-12-01", 42, false), ("2026-12-31", 8, false)]);
        all.subscriptions[1].trial = true;
        let views = renewals(&all, |_| 7, |_| None, TODAY);
        assert_eq!((views.len(), views[0].unused, views[0].give_back), (1, 2, 2));
    }

    #[test]
    fn who_keeps_seats_keeps_those_that_were_free_then_and_who_wants_no_word_of_any_keeps_all() {
        let about = |about: About, sku: Option<SkuId>, end: &str| Accepted {
            exception: Exception {
                id: ExceptionId::from_bits(1),
                about,
                person: None,
                sku,
                reason: "For the new shop".into(),
                owner: UserId::from_bits(1),
                expires_at: Some(end.parse().unwrap()),
            },
            finding: None,
            created_at: "2026-11-20T08:00:00Z".parse().unwrap(),
            created_by: Actor::User { id: UserId::from_bits(1) },
        };
        let finding = |sku: SkuId| About::Finding { check: CheckId::L1, subject: sku.to_string() };
        let check = |check| About::Check { check };
        let (other, end) = (SkuId::literal("05e9a617-0261-4cee-bb44-138d3ef5d965"), "2027-11-20T08:00:00Z");
        let kept = |one: Accepted| kept_at(&[one], PREMIUM, TODAY);
        assert_eq!(kept(about(finding(PREMIUM), None, end)), Some("2026-11-20T08:00:00Z".parse().unwrap()));
        assert_eq!(kept(about(check(CheckId::L1), None, end)), Some(Timestamp::MAX));
        assert_eq!(kept(about(check(CheckId::L1), Some(PREMIUM), end)), Some(Timestamp::MAX));
        for nothing in [
            about(finding(other), None, end),
            about(check(CheckId::L1), Some(other), end),
            about(check(CheckId::L3), None, end),
            about(finding(PREMIUM), None, "2026-11-21T00:00:00Z"),
        ] {
            assert_eq!(kept(nothing), None);
        }
    }

    #[test]
    fn what_a_fix_freed_is_let_pass_a_week_after_the_first_renewal_since() {
        let freed: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
        let passes = |renewed, today| is_let_pass(freed, renewed, today);
        let on = Some(date(2026, 12, 1));
        assert!(!passes(None, date(2027, 12, 1)) && !passes(on, date(2026, 12, 7)) && passes(on, date(2026, 12, 8)));
        assert!(!passes(Some(date(2026, 11, 19)), date(2027, 1, 1)), "that was before");
    }

    #[test]
    fn what_is_over_is_not_a_renewal_and_a_day_to_reduce_by_is_not_over() {
        let all = licensing(50, 40, &[("2026-11-20", 25, false), ("2026-11-23", 25, false)]);
        let views = renewals(&all, |_| 10, |_| None, TODAY);
        assert_eq!(views.len(), 1);
        assert_eq!((views[0].renews_on, views[0].reduce_by), (date(2026, 11, 23), TODAY));
    }

    #[test]
    fn a_renewal_is_told_of_thirty_and_ten_days_before_once_each() {
        let views = renewals(&licensing(50, 40, &[("2027-01-15", 50, false)]), |_| 8, |_| None, TODAY);
        let mut watch = RenewalWatch::default();
        let mut told = Vec::new();
        for offset in 0..60 {
            let day = TODAY.saturating_add(Span::new().days(offset));
            for news in to_tell(&views, &watch, day).into_iter().filter(|_| day <= date(2027, 1, 15)) {
                told.push((day, news.days, news.seats));
                watch.told.push((news.sku, news.renews_on, news.days));
            }
        }
        assert_eq!(told, [(date(2026, 12, 16), 30, 8), (date(2027, 1, 5), 10, 8)]);
    }

    #[test]
    fn for_a_week_after_a_renewal_seats_can_still_be_given_back() {
        let all = licensing(50, 40, &[("2026-12-01", 20, false), ("2027-11-18", 30, true)]);
        let on = |day, last| renewals(&all, |_| 12, |_| last, day);
        let views = on(TODAY, Some(date(2026, 11, 18)));
        let told: Vec<_> = views.iter().map(|view| (view.renews_on, view.renewed_on, view.give_back)).collect();
        // They go there first: what renews later is given back later.
        assert_eq!(
            told,
            [(date(2027, 11, 18), Some(date(2026, 11, 18)), 10), (date(2026, 12, 1), None, 0)],
            "ten are unused"
        );
        assert_eq!(views[0].reduce_by, date(2026, 11, 24));
        let text = &views[0].text;
        assert!(text.starts_with("Hello,") && text.contains("renewed on 18 November 2026"), "{text}");
        assert!(text.contains("from 30 to 20 licences") && text.contains("until 24 November 2026"), "{text}");
        assert!(on(date(2026, 11, 24), Some(date(2026, 11, 18)))[0].renewed_on.is_some());
        // Later, without a renewal, and where none of the terms began then, there is nothing to mend.
        for views in [on(date(2026, 11, 25), Some(date(2026, 11, 18))), on(TODAY, None)] {
            assert!(views.iter().all(|view| view.renewed_on.is_none()));
            assert_eq!((views[0].renews_on, views[0].give_back), (date(2026, 12, 1), 10));
        }
        let other = licensing(50, 40, &[("2027-03-01", 50, false)]);
        assert_eq!(renewals(&other, |_| 12, |_| Some(date(2026, 11, 18)), TODAY)[0].renewed_on, None);
    }

    #[test]
    fn a_renewal_that_can_still_be_mended_is_told_of_once() {
        let renewed = date(2026, 11, 20);
        let all = licensing(50, 40, &[("2026-12-20", 50, false)]);
        // Told of before it renewed, which is no word of after.
        let mut watch = RenewalWatch { next: None, told: vec![(PREMIUM, renewed, 30), (PREMIUM, renewed, 10)] };
        let mut told = Vec::new();
        for offset in 0..15 {
            let day = TODAY.saturating_add(Span::new().days(offset));
            let views = renewals(&all, |_| 8, |_| Some(renewed), day);
            for news in to_tell(&views, &watch, day) {
                told.push((day, news.renews_on, news.renewed));
                watch.told.push((news.sku, news.renews_on, news.days));
            }
            let now = day.to_zoned(TimeZone::UTC).unwrap().timestamp();
            watch = watched(&views, &watch, now);
            assert!(watch.next.is_some_and(|next| next > now), "{day}: {watch:?}");
        }
        // A month's next term is told of when the last one cannot be mended any more.
        assert_eq!(told, [(TODAY, renewed, true), (date(2026, 11, 27), date(2026, 12, 20), false)]);
    }

    #[test]
    fn who_comes_late_is_told_once() {
        let views = renewals(&licensing(50, 40, &[("2026-11-25", 50, false)]), |_| 8, |_| None, TODAY);
        let mut watch = RenewalWatch::default();
        let news = to_tell(&views, &watch, TODAY);
        assert_eq!(news.iter().map(|one| one.days).collect::<Vec<_>>(), [10]);
        watch.told.push((PREMIUM, news[0].renews_on, 10));
        assert!(to_tell(&views, &watch, TODAY).is_empty());
    }

    #[test]
    fn the_next_look_is_when_there_is_something_to_tell() {
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let far = renewals(&licensing(50, 40, &[("2027-01-15", 50, false)]), |_| 8, |_| None, TODAY);
        assert_eq!(watched(&far, &RenewalWatch::default(), now).next, Some("2026-12-16T00:00:00Z".parse().unwrap()));
        let near = renewals(&licensing(50, 40, &[("2026-12-15", 50, false)]), |_| 8, |_| None, TODAY);
        assert_eq!(watched(&near, &RenewalWatch::default(), now).next, Some(now));
        let told = RenewalWatch { next: None, told: vec![(PREMIUM, date(2026, 12, 15), 30)] };
        assert_eq!(watched(&near, &told, now).next, Some("2026-12-05T00:00:00Z".parse().unwrap()));
        let nothing = renewals(&licensing(50, 50, &[("2026-12-15", 50, false)]), |_| 8, |_| None, TODAY);
        assert_eq!(watched(&nothing, &told, now).next, None);
    }
}
