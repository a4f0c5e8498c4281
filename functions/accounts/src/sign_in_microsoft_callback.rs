//! `POST /v1/sign-in/microsoft/callback`: what Microsoft sent the browser back with, posted by our page. Opens a session.
//!
//! Nothing in the redirect is believed. The state must be ours, unused, young and of this browser; who it is comes from
//! a verified id_token, and from its `tid` and `oid` alone (C8, checks.md 4.13).

use api::{Client, Code, Error, Json, Result, within_by_address};
use axum::{extract::State, http::header, response::Response};
use graph::Identity;
use identity::visitor;
use jiff::SignedDuration;
use runtime::Function;
use store::{Conflict, Limit, Proven, Purpose, Session, StoreError, TokenHash};
use utoipa_axum::routes;

use crate::{
    MicrosoftSigning,
    at_microsoft::{Returned, not_begun_here, redeem},
    entry::{Entry, enter},
    keeper::Keeper,
    sign_in_microsoft::Browser,
    tokens::Tokens,
};

/// `accounts-sign-in-microsoft-callback`.
pub const FUNCTION: Function<MicrosoftSigning> =
    Function::http("accounts-sign-in-microsoft-callback", || routes!(callback));

const LIMIT: Limit = Limit { name: "microsoft-callback", count: 120, window: SignedDuration::from_mins(10) };

/// Finish signing in with Microsoft
///
/// Who is a member gets in. Somebody new becomes a member where the company's policy lets people of its Microsoft 365
/// join: not as a guest, not without an address that Microsoft verified, not after having been removed, and while
/// there is a seat. A work account is never matched to an account by its address alone.
#[utoipa::path(
    post, path = "/v1/sign-in/microsoft/callback", operation_id = "accounts-sign-in-microsoft-callback", tag = "accounts",
    request_body = Returned, security(()),
    params(("x-steward-client" = Option<String>, Header, description = "`browser`: the refresh token comes as a cookie.")),
    responses(
        (status = 200, description = "Signed in.", body = Tokens),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn callback(
    State(deps): State<MicrosoftSigning>,
    client: Client,
    browser: Browser,
    keeper: Keeper,
    Json(body): Json<Returned>,
) -> Result<Response> {
    let at_microsoft = &deps.at_microsoft;
    let store = &at_microsoft.kernel.store;
    within_by_address(store, LIMIT, &client).await?;
    let token = store.token(&TokenHash::of(&body.state)).await?.ok_or_else(not_begun_here)?;
    let (company, secrets) = match token.purpose {
        Purpose::MicrosoftSignIn { browser: began, company, secrets } if began == browser.0 => (company, secrets),
        _ => return Err(not_begun_here()),
    };
    let identity = redeem(at_microsoft, &at_microsoft.sign_in_page, &browser.name(), &secrets, &body).await?;
    let origin = visitor(client);
    let Entry { user, membership } = enter(store, &identity, company, &origin).await?;
    let proven = Proven {
        user,
        amr: amr(&identity),
        by_password: None,
        clear_throttle_of: None,
        new_device: false,
        consume: None,
    };
    let (token, session) = store.open_session(proven, &membership, origin).await.map_err(closed)?;
    let mut response = Tokens::answer(&deps.signing, &keeper, &session, membership.mver, token)?;
    response.headers_mut().append(header::SET_COOKIE, Browser::FORGET);
    Ok(response)
}

/// How Microsoft says the person proved who they are.
fn amr(identity: &Identity) -> Vec<String> {
    let mut amr = vec![Session::MICROSOFT.to_owned()];
    amr.extend(identity.second_factor.then(|| "mfa".to_owned()));
    amr
}

fn closed(error: StoreError) -> Error {
    match &error {
        StoreError::Conflict(Conflict::State("tenant")) => {
            Error::new(Code::TenantClosed, "The company's account is closed. Its owner can reopen it.").because(error)
        }
        StoreError::Conflict(_) => {
            let told = "Your place in the company was deactivated or changed. Ask an owner or administrator.";
            Error::new(Code::NotAMember, told).because(error)
        }
        _ => error.into(),
    }
}
