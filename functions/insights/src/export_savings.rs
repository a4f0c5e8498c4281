//! `GET /v1/savings/export`: the ledger as a file, a row an entry. That it was taken is in the log.

use api::{Csv, Error, Query, Result};
use axum::{extract::State, response::Response};
use checks::PriceBasis;
use identity::{Caller, can};
use model::{Money, event::Export};
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{Cause, Company};
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::{
    book::{Book, Days},
    savings::{By, DAYS_MOST, Department, USUAL, departments},
};

/// `insights-export-savings`.
pub const FUNCTION: Function<Kernel> = Function::http("insights-export-savings", || routes!(export_savings));

const COLUMNS: [&str; 12] = [
    "day",
    "entry",
    "what",
    "seats_before",
    "seats_after",
    "seats",
    "monthly",
    "likely_monthly",
    "currency",
    "because",
    "id",
    "price_basis",
];

const DEPARTMENT_COLUMNS: [&str; 7] =
    ["department", "people", "monthly", "price_missing", "found", "approved", "currency"];

/// Which days, and by what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SavingsFileQuery {
    /// The first day; a year before the last one when absent.
    #[param(format = "date", example = "2026-01-01")]
    from: Option<String>,
    /// The last day; today when absent.
    #[param(format = "date", example = "2026-12-31")]
    to: Option<String>,
    /// `month` (as when absent) for every entry, or `department`.
    #[serde(default)]
    #[param(inline)]
    by: By,
}

/// Export savings
///
/// A row a day with a scan (`found`), a fix (`approved`) and a change of seats (`realised`, or `seats` where nothing was
/// saved); or a row a department. An empty amount is one whose price is missing, which is not zero. Every file taken is
/// noted in the log.
#[utoipa::path(
    get, path = "/v1/savings/export", operation_id = "insights-export-savings", tag = "insights", params(SavingsFileQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The ledger, a row an entry.", body = String, content_type = "text/csv"),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn export_savings(
    State(deps): State<Kernel>,
    caller: Caller<can::ExportData>,
    Query(query): Query<SavingsFileQuery>,
) -> Result<Response> {
    let days = Days::read(query.from.as_deref(), query.to.as_deref(), deps.clock.today(), USUAL, DAYS_MOST)?;
    let tenant = deps.store.of(caller.scope());
    let currency = tenant.get::<Company>(&()).await?.ok_or_else(Error::not_found)?.value.currency;
    let book = Book::read(&tenant, days, currency).await?;
    if query.by == By::Department {
        let mut file = Csv::new(DEPARTMENT_COLUMNS);
        departments(&tenant, &book).await?.iter().for_each(|one| write_department(one, &mut file));
        return file.taken(&tenant, Export::Savings, "steward-departments").await;
    }
    let mut file = Csv::new(COLUMNS);
    write(&book, &mut file);
    file.taken(&tenant, Export::Savings, "steward-savings").await
}

fn write_department(one: &Department, file: &mut Csv) {
    file.row([
        one.department.as_deref().unwrap_or_default(),
        &one.people.to_string(),
        &one.monthly.decimal(),
        &one.price_missing.to_string(),
        &one.found.decimal(),
        &one.approved.decimal(),
        one.monthly.currency.code(),
    ]);
}

fn write(book: &Book, file: &mut Csv) {
    let code = book.currency.code();
    let amount = |minor: i64| Money::new(minor, book.currency).decimal();
    for day in &book.days {
        let (certain, likely) = (day.certain_monthly.decimal(), day.likely_monthly.decimal());
        file.row([&*day.day.to_string(), "found", "", "", "", "", &certain, &likely, code, "", "", ""]);
    }
    for approval in &book.approvals {
        let day = model::utc_date(approval.at).to_string();
        let monthly = amount(approval.monthly_minor);
        let undone = if approval.undone > 0 {
            format!("{} of {} undone", approval.undone, approval.items)
        } else {
            String::new()
        };
        file.row([&*day, "approved", "", "", "", "", &monthly, "", code, &undone, &approval.fix.to_string(), ""]);
    }
    for change in &book.changes {
        let what = book.licensing.as_ref().map_or_else(|| change.sku.to_string(), |known| known.name(change.sku));
        let because = match change.cause {
            Some(Cause::Renewal) => "renewal",
            Some(Cause::Fix) => "fix",
            None => "",
        };
        file.row([
            &*change.day.to_string(),
            if change.realised > 0 { "realised" } else { "seats" },
            &what,
            &change.before.to_string(),
            &change.after.to_string(),
            &change.realised.to_string(),
            &change.monthly_minor().map(amount).unwrap_or_default(),
            "",
            code,
            because,
            &change.scan.to_string(),
            change.basis.map_or("", PriceBasis::as_str),
        ]);
    }
}
