//! Renewals: when, how many seats can be given back, until when that has to be done, and the words to do it with.

use checks::{CheckId, Licensing, SeatCost, outcome::Subject, reduce_by};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use model::{Money, SkuId};
use serde::{Deserialize, Serialize};
use store::{RenewalWatch, StoredFinding, Tenant};
use utoipa::ToSchema;

/// Days before a renewal on which a company is told, the most first.
pub const TOLD_BEFORE: [u16; 2] = [30, 10];

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
    /// The day by which the number of seats is to be reduced, so that it holds for the next term.
    #[schema(value_type = String, format = "date")]
    pub reduce_by: Date,
    /// Seats of the subscription.
    #[schema(example = 40)]
    pub seats: u32,
    /// Seats of it that nobody has.
    #[schema(example = 6)]
    pub unused: u32,
    /// Of these, seats that can be given back: some are kept for whoever comes next.
    #[schema(example = 4)]
    pub give_back: u32,
    /// What these cost a month; absent where there are none or the price is missing, which is not zero.
    pub monthly: Option<Money>,
    /// Bought through a reseller, who has to reduce it.
    pub through_reseller: bool,
    /// What to do, ready to copy: a note to yourself, or a mail to the reseller.
    pub text: String,
}

/// The renewals from today on, the nearest first. `spare`: how many seats of a licence type the check of unused seats
/// would give back; they are given back at its earliest renewals.
pub fn renewals(licensing: &Licensing, spare: impl Fn(SkuId) -> u32, today: Date) -> Vec<RenewalView> {
    let mut all = Vec::new();
    for sku in &licensing.skus {
        let cost = licensing.cost(sku.id);
        if cost == SeatCost::Free {
            continue;
        }
        let mut unused_left = sku.seats.enabled.saturating_sub(sku.consumed);
        let mut spare_left = spare(sku.id).min(unused_left);
        for (renews_on, one) in licensing.renewals(sku.id).into_iter().filter(|(day, _)| *day >= today) {
            let unused = unused_left.min(one.seats);
            let give_back = spare_left.min(unused);
            unused_left -= unused;
            spare_left -= give_back;
            let seat = cost.monthly(&licensing.prices).filter(|_| give_back > 0);
            let mut view = RenewalView {
                sku: sku.id,
                product: licensing.name(sku.id),
                renews_on,
                reduce_by: reduce_by(renews_on, today),
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
    all.sort_by(|a, b| (a.renews_on, &a.product, a.sku).cmp(&(b.renews_on, &b.product, b.sku)));
    all
}

fn text(of: &RenewalView) -> String {
    let RenewalView { product, renews_on, reduce_by, seats, give_back, .. } = of;
    let long = |day: &Date| day.strftime("%-d %B %Y").to_string();
    let left = seats - give_back;
    match (*give_back, of.through_reseller) {
        (0, _) => format!("{product}: all {seats} seats renew on {}. There is nothing to give back.", long(renews_on)),
        (_, true) => format!(
            "Hello,\n\nplease reduce our subscription of {product} from {seats} to {left} seats for the next term. It \
             renews on {}; please do it by {} and confirm it to us.\n\nThank you",
            long(renews_on),
            long(reduce_by)
        ),
        (_, false) => format!(
            "{product}: reduce from {seats} to {left} seats by {}. It renews on {}.\nMicrosoft 365 admin centre: Billing, \
             Your products, {product}, Edit number of licences.",
            long(reduce_by),
            long(renews_on)
        ),
    }
}

/// The renewals of a company; none before the first scan.
pub async fn of(tenant: &Tenant<'_>, today: Date) -> store::Result<Vec<RenewalView>> {
    let Some(licensing) = tenant.licensing().await? else { return Ok(Vec::new()) };
    let findings = tenant.all::<StoredFinding>().await?;
    let spare = |sku: SkuId| {
        let about = findings.iter().map(|finding| &finding.value.found).find(|found| {
            found.check == CheckId::L1 && matches!(&found.subject, Subject::Sku { sku: of, .. } if *of == sku)
        });
        about.map_or(0, |found| found.seats)
    };
    Ok(renewals(&licensing, spare, today))
}

/// Something to tell of a renewal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    /// The licence type.
    pub sku: SkuId,
    /// The day it renews.
    pub renews_on: Date,
    /// How many days before is told of.
    pub days: u16,
    /// Seats that can be given back.
    pub seats: u32,
}

/// What is to be told now: of each renewal with seats to give back the latest of its days that has come, if it was not
/// told before. Several subscriptions of a licence type that renew on one day are one piece of news.
pub fn to_tell(renewals: &[RenewalView], watch: &RenewalWatch, today: Date) -> Vec<News> {
    let mut news: Vec<News> = Vec::new();
    for one in renewals.iter().filter(|one| one.give_back > 0) {
        let left = (one.renews_on - today).get_days();
        let Some(days) = TOLD_BEFORE.iter().copied().filter(|days| left <= i32::from(*days)).min() else { continue };
        // Who was told ten days before needs no word of thirty.
        let told = watch.told.iter().any(|told| (told.0, told.1) == (one.sku, one.renews_on) && told.2 <= days);
        match news.iter_mut().find(|known| (known.sku, known.renews_on) == (one.sku, one.renews_on)) {
            Some(known) => known.seats = known.seats.saturating_add(one.give_back),
            None if told => {}
            None => news.push(News { sku: one.sku, renews_on: one.renews_on, days, seats: one.give_back }),
        }
    }
    news
}

/// When there is something to tell next: the first of the days before a renewal that is still to come, or now where
/// something is to be told already. Renewals that are over are forgotten.
pub fn watched(renewals: &[RenewalView], before: &RenewalWatch, now: Timestamp) -> RenewalWatch {
    let today = now.to_zoned(TimeZone::UTC).date();
    let told = before.told.iter().filter(|told| told.1 >= today).copied().collect();
    let watch = RenewalWatch { next: None, told };
    if !to_tell(renewals, &watch, today).is_empty() {
        return RenewalWatch { next: Some(now), ..watch };
    }
    let days = renewals.iter().filter(|one| one.give_back > 0).flat_map(|one| {
        TOLD_BEFORE.iter().map(|days| one.renews_on.saturating_sub(Span::new().days(i32::from(*days))))
    });
    let next = days.filter(|day| *day > today).min();
    let next = next.and_then(|day| Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp()));
    RenewalWatch { next, ..watch }
}

#[cfg(test)]
mod tests {
    use checks::{
        PriceList,
        facts::{Seats, Sku, SkuStatus, Subscription},
    };
    use jiff::civil::date;
    use model::Currency;

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
        let views = renewals(&all, |_| 7, TODAY);
        let told: Vec<_> = views.iter().map(|view| (view.unused, view.give_back)).collect();
        assert_eq!(told, [(3, 3), (7, 4)]);
        assert_eq!(views[0].reduce_by, date(2026, 11, 24));
        assert_eq!(views[0].monthly, Some(Money::new(6600, Currency::Usd)));
        assert!(views[0].text.contains("reduce from 3 to 0 seats by 24 November 2026"), "{}", views[0].text);
        assert!(
            views[1].text.starts_with("Hello,") && views[1].text.contains("from 47 to 43 seats"),
            "{}",
            views[1].text
        );
        assert!(views.iter().all(|view| view.text.lines().count() < 8 && !view.text.contains("  ")));
    }

    #[test]
    fn what_is_over_is_not_a_renewal_and_a_day_to_reduce_by_is_not_over() {
        let all = licensing(50, 40, &[("2026-11-20", 25, false), ("2026-11-23", 25, false)]);
        let views = renewals(&all, |_| 10, TODAY);
        assert_eq!(views.len(), 1);
        assert_eq!((views[0].renews_on, views[0].reduce_by), (date(2026, 11, 23), TODAY));
    }

    #[test]
    fn a_renewal_is_told_of_thirty_and_ten_days_before_once_each() {
        let views = renewals(&licensing(50, 40, &[("2027-01-15", 50, false)]), |_| 8, TODAY);
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
    fn who_comes_late_is_told_once() {
        let views = renewals(&licensing(50, 40, &[("2026-11-25", 50, false)]), |_| 8, TODAY);
        let mut watch = RenewalWatch::default();
        let news = to_tell(&views, &watch, TODAY);
        assert_eq!(news.iter().map(|one| one.days).collect::<Vec<_>>(), [10]);
        watch.told.push((PREMIUM, news[0].renews_on, 10));
        assert!(to_tell(&views, &watch, TODAY).is_empty());
    }

    #[test]
    fn the_next_look_is_when_there_is_something_to_tell() {
        let now: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let far = renewals(&licensing(50, 40, &[("2027-01-15", 50, false)]), |_| 8, TODAY);
        assert_eq!(watched(&far, &RenewalWatch::default(), now).next, Some("2026-12-16T00:00:00Z".parse().unwrap()));
        let near = renewals(&licensing(50, 40, &[("2026-12-15", 50, false)]), |_| 8, TODAY);
        assert_eq!(watched(&near, &RenewalWatch::default(), now).next, Some(now));
        let told = RenewalWatch { next: None, told: vec![(PREMIUM, date(2026, 12, 15), 30)] };
        assert_eq!(watched(&near, &told, now).next, Some("2026-12-05T00:00:00Z".parse().unwrap()));
        let nothing = renewals(&licensing(50, 50, &[("2026-12-15", 50, false)]), |_| 8, TODAY);
        assert_eq!(watched(&nothing, &told, now).next, None);
    }
}
