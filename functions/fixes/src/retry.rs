//! `POST /v1/fixes/{fix}/retry`: tries the items again that failed, or that something stopped the fix before. They are
//! read first: what was done is not done twice, and what somebody changed since is left alone.

use api::{Code, Error, IdempotencyKey, Path, Result};
use axum::{extract::State, response::Response};
use identity::{Recent, can};
use model::FixId;
use runtime::{Function, Kernel};
use store::{Fix, FixState, Store};
use utoipa_axum::routes;

use crate::{
    again::{ask, goes_again, once_more},
    view::{FixView, can_retry},
};

/// `fixes-retry`.
pub const FUNCTION: Function<Kernel> = Function::http("fixes-retry", || routes!(retry));

/// Retry what failed
///
/// Only what was previewed and approved, under the same conditions: an item whose state has changed since the preview
/// is skipped. Where something stopped the fix, such as consent that was withdrawn, what was left goes on too.
#[utoipa::path(
    post, path = "/v1/fixes/{fix}/retry", operation_id = "fixes-retry", tag = "fixes", security(("bearer" = [])),
    params(
        ("fix" = FixId, Path, description = "Which fix."),
        ("Idempotency-Key" = String, Header, description = "A text of yours, new for each new intention.", max_length = 200),
    ),
    responses(
        (status = 202, description = "It goes on.", body = FixView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn retry(
    State(store): State<Store>,
    caller: Recent<can::ApplyFixes>,
    Path(fix): Path<FixId>,
    key: IdempotencyKey,
) -> Result<Response> {
    let tenant = store.of(caller.scope());
    api::once(tenant, "fixes-retry", &key, &fix, async |claim| {
        let found = tenant.get_strong::<Fix>(&fix).await?.ok_or_else(Error::not_found)?;
        if !can_retry(&found.value) {
            return Err(Error::new(
                Code::WrongState,
                "Only a fix that has ended with failed items can be tried again.",
            ));
        }
        ask(tenant, found, FixState::Queued, Some(claim), |item| {
            let again = goes_again(&item.attempt);
            if again {
                item.attempt = once_more(&item.attempt);
            }
            again
        })
        .await
    })
    .await
}
