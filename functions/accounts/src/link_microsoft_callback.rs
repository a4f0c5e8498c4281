//! `POST /v1/me/microsoft/callback`: what Microsoft sent the browser back with when a work account is linked.

use api::{Code, Error, Json, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Person, can};
use runtime::Function;
use store::{Conflict, Purpose, StoreError, TokenHash};
use utoipa_axum::routes;

use crate::{
    AtMicrosoft,
    at_microsoft::{Returned, not_begun_here, redeem},
    link_microsoft::{room_for_one_more, whose},
};

/// `accounts-link-microsoft-callback`.
pub const FUNCTION: Function<AtMicrosoft> =
    Function::http("accounts-link-microsoft-callback", || routes!(link_callback));

/// Finish linking a work account
///
/// The proof of who you are that linking began with is enough: what it began is good for ten minutes, for this session.
/// Any work account will do, a guest's as well. One that another user has linked is refused.
#[utoipa::path(
    post, path = "/v1/me/microsoft/callback", operation_id = "accounts-link-microsoft-callback", tag = "accounts",
    request_body = Returned, security(("bearer" = [])),
    responses(
        (status = 204, description = "Linked."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn link_callback(
    State(deps): State<AtMicrosoft>,
    person: Person<can::ChangeOneself>,
    Json(body): Json<Returned>,
) -> Result<StatusCode> {
    let store = &deps.kernel.store;
    let token = store.token(&TokenHash::of(&body.state)).await?.ok_or_else(not_begun_here)?;
    let secrets = match token.purpose {
        Purpose::MicrosoftLink { user, session, secrets }
            if user == person.user() && session == person.session().session =>
        {
            secrets
        }
        _ => return Err(not_begun_here()),
    };
    let identity = redeem(&deps, &deps.link_page, &whose(&person), &secrets, &body).await?;
    // Many may have begun at once; one that is linked already may be again.
    let mut others = store.work_accounts(person.user()).await?;
    others.retain(|account| account.directory != identity.directory);
    room_for_one_more(&others)?;
    let linked = store.link_work_account(person.scope(), person.session(), identity.directory, identity.person).await;
    linked.map_err(|error| match error {
        StoreError::Conflict(Conflict::Taken("work account")) => {
            Error::new(Code::Taken, "Another user of Steward signs in with this work account. Unlink it there first.")
        }
        StoreError::Conflict(Conflict::Taken(_)) => {
            Error::new(Code::Taken, "You have linked another account of this Microsoft 365. Unlink it first.")
        }
        error => error.into(),
    })?;
    Ok(StatusCode::NO_CONTENT)
}
