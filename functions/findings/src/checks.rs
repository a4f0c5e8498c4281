//! `GET /v1/checks`: the catalogue, and what became of each check in the last scan.

use api::{Json, Result};
use axum::extract::State;
use checks::{CATALOGUE, Check, CheckId, facts::Missing, outcome::Extent};
use identity::{Caller, can};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Store, Summary};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// `findings-checks`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-checks", || routes!(checks));

/// The catalogue.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ChecksView {
    /// Every check, in the order of their ids.
    #[schema(max_items = 200)]
    pub items: Vec<CheckView>,
}

/// One check.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CheckView {
    /// Which.
    pub check: CheckId,
    /// What it looks for, in a few words.
    #[schema(example = "Licences of blocked accounts")]
    pub title: String,
    /// Why it matters.
    pub why_it_matters: String,
    /// What is changed by acting on what it finds.
    pub what_changes: String,
    /// What people will notice.
    pub what_people_notice: String,
    /// How it is undone.
    pub undo: String,
    /// For whoever wants to know exactly.
    pub technical_detail: String,
    /// Whether the last scan could say what it looks for.
    pub evaluated: Evaluated,
    /// Why it could not, wholly or partly.
    pub reason: Option<Missing>,
    /// The same in plain words, and what it means.
    pub detail: Option<String>,
}

/// Whether a check could say what it looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Evaluated {
    /// There was no scan yet.
    NotYet,
    /// It could.
    Fully,
    /// It ran on weaker evidence.
    Weaker,
    /// It says nothing about some people.
    Partly,
    /// It could not: neither passed nor failed.
    Not,
}

/// List checks
#[utoipa::path(
    get, path = "/v1/checks", operation_id = "findings-checks", tag = "findings", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The catalogue.", body = ChecksView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn checks(State(store): State<Store>, caller: Caller<can::ReadFindings>) -> Result<Json<ChecksView>> {
    let summary = store.of(caller.scope()).get::<Summary>(&()).await?.map(|summary| summary.value);
    Ok(Json(ChecksView { items: CATALOGUE.iter().map(|check| view(check, summary.as_ref())).collect() }))
}

fn view(check: &Check, summary: Option<&Summary>) -> CheckView {
    let gap = summary.and_then(|summary| summary.not_evaluated.iter().find(|gap| gap.check == check.id));
    let evaluated = match (summary, gap.map(|gap| gap.extent)) {
        (None, _) => Evaluated::NotYet,
        (Some(_), None) => Evaluated::Fully,
        (Some(_), Some(Extent::Weaker)) => Evaluated::Weaker,
        (Some(_), Some(Extent::Part)) => Evaluated::Partly,
        (Some(_), Some(Extent::Whole)) => Evaluated::Not,
    };
    let text = &check.text;
    CheckView {
        check: check.id,
        title: text.title.into(),
        why_it_matters: text.why_it_matters.into(),
        what_changes: text.what_changes.into(),
        what_people_notice: text.what_people_notice.into(),
        undo: text.undo.into(),
        technical_detail: text.technical_detail.into(),
        evaluated,
        reason: gap.map(|gap| gap.reason),
        detail: gap.map(|gap| gap.detail.clone()),
    }
}
