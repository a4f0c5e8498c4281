//! `DELETE /v1/me/microsoft/{directory}`: a work account signs its user in no more.

use api::{Error, Path, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Recent, can};
use model::DirectoryId;
use runtime::Function;
use store::{Conflict, StoreError};
use utoipa_axum::routes;

use crate::{
    Accounts,
    ways_in::{last, left},
};

/// `accounts-unlink-microsoft`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-unlink-microsoft", || routes!(unlink));

/// Unlink a work account
///
/// Refused when it is your only way to sign in. It does not link itself again: you do, from a session.
#[utoipa::path(
    delete, path = "/v1/me/microsoft/{directory}", operation_id = "accounts-unlink-microsoft", tag = "accounts",
    params(("directory" = DirectoryId, Path, description = "The Microsoft 365 it is of.")), security(("bearer" = [])),
    responses(
        (status = 204, description = "Unlinked."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn unlink(
    State(deps): State<Accounts>,
    person: Recent<can::ChangeOneself>,
    Path(directory): Path<DirectoryId>,
) -> Result<StatusCode> {
    let store = &deps.kernel.store;
    let accounts = store.work_accounts(person.user()).await?;
    let (unlinked, others): (Vec<_>, Vec<_>) = accounts.into_iter().partition(|one| one.directory == directory);
    let account = unlinked.first().ok_or_else(Error::not_found)?;
    let factors = store.account(person.user()).await?.factors;
    let passkey = (!factors.value.passkeys.is_empty()).then_some(factors.version);
    let other = left(store, &person, &others, passkey).await?;
    store.unlink_work_account(person.scope(), account, &other).await.map_err(|error| match error {
        StoreError::Conflict(Conflict::State("way in")) => last(),
        StoreError::Conflict(Conflict::Missing(_)) => Error::not_found(),
        error => error.into(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}
