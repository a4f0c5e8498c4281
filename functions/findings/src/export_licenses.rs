//! `GET /v1/licenses/export`: licence types as a file. That it was taken is in the log.

use api::{Csv, Result};
use axum::{extract::State, response::Response};
use identity::{Caller, can};
use model::event::Export;
use runtime::{Function, Kernel};
use store::Store;
use utoipa_axum::routes;

use crate::licenses::{LicenseRow, rows};

/// `findings-export-licenses`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-export-licenses", || routes!(export_licenses));

const COLUMNS: [&str; 12] = [
    "product",
    "part_number",
    "bought",
    "assigned",
    "unassigned",
    "price_monthly",
    "currency",
    "price_as_of",
    "price_source",
    "next_renewal",
    "through_reseller",
    "licence_type",
];

/// Export licences
///
/// A row a licence type. An empty price is one that is missing, which is not zero, or of what is free, a trial, or no
/// longer in force. Cells that a spreadsheet would run as a formula begin with a single quote. Every file taken is noted
/// in the log.
#[utoipa::path(
    get, path = "/v1/licenses/export", operation_id = "findings-export-licenses", tag = "findings", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The licence types, a row each.", body = String, content_type = "text/csv"),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn export_licenses(State(store): State<Store>, caller: Caller<can::ExportData>) -> Result<Response> {
    let tenant = store.of(caller.scope());
    let mut file = Csv::new(COLUMNS);
    for row in rows(tenant.licensing().await?) {
        write(&row, &mut file);
    }
    file.taken(&tenant, Export::Licences, "steward-licences").await
}

fn write(row: &LicenseRow, file: &mut Csv) {
    let price = row.price.as_ref();
    let renewal = row.renewals.iter().find_map(|renewal| renewal.on);
    let reseller = row.renewals.iter().any(|renewal| renewal.through_reseller);
    file.row([
        row.product.as_deref().unwrap_or_default(),
        &row.part_number,
        &row.bought.to_string(),
        &row.assigned.to_string(),
        &row.unassigned.to_string(),
        &price.map(|price| price.monthly.decimal()).unwrap_or_default(),
        price.map_or("", |price| price.monthly.currency.code()),
        &price.map(|price| price.as_of.to_string()).unwrap_or_default(),
        price.map_or("", |price| &price.source),
        &renewal.map(|on| model::utc_date(on).to_string()).unwrap_or_default(),
        if reseller { "yes" } else { "no" },
        &row.sku.to_string(),
    ]);
}
