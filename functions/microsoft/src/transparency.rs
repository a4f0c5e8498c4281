//! `GET /v1/transparency`: what was read and changed at Microsoft, when and why: scan by scan, fix by fix, and what was
//! looked up to connect and to ask managers (F139).

use std::collections::BTreeMap;

use api::{Page, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use jiff::Timestamp;
use model::{
    AttestationId, Event, EventKind, FixId, ScanId,
    event::{Actor, Recorded},
};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{EventFilter, PageRequest, Scan, Store};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::data_access::CallView;

/// `microsoft-transparency`.
pub const FUNCTION: Function<Kernel> = Function::http("microsoft-transparency", || routes!(transparency));

/// What is asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisitKind {
    /// Scans: they only read.
    #[default]
    Scans,
    /// Fixes that were carried out: they change.
    Fixes,
    /// Fixes that were undone: that changes too.
    Undos,
    /// Connecting: Microsoft is asked whose directory it is.
    Connections,
    /// Questions to managers: Microsoft is asked who they are.
    Questions,
}

/// What is asked about, and which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TransparencyQuery {
    /// `scans`, `fixes`, `undos`, `connections` or `questions`.
    #[serde(default)]
    #[param(inline)]
    of: VisitKind,
    /// How many items at most.
    #[param(minimum = 1, maximum = 100, default = 50, example = 50)]
    #[serde(default, deserialize_with = "api::limit")]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 1024, example = "3q2-7w")]
    cursor: Option<String>,
}

/// One time that Steward was at Microsoft for you.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Visit {
    /// What it was.
    pub of: VisitKind,
    /// When it began; of a fix, when it ended.
    pub at: Timestamp,
    /// Whether Steward's schedule asked, not a person.
    pub scheduled: bool,
    /// The scan, where it was one.
    pub scan: Option<ScanId>,
    /// The fix, where it was one.
    pub fix: Option<FixId>,
    /// The first of the questions it was made for, where it was for those.
    pub question: Option<AttestationId>,
    /// What was read and changed, by call: of one that changes something `writes` is true.
    #[schema(max_items = 200)]
    pub calls: Vec<CallsMade>,
    /// People or things changed and confirmed; absent where nothing is ever changed.
    #[schema(example = 4)]
    pub changed: Option<u32>,
}

/// How often one call was made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CallsMade {
    /// The call: what, with which permission, and why.
    #[serde(flatten)]
    pub call: CallView,
    /// How often.
    #[schema(example = 2)]
    pub count: u32,
}

/// Read what was read and changed at Microsoft
///
/// Newest first, the refused calls too. A fix is counted from its approval on. Not in it are the calls of a preview that
/// nobody approved and of questions that came to nothing: they read the same and leave no record (docs/adr/0025). People to
/// invite are read from the last scan. A page may hold fewer than it could. What the calls are is in `/v1/manifest`.
#[utoipa::path(
    get, path = "/v1/transparency", operation_id = "microsoft-transparency", tag = "microsoft", params(TransparencyQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "A page of visits of one kind.", body = Page<Visit>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn transparency(
    State(store): State<Store>,
    caller: Caller<can::ReadConnection>,
    Query(query): Query<TransparencyQuery>,
) -> Result<Page<Visit>> {
    let TransparencyQuery { of, limit, cursor } = query;
    let (tenant, page) = (store.of(caller.scope()), PageRequest { limit, cursor });
    let kind = match of {
        VisitKind::Scans => {
            let scans = tenant.list::<Scan>(&page, true).await?;
            return Ok(Page::of(scans, |scan| scanned(scan.value)));
        }
        VisitKind::Fixes => EventKind::FixFinished,
        VisitKind::Undos => EventKind::FixUndone,
        VisitKind::Connections => EventKind::ConnectionConnected,
        VisitKind::Questions => EventKind::AttestationRequested,
    };
    let filter = EventFilter { kind: Some(kind), ..EventFilter::default() };
    let told = tenant.events(&filter, &page).await?;
    let items = told.items.into_iter().filter_map(|entry| recorded(of, entry)).collect();
    Ok(Page { items, next_cursor: told.next_cursor })
}

fn counted(calls: &BTreeMap<String, u32>) -> Vec<CallsMade> {
    calls.iter().map(|(code, count)| CallsMade { call: CallView::of(code), count: *count }).collect()
}

fn scanned(scan: Scan) -> Visit {
    Visit {
        of: VisitKind::Scans,
        at: scan.requested_at,
        scheduled: scan.scheduled,
        scan: Some(scan.scan),
        fix: None,
        question: None,
        calls: counted(&scan.calls),
        changed: None,
    }
}

/// What an event tells of a visit; `None` where nothing was called for it.
fn recorded(of: VisitKind, entry: Recorded) -> Option<Visit> {
    let (fix, question, changed, calls) = match entry.event {
        Event::FixFinished { fix, done, calls, .. } | Event::FixUndone { fix, done, calls, .. } => {
            (Some(fix), None, Some(done), calls)
        }
        Event::ConnectionConnected { calls, .. } if !calls.is_empty() => (None, None, None, calls),
        Event::AttestationRequested { attestation, calls, .. } if !calls.is_empty() => {
            (None, Some(attestation), None, calls)
        }
        _ => return None,
    };
    let scheduled = entry.actor == Actor::System;
    Some(Visit { of, at: entry.at, scheduled, scan: None, fix, question, calls: counted(&calls), changed })
}
