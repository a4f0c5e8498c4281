//! `GET /v1/events`: the company's log, newest first. It is the audit trail: who did what, when, from where (F92-F95).

use api::{Page, PageQuery, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use jiff::Timestamp;
use model::{Event, EventId, event::Actor, event::Recorded};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::Store;
use utoipa::ToSchema;
use utoipa_axum::routes;

/// `tenants-events`.
pub const FUNCTION: Function<Kernel> = Function::http("tenants-events", || routes!(events));

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
    /// What happened.
    pub event: Event,
}

impl From<Recorded> for LogEntry {
    fn from(recorded: Recorded) -> Self {
        let Recorded { id, at, actor, request_id, ip, user_agent, event, tenant: _ } = recorded;
        Self { id, at, actor, request_id, ip, user_agent, event }
    }
}

/// List what happened
///
/// Newest first, back to the day the company signed up.
#[utoipa::path(
    get, path = "/v1/events", operation_id = "tenants-events", tag = "tenants", params(PageQuery), security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of the log.", body = Page<LogEntry>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn events(
    State(store): State<Store>,
    caller: Caller<can::ReadEvents>,
    Query(page): Query<PageQuery>,
) -> Result<Page<LogEntry>> {
    let events = store.of(caller.scope()).events(&page.into()).await?;
    Ok(Page::of(events, LogEntry::from))
}
