//! `POST /v1/verify-email`: the link of the sign-up mail. Creates the account and the company, or the company alone
//! where the address has an account.
//!
//! The password is chosen here, by whoever has the mailbox: somebody who signs up with another's address cannot plant
//! a password for them. An account that is there stays as it is: its password is not touched, and nobody is signed in.
//! Opening the link (GET, HEAD) uses nothing up: mail scanners open every link (C2).

use api::{Client, Code, Error, Json, Result, within_by_address};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{new_password, visitor};
use model::{Currency, TenantId, UserId};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::{Conflict, NewCompany, Purpose, SignUp, Store, StoreError, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, limits, naming::with_free_slug};

/// `accounts-verify-email`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-verify-email", || routes!(verify_email));

/// What the page behind the link sends. Name and password make an account; who has one leaves both out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmailRequest {
    /// From the link.
    #[schema(example = "svt_Vw4…", max_length = 128)]
    token: String,
    /// What to call you.
    #[serde(default)]
    #[schema(example = "Anna Berg", max_length = 100)]
    name: Option<String>,
    /// At least 12 characters.
    #[serde(default)]
    #[schema(example = "correct horse battery staple", min_length = 12, max_length = 128)]
    password: Option<String>,
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
/// Works once. Without an account, send a name and a password. With one, send neither: the company is made with it, and
/// 409 `account_exists` says so where they are sent all the same. Sign in afterwards, as ever.
#[utoipa::path(
    post, path = "/v1/verify-email", operation_id = "accounts-verify-email", tag = "accounts", request_body = VerifyEmailRequest, security(()),
    responses(
        (status = 201, description = "The company exists, and its owner's account.", body = AccountCreated),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn verify_email(
    State(deps): State<Accounts>,
    client: Client,
    Json(body): Json<VerifyEmailRequest>,
) -> Result<Response> {
    let store = &deps.kernel.store;
    within_by_address(store, limits::LINK, &client).await?;
    let link = TokenHash::of(&body.token);
    let signup = waiting(store, &link).await?;
    let asked = Asked { link, signup, currency: body.currency.unwrap_or(Currency::Usd), client };
    let account = match (&body.name, &body.password) {
        (None, None) => store.login(&asked.signup.email).await?,
        _ => None,
    };
    let created = match account {
        Some(login) => for_account(&deps, &asked, login.user).await?,
        None => for_somebody_new(&deps, &asked, &body).await?,
    };
    let body = AccountCreated { tenant: created.tenant, user: created.owner };
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// What a link is used for.
struct Asked {
    link: TokenHash,
    signup: SignUp,
    currency: Currency,
    client: Client,
}

/// The sign-up whose link this is, if it waits still.
pub(crate) async fn waiting(store: &Store, link: &TokenHash) -> Result<SignUp> {
    let token = store.token(link).await?.ok_or_else(not_good)?;
    let Purpose::VerifyEmail { signup } = token.purpose else { return Err(not_good()) };
    store.signup(signup).await?.filter(|signup| !signup.done).ok_or_else(not_good)
}

fn not_good() -> Error {
    Error::new(Code::LinkNotGood, "Sign up again to get a new mail, or sign in if you used this link already.")
}

/// The company alone, for the account that the address has.
async fn for_account(deps: &Accounts, asked: &Asked, owner: UserId) -> Result<NewCompany> {
    let Asked { link, signup, currency, client } = asked;
    let (store, origin) = (&deps.kernel.store, visitor(client.clone()));
    let made = with_free_slug(&deps.kernel.ids, &signup.company, async |slug: String| {
        store.activate_for(owner, link, signup, &slug, *currency, &origin).await
    });
    made.await.map_err(|error| match error.conflict() {
        Some(Conflict::State("token" | "signup")) => not_good().because(error),
        _ => error.into(),
    })
}

/// The company and the account of its owner.
async fn for_somebody_new(deps: &Accounts, asked: &Asked, body: &VerifyEmailRequest) -> Result<NewCompany> {
    let Asked { link, signup, currency, client } = asked;
    let (name, password) = (body.name.as_deref(), body.password.as_deref());
    let owner = new_password::registration(&deps.hashers, name, password, &[&signup.email, &signup.company]).await?;
    let (store, origin) = (&deps.kernel.store, visitor(client.clone()));
    let made = with_free_slug(&deps.kernel.ids, &signup.company, async |slug: String| {
        store.activate(link, signup, &owner, &slug, *currency, origin.clone()).await
    });
    made.await.map_err(|error| match error {
        // Since the mail was sent, or the page was opened.
        StoreError::Conflict(Conflict::Taken("email")) => {
            let told = "The company is made with that account: send the link again without a name and a password.";
            Error::new(Code::AccountExists, told).because(error)
        }
        StoreError::Conflict(Conflict::State(_)) => not_good().because(error),
        error => error.into(),
    })
}
