//! `POST /v1/fixes`: approves what was previewed. Microsoft 365 is read again and compared; nothing is written to it
//! here: `fixes-run` follows the event.

use std::collections::BTreeSet;

use api::{Client, Code, Error, FieldProblem, IdempotencyKey, Json, Problem, Result};
use axum::{extract::State, response::Response};
use checks::outcome::GuardId;
use identity::{Recent, can};
use jiff::Timestamp;
use model::{Event, FixId, GroupId, UserId};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::{Attempt, Claim, Commit, Fix, FixItem, FixPart, FixState, KeptAnswer, Tally, Tenant};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Fixes,
    plan::Plan,
    preview::shown,
    token,
    view::{FixView, PreviewView},
};

/// `fixes-apply`.
pub const FUNCTION: Function<Fixes> = Function::http("fixes-apply", || routes!(apply));

/// What is approved.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Apply {
    /// `preview_token` of the preview.
    #[schema(max_length = 60000, example = "3q2-7w")]
    pub preview_token: String,
    /// What `type_to_confirm` asks to be typed.
    #[schema(max_length = 16, example = "12")]
    pub confirm: Option<String>,
    /// Guards that were looked at: all of `to_accept`.
    #[serde(default)]
    #[schema(max_items = 8, value_type = Vec<GuardId>)]
    pub accept: BTreeSet<GuardId>,
}

/// What has changed since the preview.
#[derive(Debug, Serialize, Deserialize)]
pub struct Drift {
    /// What happened.
    #[serde(flatten)]
    pub problem: Problem,
    /// What it would do now.
    pub preview: PreviewView,
}

