//! `POST /v1/sign-out`: ends the session; its tokens stop working at once.

use api::{Client, Result};
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use identity::{Person, can, visitor};
use runtime::Function;
use utoipa_axum::routes;

use crate::{
    Accounts,
    keeper::{FORGET, Keeper},
};

/// `accounts-sign-out`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-sign-out", || routes!(sign_out));

/// Sign out
///
/// A browser whose access token is over signs out by its cookie. Signing out of a session that is over is no error.
#[utoipa::path(
    post, path = "/v1/sign-out", operation_id = "accounts-sign-out", tag = "accounts", security(("bearer" = [])),
    params(("x-steward-client" = Option<String>, Header, description = "`browser`: the cookie is taken away, too.")),
    responses(
        (status = 204, description = "The session is over."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_out(
    State(deps): State<Accounts>,
    client: Client,
    keeper: Keeper,
    person: Result<Person<can::BeHere>>,
) -> Result<Response> {
    let store = &deps.kernel.store;
    match (person, &keeper) {
        (Ok(person), _) => store.sign_out(person.scope(), person.user(), person.session().session).await?,
        (Err(_), Keeper::Browser { presented: Some(token) }) => store.sign_out_by(token, visitor(client)).await?,
        (Err(refusal), _) => return Err(refusal),
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if keeper.is_browser() {
        response.headers_mut().insert(header::SET_COOKIE, FORGET);
    }
    Ok(response)
}
