//! `POST /v1/verify-email`: the link of the sign-up mail. Creates the account and the company.
//!
//! The password is chosen here, by whoever has the mailbox: somebody who signs up with another's address cannot plant
//! a password for them. Opening the link (GET, HEAD) uses nothing up: mail scanners open every link (C2).

use api::{Client, Code, Error, FieldProblem, Json, Result, within_by_address};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{new_password, visitor};
use model::{Currency, TenantId, UserId, tenant::RESERVED_SLUGS, tenant::slug_of};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::{Conflict, Purpose, Registration, StoreError, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits};

/// `accounts-verify-email`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-verify-email", || routes!(verify_email));

/// What the page behind the link sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmailRequest {
    /// From the link.
    #[schema(example = "svt_Vw4…", max_length = 128)]
    token: String,
    /// What to call you.
    #[schema(example = "Anna Berg", max_length = 100)]
    name: String,
    /// At least 12 characters.
    #[schema(example = "correct horse battery staple", min_length = 12, max_length = 128)]
    password: String,
    /// What prices are shown in.
    #[serde(default)]
    currency: Option<Currency>,
}

/// What was created.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AccountCreated {
    /// Your company.
    pub tenant: TenantId,
    /// You, its owner.
    pub user: UserId,
}

/// Verify an address and create the company
///
/// Works once. Sign in afterwards.
#[utoipa::path(
    post, path = "/v1/verify-email", operation_id = "accounts-verify-email", tag = "accounts", request_body = VerifyEmailRequest, security(()),
    responses(
        (status = 201, description = "Account and company exist.", body = AccountCreated),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn verify_email(
    State(deps): State<Accounts>,
    client: Client,
    Json(body): Json<VerifyEmailRequest>,
) -> Result<Response> {
    let store = &deps.kernel.store;
    let not_good =
        || Error::new(Code::LinkNotGood, "Sign up again to get a new mail, or sign in if you used this link already.");
    within_by_address(store, limits::LINK, &client).await?;
    let link = TokenHash::of(&body.token);
    let token = store.token(&link).await?.ok_or_else(not_good)?;
    let Purpose::VerifyEmail { signup } = token.purpose else { return Err(not_good()) };
    let signup = store.signup(signup).await?.filter(|signup| !signup.done).ok_or_else(not_good)?;

    let name = model::text::name(&body.name);
    let known_words = [signup.email.as_str(), signup.company.as_str(), body.name.as_str()];
    let mut errors = Vec::new();
    if name.is_none() {
        errors.push(FieldProblem::new("/name", "not_a_name", "Enter your name, at most 100 characters on one line."));
    }
    errors.extend(new_password::problem(&body.password, &known_words));
    let Some(name) = name.filter(|_| errors.is_empty()) else { return Err(Error::invalid(errors)) };

    let password_hash = deps.hashers.hash(&deps.hashers.turn()?, &body.password).await?;
    let owner = Registration { name, password_hash };
    let origin = visitor(client);
    let currency = body.currency.unwrap_or(Currency::Usd);
    let base = slug_of(&signup.company);
    // Names repeat; the second Northwind gets a number.
    for attempt in 0..8u8 {
        let slug = if attempt == 0 && !RESERVED_SLUGS.contains(&base.as_str()) {
            base.clone()
        } else {
            format!("{base}-{:04}", deps.kernel.ids.random() % 10_000)
        };
        match store.activate(&link, &signup, &owner, &slug, currency, origin.clone()).await {
            Ok(created) => {
                let body = Json(AccountCreated { tenant: created.tenant, user: created.owner });
                let mut response = body.into_response();
                *response.status_mut() = StatusCode::CREATED;
                return Ok(response);
            }
            Err(StoreError::Conflict(Conflict::Taken("slug"))) => {}
            // The address got an account since the mail was sent: the link's owner is its owner, who can sign in.
            Err(StoreError::Conflict(Conflict::Taken("email") | Conflict::State(_))) => return Err(not_good()),
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::new(Code::Unavailable, "No free short name was found. Send the request again.").retry_after(1))
}
