//! `GET /v1/overview`: everything the first screen shows, in one read of the table.

use api::{Json, Result};
use axum::extract::State;
use checks::{
    CheckId, Totals,
    outcome::{NotEvaluated, Remedy, UndoClass},
    reduce_by,
};
use identity::{Caller, can};
use jiff::{Timestamp, civil::Date};
use model::{FindingId, Money, ScanId};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{ConnectionState, Overview, Progress, ScanState};
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
    /// What seats given back so far save a month, at the prices of the days they were seen to be gone. Absent before the
    /// first scan finished.
    pub saved: Option<Money>,
    /// How the potential saving came to be what it is: the days on which it changed, oldest first. The first may be more
    /// than 30 days ago, and is then what held 30 days ago.
    #[schema(max_items = 12)]
    pub course: Vec<CourseDay>,
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

/// A day on which the potential saving changed, as it was at the day's end. It stayed so until the next one.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CourseDay {
    /// The day, in UTC.
    #[schema(value_type = String, format = "date")]
    pub day: Date,
    /// What could be saved a month.
    pub monthly: Money,
    /// Findings open.
    #[schema(example = 5)]
    pub findings: u32,
    /// Seats of paid licence types that nobody had.
    #[schema(example = 4)]
    pub unassigned: u32,
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
    /// Where seats are to be given back: the day by which that holds for the next term, and after it today, until the
    /// renewal.
    #[schema(value_type = Option<String>, format = "date")]
    pub reduce_by: Option<Date>,
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
pub async fn overview(State(deps): State<Kernel>, caller: Caller<can::ReadFindings>) -> Result<Json<OverviewView>> {
    let Overview { summary, connection, schedule, saved, scans } = deps.store.of(caller.scope()).overview().await?;
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
            saved: None,
            course: Vec::new(),
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
    let today = deps.clock.today();
    let totals = summary.told();
    let top = summary.top.into_iter().map(|action| NextAction {
        finding: action.finding,
        title: action.check.check().text.title.into(),
        headline: action.headline,
        count: action.count,
        monthly: action.monthly,
        realisable_on: action.realisable_on,
        reduce_by: given_back_by(action.check, action.remedy, action.realisable_on, today),
        remedy: action.remedy,
        undo: action.undo,
    });
    let currency = totals.monthly.currency;
    let course = summary.course.0.into_iter().map(|one| CourseDay {
        day: one.day,
        monthly: Money::new(one.minor, currency),
        findings: one.findings,
        unassigned: one.unassigned,
    });
    Ok(Json(OverviewView {
        directory: Some(summary.directory),
        checked_at,
        totals: Some(totals),
        saved: Some(Money::new(saved.map_or(0, |saved| saved.monthly_minor), currency)),
        course: course.collect(),
        top: top.collect(),
        findings: summary.findings,
        accepted: summary.accepted,
        not_evaluated: summary.not_evaluated,
        connection,
        next_check_at,
        scan: newest,
    }))
}

/// The day by which seats are to be given back, where that is what to do and the renewal is still to come.
fn given_back_by(check: CheckId, remedy: Remedy, renews_on: Option<Date>, today: Date) -> Option<Date> {
    // What is bought for a longer term is asked of the reseller as well, and nothing is given back.
    let fewer = check != CheckId::L22 && matches!(remedy, Remedy::ReduceAtMicrosoft | Remedy::ReduceAtReseller);
    let renews_on = renews_on.filter(|on| fewer && *on >= today)?;
    Some(reduce_by(renews_on, today))
}
