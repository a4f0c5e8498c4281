//! Letters about renewals.

use checks::reduce_by;
use jiff::{civil::Date, tz::TimeZone};
use mailer::{By, News, Page};
use model::{Permission, SkuId};
use runtime::Failure;

use crate::desk::{Addressed, Desk};

/// Seats can be given back at a renewal: to everybody who looks after the company.
pub async fn near(desk: &Desk<'_>, sku: SkuId, renews_on: Date, seats: u32) -> Result<Vec<Addressed>, Failure> {
    let Some(licensing) = desk.tenant.licensing().await? else { return Ok(Vec::new()) };
    let seat = licensing.cost(sku).monthly(&licensing.prices);
    let on_that_day = licensing.renewals(sku).into_iter().filter(|(day, _)| *day == renews_on);
    let told_on = desk.recorded.at.to_zoned(TimeZone::UTC).date();
    let news = News::RenewalNear {
        product: licensing.name(sku),
        seats,
        renews_on,
        reduce_by: reduce_by(renews_on, told_on),
        monthly: seat.and_then(|money| money.times(i64::from(seats))),
        through_reseller: on_that_day.into_iter().any(|(_, one)| one.through_partner),
    };
    let letter = desk.notice(news, By::Steward, desk.link(Page::Renewals));
    let readers = desk.members().await?.into_iter().filter(|member| desk.may(member, Permission::ManageTenant));
    Ok(readers.map(|member| Addressed { to: member.email, letter: letter.clone() }).collect())
}
