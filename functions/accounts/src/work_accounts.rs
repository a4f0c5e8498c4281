//! `GET /v1/me/microsoft`: the work accounts that sign you in.

use api::{Json, Result};
use axum::extract::State;
use identity::{Person, can};
use jiff::Timestamp;
use model::DirectoryId;
use runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::Accounts;

/// `accounts-work-accounts`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-work-accounts", || routes!(work_accounts));

/// The work accounts linked to you.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkAccounts {
    /// One of a directory at most.
    #[schema(max_items = 5)]
    pub items: Vec<WorkAccountView>,
}

/// A work account that signs you in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkAccountView {
    /// The Microsoft 365 it is of.
    pub directory: DirectoryId,
    /// Since when it is linked.
    pub since: Timestamp,
}

/// List the work accounts that sign you in
#[utoipa::path(
    get, path = "/v1/me/microsoft", operation_id = "accounts-work-accounts", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "Your work accounts.", body = WorkAccounts),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn work_accounts(State(deps): State<Accounts>, person: Person<can::BeHere>) -> Result<Json<WorkAccounts>> {
    let accounts = deps.kernel.store.work_accounts(person.user()).await?;
    let view = |account: store::WorkAccount| WorkAccountView { directory: account.directory, since: account.since };
    Ok(Json(WorkAccounts { items: accounts.into_iter().map(view).collect() }))
}
