//! `POST /v1/sign-up/resend`: another mail for a sign-up. Always 202 after the same work: of one that is done, over or
//! never was, too (C7, F65).

use api::{Client, Json, Result, within, within_by_address};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::visitor;
use model::SignupId;
use runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits};

/// `accounts-resend-sign-up`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-resend-sign-up", || routes!(resend_sign_up));

/// Which mail did not come.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendSignUp {
    /// As sign-up answered.
    signup: SignupId,
}

/// What happens next.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SignUpResent {
    /// In words.
    #[schema(example = "If the sign-up still waits, another mail is on its way.")]
    pub message: String,
}

/// Send the sign-up mail again
///
/// The links of earlier mails stay good for as long as the sign-up waits.
#[utoipa::path(
    post, path = "/v1/sign-up/resend", operation_id = "accounts-resend-sign-up", tag = "accounts", request_body = ResendSignUp, security(()),
    responses(
        (status = 202, description = "Another mail is on its way, if the sign-up still waits.", body = SignUpResent),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn resend_sign_up(
    State(deps): State<Accounts>,
    client: Client,
    Json(body): Json<ResendSignUp>,
) -> Result<Response> {
    let store = &deps.kernel.store;
    within_by_address(store, limits::RESEND, &client).await?;
    within(store, limits::RESEND_OF, &body.signup.to_string()).await?;
    store.sign_up_again(body.signup, visitor(client)).await?;
    let message = "If the sign-up still waits, another mail is on its way.".into();
    Ok((StatusCode::ACCEPTED, Json(SignUpResent { message })).into_response())
}
