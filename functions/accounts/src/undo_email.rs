//! `POST /v1/email-change/undo`: the link to the old address: for whoever did not ask for the change (C7).

use api::{Client, Code, Error, Json, Result, within_by_address};
use axum::{extract::State, http::StatusCode};
use identity::visitor;
use runtime::Function;
use serde::Deserialize;
use store::{Conflict, EmailChangeState, Purpose, StoreError, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits};

/// `accounts-undo-email`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-undo-email", || routes!(undo_email));

/// What the page behind the link sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoEmail {
    /// From the link.
    #[schema(example = "sut_Vw4…", max_length = 128)]
    token: String,
}

/// Undo a change of address
///
/// Works once, for 72 hours. Ends every session and takes the password away, which whoever changed the address knew: ask
/// for a new one by mail. Second factors, recovery codes and work accounts go that were added since the sign-in that the
/// change was asked for in, or from 72 hours before it was asked for; older ones stay. Changes made after this one cannot
/// be undone any more.
#[utoipa::path(
    post, path = "/v1/email-change/undo", operation_id = "accounts-undo-email", tag = "accounts", request_body = UndoEmail, security(()),
    responses(
        (status = 204, description = "The old address is in force again."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn undo_email(
    State(deps): State<Accounts>,
    client: Client,
    Json(body): Json<UndoEmail>,
) -> Result<StatusCode> {
    let store = &deps.kernel.store;
    let not_good = || Error::new(Code::LinkNotGood, "It works once, for 72 hours after the change. Ask us for help.");
    within_by_address(store, limits::LINK, &client).await?;
    let link = TokenHash::of(&body.token);
    let token = store.token(&link).await?.ok_or_else(not_good)?;
    let Purpose::EmailUndo { change } = token.purpose else { return Err(not_good()) };
    let change = store.email_change(change).await?.filter(|change| change.state == EmailChangeState::Made);
    let change = change.ok_or_else(not_good)?;
    match store.undo_email_change(&link, &change, visitor(client)).await {
        // Somebody else got the address since the mail was sent; only its owner is told.
        Err(StoreError::Conflict(Conflict::Taken("email"))) => Err(not_good()),
        done => Ok(done.map(|()| StatusCode::NO_CONTENT)?),
    }
}
