//! `GET /v1/prices`: what every licence type costs, and how we know.

use api::{Result, Tagged, etag};
use axum::extract::State;
use identity::{Caller, can};
use model::Currency;
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::Store;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::price::{PriceView, Priced};

/// `findings-prices`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-prices", || routes!(prices));

/// What everything costs.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PricesView {
    /// The company's currency: the only one its prices are in.
    pub currency: Currency,
    /// The licence types you have, the most seats first, and those you set a price of.
    #[schema(max_items = 1000)]
    pub items: Vec<PriceView>,
}

/// List prices
///
/// Prices are for one seat a month, without tax. Microsoft's list prices are for a year paid at once; nothing is
/// converted from another currency. `ETag` is the version that a change names in `If-Match`.
#[utoipa::path(
    get, path = "/v1/prices", operation_id = "findings-prices", tag = "findings", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The prices.", body = PricesView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn prices(State(store): State<Store>, caller: Caller<can::ReadFindings>) -> Result<Tagged<PricesView>> {
    let priced = Priced::load(&store.of(caller.scope())).await?;
    let body = PricesView { currency: priced.currency, items: priced.rows() };
    Ok(Tagged { etag: etag(priced.terms.prices.version), body })
}