/// Apply a fix
///
/// Approves what was previewed, and nothing else. Where Microsoft 365 or what was found has changed since, the answer is
/// 409 `drift` with a new preview in its member `preview` (RFC 9457 3.2), of the shape `fixes-preview` answers; where
/// none of it is found any more, 422 `nothing_to_do`. Follow the fix at the address in `Location`. Send an
/// `Idempotency-Key`: the same key with the same body is one fix, however often it is sent within a day.
#[utoipa::path(
    post, path = "/v1/fixes", operation_id = "fixes-apply", tag = "fixes", request_body = Apply,
    params(("Idempotency-Key" = String, Header, description = "A text of yours, new for each new intention.", max_length = 200)),
    security(("bearer" = [])),
    responses(
        (status = 202, description = "It is approved and begins.", body = FixView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
        (status = 503, description = "Microsoft does not answer.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn apply(
    State(deps): State<Fixes>,
    caller: Recent<can::ApplyFixes>,
    client: Client,
    key: IdempotencyKey,
    Json(asked): Json<Apply>,
) -> Result<Response> {
    let tenant = deps.kernel.store.of(caller.scope());
    let user = caller.user();
    api::once(tenant, "fixes-apply", &key, &asked, async |claim| {
        let now = deps.kernel.clock.now();
        let opened = token::open(deps.kernel.store.sealer(), caller.tenant(), user, &asked.preview_token, now)?;
        let plan = Plan::of(&deps, tenant, opened.ask.still_found(tenant).await?).await?;
        if plan.hash()? != opened.hash {
            return drift(shown(&deps, caller.tenant(), Some(user), &plan)?, client.request_id);
        }
        asked.confirms(&plan)?;
        approve(&deps, tenant, user, &plan, claim).await
    })
    .await
}

/// Refuses with what it would do now.
fn drift(preview: PreviewView, instance: Option<String>) -> Result<KeptAnswer> {
    let told = "Nothing was changed. Look at the new preview and approve that.";
    let problem = Problem { instance, ..*Error::new(Code::Drift, told).problem };
    let body = serde_json::to_string(&Drift { problem, preview }).map_err(Error::internal)?;
    Ok(KeptAnswer { status: Code::Drift.status().as_u16(), location: None, body })
}

impl Apply {
    /// Whether everything was confirmed that has to be.
    fn confirms(&self, plan: &Plan) -> Result<()> {
        if plan.people() == 0 {
            return Err(Error::new(Code::NothingToDo, "Everything in this preview is left alone. See its items."));
        }
        if let Some(lack) = plan.lacks {
            let how = "Ask for it with `POST /v1/microsoft/connect` and `{\"tier\": \"licence_writer\"}`.";
            return Err(Error::new(Code::ConsentNeeded, format!("{} {how}", lack.words())));
        }
        let mut missing = Vec::new();
        let open: Vec<String> = plan.to_confirm().difference(&self.accept).map(|guard| format!("{guard:?}")).collect();
        if !open.is_empty() {
            let told = format!("Look at what the preview says of {} and send it here.", open.join(", "));
            missing.push(FieldProblem::new("/accept", "not_accepted", told));
        }
        if plan.typed && self.confirm.as_deref().map(str::trim) != Some(plan.people().to_string().as_str()) {
            let told = format!("Type {}, the number of people this changes.", plan.people());
            missing.push(FieldProblem::new("/confirm", "not_typed", told));
        }
        if missing.is_empty() {
            return Ok(());
        }
        let mut error = Error::new(Code::ConfirmationNeeded, "Nothing was changed. See `errors`.");
        error.problem.errors = missing;
        Err(error)
    }
}

/// Keeps the fix with its items, the answer and the event: one transaction.
async fn approve(deps: &Fixes, tenant: Tenant<'_>, user: UserId, plan: &Plan, claim: &Claim) -> Result<KeptAnswer> {
    let now = deps.kernel.clock.now();
    let id = FixId::generate(&deps.kernel.ids, now);
    let parts = parts(id, plan);
    let items = parts.iter().map(|part| part.items.len()).sum::<usize>();
    let items = u32::try_from(items).map_err(Error::internal)?;
    let fix =
        Fix { items, parts: u16::try_from(parts.len()).map_err(Error::internal)?, ..new_fix(id, user, plan, now) };
    let fix = Fix { tally: Tally { open: items, ..Tally::default() }, ..fix };
    let event = Event::FixRequested { fix: id, finding: fix.finding, items, at: fix.at };
    let body = serde_json::to_string(&FixView::of(fix.clone(), now)).map_err(Error::internal)?;
    let answer = KeptAnswer { status: 202, location: Some(format!("/v1/fixes/{id}")), body };
    let change = parts.iter().fold(Commit::new().create(&fix), Commit::create).answered(claim, answer.clone());
    tenant.commit(change.event(event)?).await?;
    Ok(answer)
}

fn new_fix(id: FixId, user: UserId, plan: &Plan, now: Timestamp) -> Fix {
    let at = plan.ask.at.filter(|at| *at > now);
    Fix {
        fix: id,
        directory: Some(plan.directory),
        finding: plan.ask.finding,
        check: plan.check,
        action: plan.action,
        headline: plan.headline(),
        state: if at.is_some() { FixState::Scheduled } else { FixState::Queued },
        items: 0,
        parts: 0,
        tally: Tally::default(),
        told: Tally::default(),
        told_minor: 0,
        undo_tally: None,
        requested_by: user,
        requested_at: now,
        at,
        ended_at: None,
        stopped: None,
        undo: plan.undo(),
        undo_needs: plan.undo_needs(),
        sign_ins_unknown: Some(plan.sign_ins_unknown()),
        first_done_at: None,
        monthly: None,
        freed: Vec::new(),
        pauses: 0,
        go_on_at: None,
        calls: plan.calls.clone(),
        told_writes: 0,
        look_at: Some(at.unwrap_or(now + Fix::STALLED)),
    }
}

/// Items in parts, of which each is written as one, with the names of the groups in them: they may be gone when
/// somebody reads it.
fn parts(fix: FixId, plan: &Plan) -> Vec<FixPart> {
    let short = |text: &str| text.chars().take(256).collect::<String>();
    let items: Vec<FixItem> = plan
        .going()
        .filter_map(|item| item.change.clone().map(|change| (item, change)))
        .zip(1..)
        .map(|((item, change), number)| FixItem {
            number,
            person: item.person,
            name: item.name.chars().take(200).collect(),
            change,
            before: item.before.clone(),
            doubts: Some(item.doubts.clone()),
            monthly: item.monthly,
            attempt: Attempt::WAITING,
            undo: None,
        })
        .collect();
    let known = |group: GroupId| Some((group, short(plan.names.groups.get(&group)?)));
    let part = |(part, items): (u16, &[FixItem])| FixPart {
        fix,
        part,
        groups: items.iter().flat_map(FixItem::groups).filter_map(known).collect(),
        items: items.to_vec(),
    };
    (0..).zip(items.chunks(FixPart::ITEMS)).map(part).collect()
}
