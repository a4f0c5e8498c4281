//! `POST /v1/me/email`: asks for another address. Nothing changes before a link that goes there is used (C7).

use api::{FieldProblem, Json, Result, within};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{Recent, can, normalised};
use runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits};

/// `accounts-change-email`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-change-email", || routes!(change_email));

/// The address wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeEmail {
    /// Where the confirming mail goes.
    #[schema(example = "anna.berg@northwind.example", max_length = 254)]
    email: String,
}

/// What happens next.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangeEmailAccepted {
    /// In words.
    #[schema(example = "We have sent a mail to the new address. Open the link in it within 24 hours.")]
    pub message: String,
}

/// Change your address
///
/// Sends a link to the new address. Answers the same when somebody else has that address: the mail says so, to them.
#[utoipa::path(
    post, path = "/v1/me/email", operation_id = "accounts-change-email", tag = "accounts", request_body = ChangeEmail, security(("bearer" = [])),
    responses(
        (status = 202, description = "A mail is on its way to the new address.", body = ChangeEmailAccepted),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change_email(
    State(deps): State<Accounts>,
    person: Recent<can::ChangeOneself>,
    Json(body): Json<ChangeEmail>,
) -> Result<Response> {
    let store = &deps.kernel.store;
    let to = normalised(&body.email).ok_or_else(|| api::Error::invalid(vec![FieldProblem::not_an_address()]))?;
    if to == person.email() {
        let same = FieldProblem::new("/email", "same_address", "This is your address already.");
        return Err(api::Error::invalid(vec![same]));
    }
    within(store, limits::NEW_ADDRESS_OF, &person.user().to_string()).await?;
    store.request_email_change(person.scope(), person.session(), person.email().to_owned(), to).await?;
    let message = "We have sent a mail to the new address. Open the link in it within 24 hours.".into();
    Ok((StatusCode::ACCEPTED, Json(ChangeEmailAccepted { message })).into_response())
}
