//! `GET /v1/feeds`: the calendar addresses there are.

use api::{Json, Result};
use axum::extract::State;
use identity::{Caller, can};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Feed, Store};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::feed::FeedView;

/// `insights-feeds`.
pub const FUNCTION: Function<Kernel> = Function::http("insights-feeds", || routes!(feeds));

/// Calendar addresses.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Feeds {
    /// They, the oldest first, without their secrets.
    #[schema(max_items = 30)]
    pub items: Vec<FeedView>,
}

/// List calendar addresses
#[utoipa::path(
    get, path = "/v1/feeds", operation_id = "insights-feeds", tag = "insights", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The addresses.", body = Feeds),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn feeds(State(store): State<Store>, caller: Caller<can::ExportData>) -> Result<Json<Feeds>> {
    let kept = store.of(caller.scope()).all::<Feed>().await?;
    let mut items: Vec<FeedView> = kept.into_iter().map(|feed| feed.value.into()).collect();
    items.sort_by_key(|feed| (feed.created_at, feed.feed));
    Ok(Json(Feeds { items }))
}
