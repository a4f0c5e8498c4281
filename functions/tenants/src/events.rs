//! `GET /v1/events`: the company's log, newest first. It is the audit trail: who did what, when, from where (F92-F95).

use api::{Page, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use jiff::Timestamp;
use model::{Event, EventId, event::Actor, event::Recorded};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{EventFilter, PageRequest, Store};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::{filter::Wanted, sentence::told};

/// `tenants-events`.
pub const FUNCTION: Function<Kernel> = Function::http("tenants-events", || routes!(events));

/// Which entries, and which page of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 100, default = 50, example = 50)]
    #[serde(default, deserialize_with = "api::limit")]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filter.
    #[param(max_length = 1024, example = "3q2-7w")]
    cursor: Option<String>,
    /// Only of this kind.
    #[param(max_length = 50, example = "user.signed_in")]
    kind: Option<String>,
    /// Only by this user or key, by `system`, by a `visitor` or by the `operator` of this installation.
    #[param(max_length = 36, example = "usr_0m3x4v7k2qhz8ytr5w1c9dbeg6")]
    actor: Option<String>,
    /// Only about this or by it: the history of a user, key, role, scan or whatever has an id.
    #[param(max_length = 36, example = "key_0m3x4v7k2qhz8ytr5w1c9dbeg6")]
    subject: Option<String>,
    /// Not before.
    #[param(format = DateTime, example = "2026-11-01T00:00:00Z")]
    from: Option<String>,
    /// Before.
    #[param(format = DateTime, example = "2026-12-01T00:00:00Z")]
    to: Option<String>,
}

/// One fact in the company's log.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LogEntry {
    /// Which.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// In which request.
    #[schema(example = "req-0123456789abcdef")]
    pub request_id: Option<String>,
    /// From which address.
    #[schema(example = "203.0.113.7")]
    pub ip: Option<String>,
    /// With what.
    #[schema(example = "Mozilla/5.0")]
    pub user_agent: Option<String>,
    /// Whether what was tried came about.
    pub status: Status,
    /// What happened, in a sentence.
    #[schema(example = "Somebody signed in.")]
    pub text: String,
    /// What happened.
    pub event: Event,
}

impl From<Recorded> for LogEntry {
    fn from(recorded: Recorded) -> Self {
        let (status, text) = (Status::of(&recorded.event), told(&recorded));
        let Recorded { id, at, actor, request_id, ip, user_agent, event, tenant: _ } = recorded;
        Self { id, at, actor, request_id, ip, user_agent, status, text, event }
    }
}

/// Whether what an entry tells of came about (F93).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It did.
    Success,
    /// It was tried and failed, or was refused.
    Failure,
}

impl Status {
    /// Of an event.
    pub const fn of(event: &Event) -> Self {
        if event.is_failure() { Self::Failure } else { Self::Success }
    }
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

/// List what happened
///
/// Newest first, back to the day the company signed up. A page of a filtered list may hold few entries, even none, while
/// `next_cursor` says that more follows.
#[utoipa::path(
    get, path = "/v1/events", operation_id = "tenants-events", tag = "tenants", params(EventsQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "A page of the log.", body = Page<LogEntry>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn events(
    State(store): State<Store>,
    caller: Caller<can::ReadEvents>,
    Query(query): Query<EventsQuery>,
) -> Result<Page<LogEntry>> {
    let EventsQuery { limit, cursor, kind, actor, subject, from, to } = query;
    let filter = EventFilter::try_from(Wanted { kind, actor, subject, from, to })?;
    let events = store.of(caller.scope()).events(&filter, &PageRequest { limit, cursor }).await?;
    Ok(Page::of(events, LogEntry::from))
}
