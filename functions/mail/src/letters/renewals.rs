//! Letters about renewals.

use checks::{is_term, reduce_by, reduce_until};
use jiff::civil::Date;
use mailer::{By, News, Page};
use model::{Permission, SkuId};
use runtime::Failure;

use crate::desk::{Addressed, Desk};

/// Seats can be given back at a renewal, or still after it: to everybody who looks after the company.
pub async fn near(
    desk: &Desk<'_>,
    sku: SkuId,
    renews_on: Date,
    seats: u32,
    renewed: bool,
) -> Result<Vec<Addressed>, Failure> {
    let Some(licensing) = desk.tenant.licensing().await? else { return Ok(Vec::new()) };
    let seat = licensing.cost(sku).monthly(&licensing.prices);
    let is_it = |next: Date| if renewed { is_term(renews_on, next) } else { next == renews_on };
    let of_it = licensing.renewals(sku).into_iter().filter(|(next, _)| is_it(*next));
    let told_on = model::utc_date(desk.recorded.at);
    let news = News::RenewalNear {
        product: licensing.name(sku),
        seats,
        renews_on,
        renewed,
        reduce_by: if renewed { reduce_until(renews_on) } else { reduce_by(renews_on, told_on) },
        monthly: seat.and_then(|money| money.times(i64::from(seats))),
        through_reseller: of_it.into_iter().any(|(_, one)| one.through_partner),
    };
    let letter = desk.notice(news, By::Steward, desk.link(Page::Renewals));
    let readers = desk.members().await?.into_iter().filter(|member| desk.may(member, Permission::ManageTenant));
    Ok(readers.map(|member| Addressed { to: member.email, letter: letter.clone() }).collect())
}
