//! `GET /v1/findings/export`: findings as a file. That it was taken is in the log.

use api::{Csv, Result};
use axum::{extract::State, response::Response};
use checks::outcome::{Certainty, Confidence};
use identity::{Caller, can};
use model::event::Export;
use runtime::{Function, Kernel};
use store::{Store, StoredFinding};
use utoipa_axum::routes;

use crate::view::title_of;

/// `findings-export`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-export", || routes!(export));

const COLUMNS: [&str; 14] = [
    "check",
    "title",
    "headline",
    "certainty",
    "confidence",
    "saving_monthly",
    "certain_monthly",
    "currency",
    "realisable_on",
    "people",
    "seats",
    "licence_types_without_price",
    "first_found",
    "finding",
];

/// Export findings
///
/// A row each, the dearest first. An empty saving is one whose price is missing, which is not zero. Cells that a
/// spreadsheet would run as a formula begin with a single quote. Every file taken is noted in the log.
#[utoipa::path(
    get, path = "/v1/findings/export", operation_id = "findings-export", tag = "findings", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The findings, a row each.", body = String, content_type = "text/csv"),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn export(State(store): State<Store>, caller: Caller<can::ExportData>) -> Result<Response> {
    let tenant = store.of(caller.scope());
    let mut findings: Vec<StoredFinding> =
        tenant.all::<StoredFinding>().await?.into_iter().map(|stored| stored.value).collect();
    let worth = |stored: &StoredFinding| stored.found.saving.as_ref().map_or(0, |saving| saving.monthly.amount_minor);
    findings.sort_by_key(|stored| (std::cmp::Reverse(worth(stored)), stored.found.check, stored.finding));
    let mut file = Csv::new(COLUMNS);
    for stored in &findings {
        write(stored, &mut file);
    }
    file.taken(&tenant, Export::Findings, "steward-findings").await
}

fn write(stored: &StoredFinding, file: &mut Csv) {
    let found = &stored.found;
    let saving = found.saving.as_ref();
    let money =
        |pick: fn(&checks::outcome::Saving) -> model::Money| saving.map(|s| pick(s).decimal()).unwrap_or_default();
    let realisable = saving.and_then(|saving| saving.realisable_on).map(|on| on.to_string()).unwrap_or_default();
    let certainty = match found.certainty {
        Certainty::Certain => "certain",
        Certainty::Likely => "likely",
    };
    let confidence = match found.confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    };
    file.row([
        found.check.as_str(),
        title_of(found.check),
        &found.headline,
        certainty,
        confidence,
        &money(|saving| saving.monthly),
        &money(|saving| saving.certain_monthly),
        saving.map_or("", |saving| saving.monthly.currency.code()),
        &realisable,
        &stored.people.to_string(),
        &found.seats.to_string(),
        &found.price_missing.len().to_string(),
        &model::utc_date(stored.first_found).to_string(),
        &stored.finding.to_string(),
    ]);
}
