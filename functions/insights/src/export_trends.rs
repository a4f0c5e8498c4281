//! `GET /v1/trends/export`: what each day looked like as a file. That it was taken is in the log.

use api::{Csv, Query, Result};
use axum::{extract::State, response::Response};
use identity::{Caller, can};
use model::event::Export;
use runtime::{Function, Kernel};
use utoipa_axum::routes;

use crate::{
    book::Days,
    trends::{DAYS_MOST, TrendsQuery, USUAL, by_day},
};

/// `insights-export-trends`.
pub const FUNCTION: Function<Kernel> = Function::http("insights-export-trends", || routes!(export_trends));

const COLUMNS: [&str; 10] = [
    "day",
    "spend_monthly",
    "certain_monthly",
    "likely_monthly",
    "saved_monthly",
    "currency",
    "findings",
    "people",
    "seats_bought",
    "seats_assigned",
];

/// Export trends
///
/// A row a day with a scan, oldest first; a day without one is left out. `saved_monthly` is what seats given back up to
/// the day save. Every file taken is noted in the log.
#[utoipa::path(
    get, path = "/v1/trends/export", operation_id = "insights-export-trends", tag = "insights", params(TrendsQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "Day by day.", body = String, content_type = "text/csv"),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn export_trends(
    State(deps): State<Kernel>,
    caller: Caller<can::ExportData>,
    Query(query): Query<TrendsQuery>,
) -> Result<Response> {
    let days = Days::read(query.from.as_deref(), query.to.as_deref(), deps.clock.today(), USUAL, DAYS_MOST)?;
    let tenant = deps.store.of(caller.scope());
    let mut file = Csv::new(COLUMNS);
    for day in by_day(&tenant, days).await? {
        let Some(measured) = day.measured else { continue };
        file.row([
            &*day.day.to_string(),
            &measured.spend.decimal(),
            &measured.certain.decimal(),
            &measured.likely.decimal(),
            &measured.saved.decimal(),
            measured.spend.currency.code(),
            &measured.findings.to_string(),
            &measured.people.to_string(),
            &measured.seats_bought.to_string(),
            &measured.seats_assigned.to_string(),
        ]);
    }
    file.taken(&tenant, Export::Trends, "steward-trends").await
}
