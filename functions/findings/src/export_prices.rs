//! `GET /v1/prices/export`: the prices as a file that the import takes back.

use api::{Csv, Result};
use axum::{extract::State, response::Response};
use identity::{Caller, can};
use runtime::{Function, Kernel};
use store::Store;
use utoipa_axum::routes;

use crate::{price::Priced, price_file::Column};

/// `findings-export-prices`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-export-prices", || routes!(export_prices));

/// Columns behind those that are read back: what holds, for people.
const SHOWN: [&str; 4] = ["seats", "price_now", "price_basis", "list_price"];

/// Export prices
///
/// One row a licence type, with what your company set: change it in a spreadsheet and import it. Rows without an
/// amount and a term change nothing. Cells that a spreadsheet would run as a formula begin with a single quote.
#[utoipa::path(
    get, path = "/v1/prices/export", operation_id = "findings-export-prices", tag = "findings", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The prices, a row each.", body = String, content_type = "text/csv"),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn export_prices(State(store): State<Store>, caller: Caller<can::ReadFindings>) -> Result<Response> {
    let priced = Priced::load(&store.of(caller.scope())).await?;
    let mut file = Csv::new(Column::ALL.map(Column::name).into_iter().chain(SHOWN));
    for row in priced.rows() {
        let own = row.own.as_ref();
        let monthly = |price: Option<&crate::price::EffectivePrice>| price.map(|p| decimal(p.monthly.amount_minor));
        let cells = [
            row.sku.to_string(),
            row.part_number.clone(),
            row.product.clone().unwrap_or_default(),
            own.and_then(|own| own.amount).map(|amount| decimal(amount.amount_minor)).unwrap_or_default(),
            priced.currency.code().to_owned(),
            own.and_then(|own| own.term).map(|term| term.as_str().to_owned()).unwrap_or_default(),
            own.and_then(|own| own.note.clone()).unwrap_or_default(),
            row.bought.to_string(),
            monthly(row.price.as_ref()).unwrap_or_else(|| "price missing".into()),
            row.price.as_ref().map(|price| price.confidence.words().to_owned()).unwrap_or_default(),
            monthly(row.list.as_ref()).unwrap_or_default(),
        ];
        file.row(cells.iter().map(String::as_str));
    }
    Ok(file.attachment("steward-prices"))
}

/// Minor units with a point, as the import reads them whatever the spreadsheet's language.
fn decimal(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}
