//! `PUT /v1/prices/{sku}`: what the company pays for a licence type.

use api::{Error, IfMatch, Json, Path, Result, Tagged, etag};
use axum::extract::State;
use identity::{Caller, can};
use model::{Event, SkuId};
use runtime::{Function, Kernel};
use store::{Commit, Prices, Versioned};
use utoipa_axum::routes;

use crate::price::{PriceRequest, PriceView, Priced, moved, same, too_many};

/// `findings-set-price`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-set-price", || routes!(set_price));

/// Set a price
///
/// What you pay for a seat a month, or only how you buy it: then the list price is adjusted. Findings are priced anew
/// within seconds, without another check. `If-Match` is the `ETag` of the prices; the answer has the new one.
#[utoipa::path(
    put, path = "/v1/prices/{sku}", operation_id = "findings-set-price", tag = "findings", request_body = PriceRequest,
    security(("bearer" = []), ("key" = [])),
    params(
        ("sku" = SkuId, Path, description = "Which licence type."),
        ("If-Match" = String, Header, description = "The version that is changed.", example = "\"7\""),
    ),
    responses(
        (status = 200, description = "The price as it is now.", body = PriceView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn set_price(
    State(deps): State<Kernel>,
    caller: Caller<can::ManageChecks>,
    Path(sku): Path<SkuId>,
    seen: IfMatch,
    Json(body): Json<PriceRequest>,
) -> Result<Tagged<PriceView>> {
    let tenant = deps.store.of(caller.scope());
    let priced = Priced::load(&tenant).await?;
    if !priced.knows(sku) {
        return Err(Error::not_found());
    }
    let Versioned { value: mut prices, version } = priced.terms.prices.clone();
    seen.holds(&etag(version))?;
    let own = body.into_price(priced.currency, deps.clock.today(), caller.scope().actor())?;
    if prices.own.get(&sku).is_some_and(|before| same(before, &own)) {
        return Ok(Tagged { etag: etag(version), body: priced.row(sku) });
    }
    let change = moved(sku, prices.own.get(&sku), Some(&own));
    prices.own.insert(sku, own);
    if prices.own.len() > Prices::MOST {
        return Err(too_many());
    }
    let changed = Versioned { value: prices, version };
    let event = Event::PricesChanged { skus: vec![sku], imported: false, changes: vec![change] };
    tenant.commit(Commit::new().put_at(&changed).event(event)?).await?;
    let now = Versioned { version: version + 1, ..changed };
    Ok(Tagged { etag: etag(now.version), body: priced.with(now).row(sku) })
}
