//! `GET /v1/events/export`: the log as a file (F95). That it was taken is itself in the log.

use api::{Csv, Query, Result, next_link};
use axum::{extract::State, http::header, response::Response};
use identity::{Caller, can};
use model::{
    Event,
    event::{Actor, Recorded},
};
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{Commit, EventFilter, MOST, PageRequest, Store};
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::{events::Status, filter::Wanted, sentence::sentence};

/// `tenants-events-export`.
pub const FUNCTION: Function<Kernel> = Function::http("tenants-events-export", || routes!(events_export));

/// Most entries of one file: about 1 MB, of the 6 MB that a Lambda may answer.
const ENTRIES_MOST: u32 = 2000;
/// Most pages read for one file. A filter that lets little through gives a short file with a link to go on.
const PAGES_MOST: usize = 60;
const HEADER: [&str; 11] =
    ["id", "at", "kind", "actor_type", "actor", "request_id", "ip", "user_agent", "text", "details", "status"];

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// From the `Link` header of the file before, with the same filter.
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

/// Export what happened
///
/// At most 2,000 entries a file, newest first; a `Link` header with `rel="next"` says where to go on. Cells that a
/// spreadsheet would run as a formula begin with a single quote. Every file taken is noted in the log.
#[utoipa::path(
    get, path = "/v1/events/export", operation_id = "tenants-events-export", tag = "tenants", params(ExportQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The entries, a row each.", body = String, content_type = "text/csv"),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn events_export(
    State(store): State<Store>,
    caller: Caller<can::ExportEvents>,
    Query(query): Query<ExportQuery>,
) -> Result<Response> {
    let ExportQuery { mut cursor, kind, actor, subject, from, to } = query;
    let filter = EventFilter::try_from(Wanted { kind, actor, subject, from, to })?;
    let tenant = store.of(caller.scope());
    let mut file = Csv::new(HEADER);
    for _ in 0..PAGES_MOST {
        let page = tenant.events(&filter, &PageRequest { limit: Some(MOST), cursor: cursor.take() }).await?;
        for entry in &page.items {
            write(entry, &mut file)?;
        }
        cursor = page.next_cursor;
        if cursor.is_none() || file.rows() + MOST > ENTRIES_MOST {
            break;
        }
    }
    let taken = Event::EventsExported { entries: file.rows() };
    tenant.commit(Commit::new().event(taken)?).await?;
    let mut response = file.attachment("steward-events");
    if let Some(link) = next_link(cursor.as_deref()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

fn write(entry: &Recorded, file: &mut Csv) -> Result<()> {
    let (actor_type, actor) = match entry.actor {
        Actor::User { id } => ("user", id.to_string()),
        Actor::Key { id } => ("key", id.to_string()),
        Actor::Visitor => ("visitor", String::new()),
        Actor::System => ("system", String::new()),
        Actor::Operator => ("operator", String::new()),
    };
    let details = serde_json::to_string(&entry.event).map_err(api::Error::internal)?;
    let cells: [&str; 11] = [
        &entry.id.to_string(),
        &entry.at.to_string(),
        entry.event.kind().as_str(),
        actor_type,
        &actor,
        entry.request_id.as_deref().unwrap_or_default(),
        entry.ip.as_deref().unwrap_or_default(),
        entry.user_agent.as_deref().unwrap_or_default(),
        &sentence(&entry.event),
        &details,
        Status::of(&entry.event).as_str(),
    ];
    file.row(cells);
    Ok(())
}
