//! `POST /v1/sign-up`: asks for an account and a company. Always 202 with the same body, whether or not the address has
//! an account (C1).

use api::{Client, FieldProblem, Json, Result};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{normalised, visitor};
use model::SignupId;
use runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits, naming::company_name};

/// `accounts-sign-up`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-sign-up", || routes!(sign_up));

/// Who wants an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUpRequest {
    /// Where the verification mail goes.
    #[schema(example = "anna@northwind.example", max_length = 254)]
    email: String,
    /// The company's name.
    #[schema(example = "Northwind Ltd", max_length = 100)]
    company: String,
}

/// What happens next.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SignUpAccepted {
    /// In words.
    #[schema(example = "We have sent a mail. Open the link in it within 24 hours.")]
    pub message: String,
    /// This sign-up, for asking how far it is or for another mail. Tell it to nobody.
    pub signup: SignupId,
    /// Where to ask how far it is.
    #[schema(example = "/v1/sign-up/sup_0m3x4v7k2qhz8ytr5w1c9dbeg6")]
    pub status_url: String,
}

/// Ask for an account
///
/// Sends a mail with a link. Nothing is created before the address is verified. An address that has an account gets a
/// different mail, whose link makes the company for that account; the answer here is the same.
#[utoipa::path(
    post, path = "/v1/sign-up", operation_id = "accounts-sign-up", tag = "accounts", request_body = SignUpRequest, security(()),
    responses(
        (status = 202, description = "A mail is on its way.", body = SignUpAccepted),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_up(
    State(deps): State<Accounts>,
    client: Client,
    Json(body): Json<SignUpRequest>,
) -> Result<Response> {
    let email = normalised(&body.email).ok_or_else(FieldProblem::not_an_address);
    let (email, company) = match (email, company_name(&body.company)) {
        (Ok(email), Ok(company)) => (email, company),
        (email, company) => {
            return Err(api::Error::invalid(email.err().into_iter().chain(company.err()).collect()));
        }
    };
    let store = &deps.kernel.store;
    limits::sign_up(store, &client, &email).await?;
    let signup = store.sign_up(email, company, visitor(client)).await?;
    let message = "We have sent a mail. Open the link in it within 24 hours.".into();
    let accepted = SignUpAccepted { message, signup, status_url: format!("/v1/sign-up/{signup}") };
    Ok((StatusCode::ACCEPTED, Json(accepted)).into_response())
}
