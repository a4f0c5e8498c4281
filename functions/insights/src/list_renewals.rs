//! `GET /v1/renewals`: when licences renew, and what can be given back then.

use api::{Json, Result};
use axum::extract::State;
use identity::{Caller, can};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::renewal::{self, RenewalView};

/// `insights-list-renewals`.
pub const FUNCTION: Function<Kernel> = Function::http("insights-list-renewals", || routes!(list_renewals));

/// Renewals to come.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Renewals {
    /// The nearest first. Empty before the first scan.
    #[schema(max_items = 1000)]
    pub items: Vec<RenewalView>,
}

/// List renewals
///
/// As of the last scan, trials and free licences left out. A saving is real only when seats are given back at a renewal;
/// each item has the day by which to do it and the words to do it with.
#[utoipa::path(
    get, path = "/v1/renewals", operation_id = "insights-list-renewals", tag = "insights", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "Renewals.", body = Renewals),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_renewals(State(deps): State<Kernel>, caller: Caller<can::ReadFindings>) -> Result<Json<Renewals>> {
    let items = renewal::of(&deps.store.of(caller.scope()), deps.clock.today()).await?;
    Ok(Json(Renewals { items }))
}
