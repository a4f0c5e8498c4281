//! `POST /v1/fixes/{fix}/undo`: puts back exactly what a fix changed, item by item. What somebody changed since stays
//! as they set it, and what a later fix did again is for that one's undo; both are told.

use api::{Code, Error, IdempotencyKey, Path, Result};
use axum::{extract::State, response::Response};
use identity::{Recent, can};
use model::FixId;
use runtime::{Function, Kernel};
use store::{Attempt, Fix, FixItem, FixState, ItemState, Store};
use utoipa_axum::routes;

use crate::{
    again::{ask, goes_again, once_more},
    view::{FixView, can_undo},
};

/// `fixes-undo`.
pub const FUNCTION: Function<Kernel> = Function::http("fixes-undo", || routes!(undo));

/// Undo a fix
///
/// Licences come back with the parts of them that were turned off, people into their groups, sign-in and settings as
/// they were. May be sent again for what could not be put back. What a later fix did again stays: that one's undo puts
/// it back.
#[utoipa::path(
    post, path = "/v1/fixes/{fix}/undo", operation_id = "fixes-undo", tag = "fixes", security(("bearer" = [])),
    params(
        ("fix" = FixId, Path, description = "Which fix."),
        ("Idempotency-Key" = String, Header, description = "A text of yours, new for each new intention.", max_length = 200),
    ),
    responses(
        (status = 202, description = "It is being undone.", body = FixView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn undo(
    State(store): State<Store>,
    caller: Recent<can::ApplyFixes>,
    Path(fix): Path<FixId>,
    key: IdempotencyKey,
) -> Result<Response> {
    let tenant = store.of(caller.scope());
    api::once(tenant, "fixes-undo", &key, &fix, async |claim| {
        let found = tenant.get_strong::<Fix>(&fix).await?.ok_or_else(Error::not_found)?;
        if !matches!(found.value.state, FixState::Finished | FixState::Undone) {
            return Err(Error::new(Code::WrongState, "Only a fix that has ended can be undone."));
        }
        if !can_undo(&found.value, store.now()) {
            let told = "There is nothing left of it to put back, or its time is over.";
            return Err(Error::new(Code::UndoOver, told));
        }
        ask(tenant, found, FixState::UndoQueued, Some(claim), begin).await
    })
    .await
}

/// Lets an item's undo begin, or begin again where it failed; whether it does.
fn begin(item: &mut FixItem) -> bool {
    let Some(attempt) = next(item) else { return false };
    item.undo = Some(attempt);
    true
}

/// What the undo of an item begins with, or begins again; `None` where there is nothing to put back, or no way.
pub fn next(item: &FixItem) -> Option<Attempt> {
    let done = matches!(item.attempt.state, ItemState::Done | ItemState::Pending);
    if !done || item.change.inverse(&item.before).is_none() {
        return None;
    }
    match &item.undo {
        None => Some(Attempt::WAITING),
        Some(undo) => goes_again(undo).then(|| once_more(undo)),
    }
}
