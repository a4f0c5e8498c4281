//! `GET /v1/overview`: everything the first screen shows, in one read of the table.

use api::{Json, Result};
use axum::extract::State;
use checks::{
    Totals,
    outcome::{NotEvaluated, Remedy, UndoClass},
};
use identity::{Caller, can};
use jiff::{Timestamp, civil::Date};
use model::{FindingId, Money, ScanId};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{ConnectionState, Overview, Progress, ScanState, Store};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// `findings-overview`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-overview", || routes!(overview));

/// The first screen.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OverviewView {
    /// The directory's name; show it as text only. Absent before the first scan finished.
    #[schema(example = "Northwind Ltd")]
    pub directory: Option<String>,
    /// When the numbers were last confirmed.
    pub checked_at: Option<Timestamp>,
    /// The numbers; absent before the first scan finished, which is not the same as nothing to save.
    pub totals: Option<Totals>,
    /// What to do next, at most three.
    #[schema(max_items = 3)]
    pub top: Vec<NextAction>,
    /// Findings open.
    #[schema(example = 5)]
    pub findings: u32,
    /// Findings accepted as they are, beside those.
    #[schema(example = 1)]
    pub accepted: u32,
    /// What could not be evaluated: neither passed nor failed.
    #[schema(max_items = 100)]
    pub not_evaluated: Vec<NotEvaluated>,
    /// How Microsoft 365 is connected: numbers of a connection that ended grow old.
    pub connection: ConnectionState,
    /// When the next check begins by itself; absent while nothing is connected.
    pub next_check_at: Option<Timestamp>,
    /// The newest scan, with live progress.
    pub scan: Option<NewestScan>,
}

/// One thing to do.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NextAction {
    /// The finding.
    pub finding: FindingId,
    /// What kind of thing it is, in the catalogue's words.
    #[schema(example = "Licences of blocked accounts")]
    pub title: String,
    /// What was found, in one sentence.
    #[schema(example = "4 blocked accounts have licences")]
    pub headline: String,
    /// People or seats.
    #[schema(example = 4)]
    pub count: u32,
    /// Saving a month, where there is a price.
    pub monthly: Option<Money>,
    /// When a part of that becomes real: the renewal.
    #[schema(value_type = Option<String>, format = "date")]
    pub realisable_on: Option<Date>,
    /// Who acts, and how.
    pub remedy: Remedy,
    /// Whether acting on it can be undone.
    pub undo: UndoClass,
}

/// The newest scan in short.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NewestScan {
    /// Which.
    pub scan: ScanId,
    /// Where it is in its life.
    pub state: ScanState,
    /// What is known so far.
    pub progress: Progress,
    /// A stable code when it failed.
    #[schema(example = "consent_lost")]
    pub failure: Option<String>,
}

/// Read the first screen
#[utoipa::path(
    get, path = "/v1/overview", operation_id = "findings-overview", tag = "findings", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The first screen.", body = OverviewView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn overview(State(store): State<Store>, caller: Caller<can::ReadFindings>) -> Result<Json<OverviewView>> {
    let Overview { summary, connection, schedule, scans } = store.of(caller.scope()).overview().await?;
    let finished = scans.iter().find(|scan| scan.state == ScanState::Finished);
    let checked_at = finished.and_then(|scan| scan.ended_at).or(summary.as_ref().map(|s| s.value.changed_at));
    let connection = connection.map_or(ConnectionState::Disconnected, |connection| connection.state);
    let next_check_at = schedule.filter(|schedule| schedule.on).map(|schedule| schedule.next_at);
    let newest = scans.first().map(|scan| NewestScan {
        scan: scan.scan,
        state: scan.state,
        progress: scan.progress.clone(),
        failure: scan.failure.clone(),
    });
    let Some(summary) = summary.map(|summary| summary.value) else {
        let (top, not_evaluated) = (Vec::new(), Vec::new());
        let first = OverviewView {
            directory: None,
            checked_at: None,
            totals: None,
            top,
            findings: 0,
            accepted: 0,
            not_evaluated,
            connection,
            next_check_at,
            scan: newest,
        };
        return Ok(Json(first));
    };
    let top = summary.top.into_iter().map(|action| NextAction {
        finding: action.finding,
        title: action.check.check().text.title.into(),
        headline: action.headline,
        count: action.count,
        monthly: action.monthly,
        realisable_on: action.realisable_on,
        remedy: action.remedy,
        undo: action.undo,
    });
    Ok(Json(OverviewView {
        directory: Some(summary.directory),
        checked_at,
        totals: Some(summary.totals),
        top: top.collect(),
        findings: summary.findings,
        accepted: summary.accepted,
        not_evaluated: summary.not_evaluated,
        connection,
        next_check_at,
        scan: newest,
    }))
}
