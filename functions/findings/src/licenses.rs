//! `GET /v1/licenses`: licence types bought, what is used of them, what they cost and when they renew.

use api::{Json, Result};
use axum::extract::State;
use checks::{Licensing, SeatCost, facts::Sku, product_name};
use identity::{Caller, can};
use jiff::Timestamp;
use model::SkuId;
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::Store;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::price::EffectivePrice;

/// `findings-licenses`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-licenses", || routes!(licenses));

/// Everything bought.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LicensesView {
    /// One row a licence type. Empty before the first scan.
    #[schema(max_items = 500)]
    pub items: Vec<LicenseRow>,
}

/// One licence type.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LicenseRow {
    /// Which.
    pub sku: SkuId,
    /// Microsoft's part number: what to show where the product is unknown.
    #[schema(example = "SPB")]
    pub part_number: String,
    /// The name Microsoft sells it under, where known.
    #[schema(example = "Microsoft 365 Business Premium")]
    pub product: Option<String>,
    /// Usable seats.
    #[schema(example = 42)]
    pub bought: u32,
    /// Seats somebody has.
    #[schema(example = 36)]
    pub assigned: u32,
    /// Usable seats nobody has.
    #[schema(example = 6)]
    pub unassigned: u32,
    /// Price of a seat a month; absent where it is missing, which is not zero, and where there is nothing to pay: of
    /// what is free, a trial, or no longer in force.
    pub price: Option<EffectivePrice>,
    /// Whether it is paid for and its price is missing: tell what you pay. Without a price and without this it is free, a
    /// trial, or no longer in force.
    pub price_missing: bool,
    /// Next renewals, earliest first.
    #[schema(max_items = 100)]
    pub renewals: Vec<Renewal>,
}

/// When a subscription renews.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Renewal {
    /// When.
    pub on: Option<Timestamp>,
    /// Seats of it.
    #[schema(example = 40)]
    pub seats: u32,
    /// A trial.
    pub trial: bool,
    /// Bought through a reseller.
    pub through_reseller: bool,
}

/// List licences
#[utoipa::path(
    get, path = "/v1/licenses", operation_id = "findings-licenses", tag = "findings", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "Licence types.", body = LicensesView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn licenses(State(store): State<Store>, caller: Caller<can::ReadFindings>) -> Result<Json<LicensesView>> {
    let items = rows(store.of(caller.scope()).licensing().await?);
    Ok(Json(LicensesView { items }))
}

/// A row a licence type, the most seats first; none before the first scan.
pub(crate) fn rows(licensing: Option<Licensing>) -> Vec<LicenseRow> {
    let Some(licensing) = licensing else { return Vec::new() };
    let mut items: Vec<LicenseRow> = licensing.skus.iter().map(|sku| row(sku, &licensing)).collect();
    items.sort_by(|a, b| b.bought.cmp(&a.bought).then_with(|| a.part_number.cmp(&b.part_number)));
    items
}

fn row(sku: &Sku, licensing: &Licensing) -> LicenseRow {
    let mut renewals: Vec<Renewal> = licensing
        .subscriptions
        .iter()
        .filter(|subscription| subscription.sku == sku.id)
        .map(|s| Renewal { on: s.next_lifecycle, seats: s.seats, trial: s.trial, through_reseller: s.through_partner })
        .collect();
    renewals.sort_by_key(|renewal| renewal.on.map(model::utc_date));
    LicenseRow {
        sku: sku.id,
        product: product_name(sku.id).map(str::to_owned),
        part_number: sku.part_number.clone(),
        bought: sku.seats.enabled,
        assigned: sku.consumed,
        unassigned: sku.seats.enabled.saturating_sub(sku.consumed),
        price: match licensing.holding_cost(sku.id) {
            SeatCost::Priced(price) => Some(price.into()),
            SeatCost::Free | SeatCost::Missing => None,
        },
        price_missing: licensing.lacks_price(sku),
        renewals,
    }
}
