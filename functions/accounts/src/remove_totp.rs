//! `DELETE /v1/me/totp`: codes of an app are no second factor any more.

use api::{Error, Query, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Recent, can};
use model::{Event, event::Factor};
use runtime::Function;
use utoipa_axum::routes;

use crate::{
    Accounts,
    factor_change::{self, End, Removal},
    recovery,
};

/// `accounts-remove-totp`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-remove-totp", || routes!(remove_totp));

/// Remove codes of an app
///
/// Needs a proof of who you are that is at most ten minutes old. With the last second factor the recovery codes go too;
/// where your company needs one of everybody, or counts on you when Microsoft does not work, the last stays.
#[utoipa::path(
    delete, path = "/v1/me/totp", operation_id = "accounts-remove-totp", tag = "accounts", security(("bearer" = [])),
    params(Removal),
    responses(
        (status = 204, description = "They are removed."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn remove_totp(
    State(deps): State<Accounts>,
    person: Recent<can::ChangeOneself>,
    Query(query): Query<Removal>,
) -> Result<StatusCode> {
    let (store, user) = (&deps.kernel.store, person.user());
    let mut own = factor_change::read(store, &person).await?;
    own.factors.value.totp.take().ok_or_else(Error::not_found)?;
    recovery::after_removal(&mut own.factors.value, person.policy())?;
    let end = End { end_other_sessions: query.end_other_sessions, ..End::default() };
    own.commit(store, &person, Event::FactorRemoved { user, factor: Factor::Totp }, end).await?;
    Ok(StatusCode::NO_CONTENT)
}
