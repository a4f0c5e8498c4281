//! `GET /v1/events/export`: the log as a file (F95). That it was taken is itself in the log.

use api::{Csv, Query, Result, with_next};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use identity::{Caller, can};
use model::{
    Event, EventId,
    event::{Actor, Recorded},
};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Commit, EventFilter, MOST, PageRequest, Proof, Store, Tenant};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::{
    events::{LogEntry, Status},
    filter::Wanted,
    sentence::told,
};

/// `tenants-events-export`.
pub const FUNCTION: Function<Kernel> = Function::http("tenants-events-export", || routes!(events_export));

/// Most pages read for one file. A filter that lets little through gives a short file with a link to go on.
const PAGES_MOST: usize = 60;
/// Bytes after which a file ends, be its entries few: of the 6 MB that a Lambda may answer, in which each quote of a
/// file takes two, with room for one entry more, which is as large as an item can be, and its proof.
const BYTES_MOST: usize = 3_000_000;
/// Most entries of a page.
const PAGE: usize = MOST as usize;
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
    /// `csv` for a spreadsheet, or `ndjson` for a program, with proofs.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// As what entries are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A row each.
    #[default]
    Csv,
    /// A JSON object a line, each with what shows that it was sealed as it is.
    Ndjson,
}

impl Format {
    /// Most entries of one file: about 1 MB, of the 6 MB that a Lambda may answer.
    const fn most(self) -> usize {
        match self {
            Self::Csv => 2000,
            Self::Ndjson => 500,
        }
    }
}

/// A line of a file with proofs.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    entry: LogEntry,
    /// `None` where the entry is not sealed yet.
    proof: Option<Proof>,
}

/// Export what happened
///
/// At most 2,000 entries a file, newest first, and fewer where they are large: about 3 MB. A `Link` header with
/// `rel="next"` says where to go on. Cells that a spreadsheet would run as a formula begin with a single quote. Every
/// file taken is noted in the log.
///
/// With `format=ndjson` a file has at most 500 entries, as `GET /v1/events` lists them, a JSON object a line. Each has a
/// `proof`: `sequence`, its place in the chain that seals the log; `previous` and `hash`, hexadecimal; and `sealed`, the
/// whole entry as text. SHA-256 over the 32 bytes of `previous` and the bytes of `sealed` is `hash`, and that is the
/// `previous` of the next place: whoever keeps files, or one hash, can show without Steward whether an entry was changed.
/// `proof` is `null` for an entry of the last moments, which is not sealed yet; an older one without it lost its seal. In
/// files of the whole log a place that is missing is an entry that was taken out.
#[utoipa::path(
    get, path = "/v1/events/export", operation_id = "tenants-events-export", tag = "tenants", params(ExportQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The entries, a row or a line each.", content((String = "text/csv"), (String = "application/x-ndjson"))),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn events_export(
    State(store): State<Store>,
    caller: Caller<can::ExportEvents>,
    Query(query): Query<ExportQuery>,
) -> Result<Response> {
    let ExportQuery { mut cursor, kind, actor, subject, from, to, format } = query;
    let filter = EventFilter::try_from(Wanted { kind, actor, subject, from, to })?;
    let tenant = store.of(caller.scope());
    let mut file = File::new(format);
    for _ in 0..PAGES_MOST {
        let page = tenant.events(&filter, &PageRequest { limit: Some(MOST), cursor: cursor.take() }).await?;
        let last = file.append(&tenant, &page.items).await?;
        cursor = match last.and_then(|last| page.items.get(last)) {
            Some(last) => Some(tenant.events_after(&filter, last)?),
            None => page.next_cursor,
        };
        if cursor.is_none() || file.is_full() || file.entries + PAGE > format.most() {
            break;
        }
    }
    let taken = Event::EventsExported { entries: u32::try_from(file.entries).unwrap_or(u32::MAX) };
    tenant.commit(Commit::new().event(taken)?).await?;
    Ok(with_next(file.into_response(), cursor.as_deref()))
}

/// A file that is being written.
struct File {
    text: Text,
    entries: usize,
}

enum Text {
    Csv(Csv),
    Ndjson(String),
}

impl File {
    fn new(format: Format) -> Self {
        let text = match format {
            Format::Csv => Text::Csv(Csv::new(HEADER)),
            Format::Ndjson => Text::Ndjson(String::new()),
        };
        Self { text, entries: 0 }
    }

    const fn is_full(&self) -> bool {
        let bytes = match &self.text {
            Text::Csv(file) => file.bytes(),
            Text::Ndjson(text) => text.len(),
        };
        bytes >= BYTES_MOST
    }

    /// Appends a page, or as much of it as the file takes: then the place of the last that is in.
    async fn append(&mut self, tenant: &Tenant<'_>, page: &[Recorded]) -> Result<Option<usize>> {
        let mut proofs = Vec::new();
        if matches!(self.text, Text::Ndjson(_)) && !page.is_empty() {
            let ids: Vec<EventId> = page.iter().map(|entry| entry.id).collect();
            proofs = tenant.proofs(&ids).await?;
        }
        let mut proofs = proofs.into_iter();
        for (place, entry) in page.iter().enumerate() {
            match &mut self.text {
                Text::Csv(file) => write(entry, file)?,
                Text::Ndjson(text) => {
                    let line = Line { entry: entry.clone().into(), proof: proofs.next().flatten() };
                    *text += &serde_json::to_string(&line).map_err(api::Error::internal)?;
                    text.push('\n');
                }
            }
            self.entries += 1;
            if self.is_full() && place + 1 < page.len() {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    fn into_response(self) -> Response {
        let text = match self.text {
            Text::Csv(file) => return file.attachment("steward-events"),
            Text::Ndjson(text) => text,
        };
        let headers = [
            (header::CONTENT_TYPE, "application/x-ndjson"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"steward-events.ndjson\""),
            (header::CACHE_CONTROL, "no-store"),
        ];
        (headers, text).into_response()
    }
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
        &told(entry),
        &details,
        Status::of(&entry.event).as_str(),
    ];
    file.row(cells);
    Ok(())
}
