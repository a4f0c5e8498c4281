//! `DELETE /v1/me/passkeys/{passkey}`: a passkey works no more.

use api::{Error, Path, Query, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Recent, can};
use model::{Event, PasskeyId, event::Factor};
use runtime::Function;
use utoipa_axum::routes;

use crate::{
    Accounts,
    factor_change::{self, End, Removal},
    recovery,
    ways_in::left,
};

/// `accounts-remove-passkey`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-remove-passkey", || routes!(remove_passkey));

/// Remove a passkey
///
/// Needs a proof of who you are that is at most ten minutes old. With the last second factor the recovery codes go too;
/// where your company needs one of everybody, or counts on you when Microsoft does not work, the last stays. So does your
/// last way to sign in.
#[utoipa::path(
    delete, path = "/v1/me/passkeys/{passkey}", operation_id = "accounts-remove-passkey", tag = "accounts", security(("bearer" = [])),
    params(("passkey" = PasskeyId, Path, description = "Which."), Removal),
    responses(
        (status = 204, description = "It is removed."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn remove_passkey(
    State(deps): State<Accounts>,
    person: Recent<can::ChangeOneself>,
    Path(passkey): Path<PasskeyId>,
    Query(query): Query<Removal>,
) -> Result<StatusCode> {
    let (store, user) = (&deps.kernel.store, person.user());
    let mut own = factor_change::read(store, &person).await?;
    let passkeys = &mut own.factors.value.passkeys;
    let place = passkeys.iter().position(|kept| kept.passkey == passkey).ok_or_else(Error::not_found)?;
    passkeys.remove(place);
    recovery::after_removal(&mut own.factors.value, person.policy())?;
    let mut end = End { end_other_sessions: query.end_other_sessions, ..End::default() };
    if own.factors.value.passkeys.is_empty() {
        let accounts = store.work_accounts(user).await?;
        end.way_in = Some(left(store, &person, &accounts, None).await?);
    }
    own.commit(store, &person, Event::FactorRemoved { user, factor: Factor::Passkey }, end).await?;
    Ok(StatusCode::NO_CONTENT)
}
