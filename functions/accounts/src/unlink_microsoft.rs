//! `DELETE /v1/me/microsoft/{directory}`: a work account signs its user in no more.

use api::{Code, Error, Path, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Person, Recent, can};
use model::DirectoryId;
use runtime::Function;
use store::{Conflict, Store, StoreError, WayIn, WorkAccount};
use utoipa_axum::routes;

use crate::Accounts;

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
    let only = || Error::new(Code::LastWayIn, "Set a password or link another work account first.");
    let other = other_way_in(store, &person, &others).await?.ok_or_else(only)?;
    store.unlink_work_account(person.scope(), account, &other).await.map_err(|error| match error {
        StoreError::Conflict(Conflict::State("way in")) => only(),
        StoreError::Conflict(Conflict::Missing(_)) => Error::not_found(),
        error => error.into(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}

/// A way to sign in that is left without the account: another work account, or a password where the company's policy
/// lets in with one.
async fn other_way_in(
    store: &Store,
    person: &Person<can::ChangeOneself>,
    others: &[WorkAccount],
) -> Result<Option<WayIn>> {
    if let Some(other) = others.first() {
        return Ok(Some(WayIn::WorkAccount(other.directory)));
    }
    if !person.policy().lets_in_without_microsoft(person.user()) {
        return Ok(None);
    }
    let login = store.login_of(person.user()).await?.filter(|(_, login)| login.password_hash.is_some());
    Ok(login.map(|(email, login)| WayIn::Password { email, epoch: login.epoch }))
}
