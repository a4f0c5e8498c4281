//! `GET /v1/fixes/export`: every change as a file, a row an item of a fix. That it was taken is in the log.

use std::collections::BTreeMap;

use api::{Csv, Query, Result, with_next};
use axum::{extract::State, response::Response};
use checks::CheckId;
use identity::{Caller, can};
use jiff::Timestamp;
use model::{UserId, event::Export};
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{Fix, FixItem, FixPart, FixState, ItemState, Listed, Member, PageRequest, Store};
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::{
    bought::Bought,
    change::Names,
    reason, undo,
    view::{ItemView, OutcomeView, can_undo},
};

/// `fixes-export`.
pub const FUNCTION: Function<Kernel> = Function::http("fixes-export", || routes!(export));

/// Bytes after which a file ends: of the 6 MB that a Lambda may answer, in which each quote of a file takes two, with
/// room for one page more.
const BYTES_MOST: usize = 3_000_000;
/// Parts read at once: 500 changes, which are no more than 1.5 MB whatever people are called.
const PARTS: u32 = 25;
const COLUMNS: [&str; 24] = [
    "requested_at",
    "requested_by",
    "requested_by_id",
    "check",
    "headline",
    "planned_for",
    "name",
    "person",
    "change",
    "before",
    "after",
    "outcome",
    "reason",
    "ended_at",
    "undo_outcome",
    "undo_reason",
    "undo_ended_at",
    "can_be_undone",
    "undo_until",
    "stands",
    "monthly",
    "currency",
    "fix",
    "number",
];

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FixesFileQuery {
    /// From the `Link` header of the file before.
    #[param(max_length = 1024, example = "3q2-7w")]
    cursor: Option<String>,
}

/// Export fixes
///
/// A row a change of a person, or of a setting, the oldest fix first; about 3 MB a file. A `Link` header with
/// `rel="next"` says where to go on. `before` is what was found and `after` what the change leaves, where `outcome` is
/// `done`. `undo_until` is empty where the undo has no such day. `monthly` is what the change saves for as long as it
/// `stands`; empty without a price, which is not zero. Cells that a spreadsheet would run as a formula begin with a
/// single quote. Every file taken is noted in the log.
#[utoipa::path(
    get, path = "/v1/fixes/export", operation_id = "fixes-export", tag = "fixes", params(FixesFileQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The changes, a row each.", body = String, content_type = "text/csv"),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn export(
    State(store): State<Store>,
    caller: Caller<can::ExportData>,
    Query(query): Query<FixesFileQuery>,
) -> Result<Response> {
    let tenant = store.of(caller.scope());
    let members = tenant.all::<Member>().await?.into_iter().map(|member| (member.value.user, member.value.name));
    let mut words = Words {
        members: members.collect(),
        names: Names { skus: Bought::of(tenant).await?.names(), ..Names::default() },
        now: store.now(),
    };
    let mut file = Csv::new(COLUMNS);
    let mut cursor = query.cursor;
    loop {
        let page = PageRequest { limit: Some(PARTS), cursor: cursor.take() };
        let Listed { items: parts, next_cursor } = tenant.list::<FixPart>(&page, false).await?;
        let fixes = tenant.fixes(parts.iter().map(|part| part.value.fix).collect()).await?;
        for FixPart { fix, groups, items, .. } in parts.into_iter().map(|part| part.value) {
            words.names.groups = groups;
            if let Some(fix) = fixes.get(&fix) {
                items.into_iter().for_each(|item| words.write(fix, item, &mut file));
            }
        }
        cursor = next_cursor;
        if cursor.is_none() || file.bytes() >= BYTES_MOST {
            break;
        }
    }
    Ok(with_next(file.taken(&tenant, Export::Fixes, "steward-changes").await?, cursor.as_deref()))
}

/// What rows are told in.
struct Words {
    /// Names of who works here still.
    members: BTreeMap<UserId, String>,
    names: Names,
    now: Timestamp,
}

impl Words {
    fn write(&self, fix: &Fix, item: FixItem, file: &mut Csv) {
        let before = self.names.state(&item.change, &item.before);
        let after = self.names.state(&item.change, &item.change.applied(&item.before));
        let can_be_undone = can_undo(fix, self.now) && undo::next(&item).is_some();
        let stands = item.stands();
        let item = ItemView::of(item, &self.names);
        // Of one that was called off, nothing was made.
        let cancelled = fix.state == FixState::Cancelled;
        let why_not = fix.stopped.as_deref().filter(|_| cancelled).map(reason::words);
        let outcome = if cancelled { "cancelled" } else { state(item.outcome.state) };
        let undo = item.undo.as_ref();
        file.row([
            fix.requested_at.to_string().as_str(),
            self.members.get(&fix.requested_by).map_or("", String::as_str),
            &fix.requested_by.to_string(),
            fix.check.map_or("", CheckId::as_str),
            &fix.headline,
            &time(fix.at),
            &item.name,
            &item.person.map(|person| person.to_string()).unwrap_or_default(),
            &item.what,
            &before,
            &after,
            outcome,
            why_not.unwrap_or_else(|| why(&item.outcome)),
            &time(item.outcome.ended_at),
            undo.map_or("", |undo| state(undo.state)),
            undo.map_or("", why),
            &time(undo.and_then(|undo| undo.ended_at)),
            yes(can_be_undone),
            &time(fix.undo_until()),
            yes(stands),
            &item.monthly.map(|money| money.decimal()).unwrap_or_default(),
            item.monthly.map_or("", |money| money.currency.code()),
            &fix.fix.to_string(),
            &item.number.to_string(),
        ]);
    }
}

fn time(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

fn why(outcome: &OutcomeView) -> &str {
    outcome.reason.as_ref().map_or("", |reason| &reason.text)
}

const fn yes(so: bool) -> &'static str {
    if so { "yes" } else { "no" }
}

/// As the API writes it.
const fn state(state: ItemState) -> &'static str {
    match state {
        ItemState::Waiting => "waiting",
        ItemState::Intended => "intended",
        ItemState::Written => "written",
        ItemState::Done => "done",
        ItemState::Failed => "failed",
        ItemState::Skipped => "skipped",
        ItemState::Pending => "pending",
    }
}
