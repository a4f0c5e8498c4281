//! `DELETE /v1/prices/{sku}`: back to Microsoft's list price.

use api::{Error, IfMatch, Path, Result, etag};
use axum::{
    extract::State,
    http::{HeaderName, StatusCode, header},
};
use identity::{Caller, can};
use model::{Event, SkuId};
use runtime::{Function, Kernel};
use store::{Commit, Store, Versioned};
use utoipa_axum::routes;

use crate::price::moved;

/// `findings-remove-price`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-remove-price", || routes!(remove_price));

/// Remove a price of your own
///
/// The list price holds again, where there is one. `If-Match` is the `ETag` of the prices.
#[utoipa::path(
    delete, path = "/v1/prices/{sku}", operation_id = "findings-remove-price", tag = "findings",
    security(("bearer" = []), ("key" = [])),
    params(
        ("sku" = SkuId, Path, description = "Which licence type."),
        ("If-Match" = String, Header, description = "The version that is changed.", example = "\"7\""),
    ),
    responses(
        (status = 204, description = "Removed. `ETag` is the new version of the prices."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn remove_price(
    State(store): State<Store>,
    caller: Caller<can::ManageChecks>,
    Path(sku): Path<SkuId>,
    seen: IfMatch,
) -> Result<(StatusCode, [(HeaderName, String); 1])> {
    let tenant = store.of(caller.scope());
    let Versioned { value: mut prices, version } = tenant.prices().await?;
    let own = prices.own.remove(&sku).ok_or_else(Error::not_found)?;
    seen.holds(&etag(version))?;
    let changes = vec![moved(sku, Some(&own), None)];
    let event = Event::PricesChanged { skus: vec![sku], imported: false, changes };
    tenant.commit(Commit::new().put_at(&Versioned { value: prices, version }).event(event)?).await?;
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, etag(version + 1))]))
}
