//! `POST /v1/prices/import`: prices from a file, all of it or nothing.

use std::collections::BTreeMap;

use api::{CsvFile, Error, FieldProblem, Json, Query, Result};
use axum::extract::State;
use checks::{OwnPrice, Term};
use identity::{Caller, can};
use model::{Event, Money, SkuId};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Commit, Prices, Versioned};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::{
    price::{EffectivePrice, Priced, moved, same, too_many},
    price_file::{Owned, PROBLEMS_MOST, PriceFile, PriceRow, RowProblem, read},
};

/// `findings-import-prices`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-import-prices", || routes!(import_prices));

/// Largest file, in bytes.
const FILE_MOST: usize = 256 * 1024;

/// Whether it is only tried.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// `true`: says what the file would change, and changes nothing.
    #[serde(default)]
    dry_run: bool,
}

/// What a file changes, or would change.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImportView {
    /// Whether it was only tried.
    pub dry_run: bool,
    /// What is another price than before, in the order of the file.
    #[schema(max_items = 1000)]
    pub changes: Vec<PriceChange>,
    /// Rows that say what holds already.
    #[schema(example = 12)]
    pub unchanged: u32,
    /// Rows without a price and a term: they change nothing.
    #[schema(example = 3)]
    pub silent: u32,
    /// Cells that are wrong; of a file that is not only tried they are the `errors` of the problem.
    #[schema(max_items = 100)]
    pub problems: Vec<RowProblem>,
}

/// One price that changes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PriceChange {
    /// Which licence type.
    pub sku: SkuId,
    /// Microsoft's part number.
    #[schema(example = "SPB")]
    pub part_number: String,
    /// The name Microsoft sells it under, where known.
    pub product: Option<String>,
    /// The price that held before.
    pub before: Option<EffectivePrice>,
    /// What the file says; absent where the list price under `term` is meant.
    pub amount: Option<Money>,
    /// How it is bought; absent where the file does not say it.
    pub term: Option<Term>,
}

/// Import prices from a file
///
/// Comma, semicolon or tab; the first row names the columns: `sku_id`, `part_number` or `product`, then `amount`,
/// `currency`, `term`, `note`. At most 1,000 rows. An amount that can be read in two ways, such as 1,234, is refused.
/// If any cell is wrong nothing is changed: try the file with `dry_run` first.
#[utoipa::path(
    post, path = "/v1/prices/import", operation_id = "findings-import-prices", tag = "findings", params(ImportQuery),
    request_body(content = String, content_type = "text/csv"), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "What changed, or would change.", body = ImportView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn import_prices(
    State(deps): State<Kernel>,
    caller: Caller<can::ManageChecks>,
    Query(query): Query<ImportQuery>,
    file: CsvFile<FILE_MOST>,
) -> Result<Json<ImportView>> {
    let tenant = deps.store.of(caller.scope());
    let priced = Priced::load(&tenant).await?;
    let owned: Vec<Owned> =
        priced.skus.iter().map(|sku| Owned { sku: sku.id, part_number: sku.part_number.clone() }).collect();
    let PriceFile { rows, silent } = match read(&file.0, priced.currency, &owned) {
        Ok(file) => file,
        Err(problems) if query.dry_run => {
            let (changes, unchanged, silent) = (Vec::new(), 0, 0);
            return Ok(Json(ImportView { dry_run: true, changes, unchanged, silent, problems }));
        }
        Err(problems) => return Err(refused(problems)),
    };
    let Versioned { value: mut prices, version } = priced.terms.prices.clone();
    let whole = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    let mut new = BTreeMap::new();
    let mut changes = Vec::new();
    for PriceRow { sku, amount, term, note } in rows {
        let own = OwnPrice { amount, term, note, as_of: deps.clock.today(), set_by: caller.scope().actor() };
        if !prices.own.get(&sku).is_some_and(|before| same(before, &own)) {
            let row = priced.row(sku);
            changes.push(PriceChange {
                sku,
                part_number: row.part_number,
                product: row.product,
                before: row.price,
                amount,
                term,
            });
            new.insert(sku, own);
        }
    }
    let unchanged = whole - u32::try_from(changes.len()).unwrap_or(whole);
    let skus: Vec<SkuId> = new.keys().copied().collect();
    let moves = new.iter().map(|(sku, own)| moved(*sku, prices.own.get(sku), Some(own))).collect();
    prices.own.extend(new);
    if prices.own.len() > Prices::MOST {
        return Err(too_many());
    }
    if !query.dry_run && !skus.is_empty() {
        let event = Event::PricesChanged { skus, imported: true, changes: moves };
        tenant.commit(Commit::new().put_at(&Versioned { value: prices, version }).event(event)?).await?;
    }
    Ok(Json(ImportView { dry_run: query.dry_run, changes, unchanged, silent, problems: Vec::new() }))
}

/// A file with wrong cells.
fn refused(problems: Vec<RowProblem>) -> Error {
    let whole = problems.len() >= PROBLEMS_MOST;
    let errors = problems.into_iter().map(|RowProblem { row, column, code, message }| {
        FieldProblem::new(format!("/{row}/{column}"), code, format!("Row {row}, {column}: {message}"))
    });
    let mut error = Error::invalid(errors.collect());
    let more = if whole { " These are the first of them." } else { "" };
    error.problem.detail =
        format!("Nothing was changed. Correct the cells named in `errors` and send the file again.{more}");
    error
}
