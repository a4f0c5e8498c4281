//! `DELETE /v1/feeds/{feed}`: the address leads nowhere from now on.

use api::{Error, Path, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Caller, can};
use model::FeedId;
use runtime::{Function, Kernel};
use store::Store;
use utoipa_axum::routes;

/// `insights-revoke-feed`.
pub const FUNCTION: Function<Kernel> = Function::http("insights-revoke-feed", || routes!(revoke_feed));

/// Revoke a calendar address
#[utoipa::path(
    delete, path = "/v1/feeds/{feed}", operation_id = "insights-revoke-feed", tag = "insights", security(("bearer" = []), ("key" = [])),
    params(("feed" = FeedId, Path, description = "Which address.")),
    responses(
        (status = 204, description = "It leads nowhere."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn revoke_feed(
    State(store): State<Store>,
    caller: Caller<can::ManageFeeds>,
    Path(feed): Path<FeedId>,
) -> Result<StatusCode> {
    let was_there = store.of(caller.scope()).revoke_feed(feed).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(Error::not_found()) }
}
