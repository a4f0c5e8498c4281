//! `POST /v1/sign-in/microsoft`: begins a sign-in with a work account.

use api::{Client, Error, Json, Result, within_by_address};
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
};
use graph::Door;
use identity::visitor;
use jiff::SignedDuration;
use model::TenantId;
use runtime::Function;
use serde::Deserialize;
use store::{Limit, Purpose, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    AtMicrosoft,
    at_microsoft::{GOOD_FOR, MicrosoftPage, begin},
    cookies, invited,
};

/// `accounts-sign-in-microsoft`.
pub const FUNCTION: Function<AtMicrosoft> = Function::http("accounts-sign-in-microsoft", || routes!(sign_in));

/// An office behind one address signs in on a Monday morning.
const LIMIT: Limit = Limit { name: "microsoft-sign-in", count: 120, window: SignedDuration::from_mins(10) };

const COOKIE: &str = "__Host-steward-ceremony";
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";

/// What is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInWithMicrosoft {
    /// Which company, if you are in several; that of your Microsoft 365 otherwise.
    #[serde(default)]
    company: Option<TenantId>,
    /// From the link of an invitation, to accept it with your work account. The company is its own then.
    #[serde(default)]
    #[schema(example = "sit_Vw4…", max_length = 128)]
    invitation: Option<String>,
}

/// Begin to sign in with Microsoft
///
/// Send the browser to `url`. Microsoft sends it back to our page `/sign-in/microsoft`, which posts what it got to
/// `/v1/sign-in/microsoft/callback` from the same browser, within ten minutes. The cookie set here tells the browser
/// again: nobody is signed in to an account of somebody else who began elsewhere. With an invitation the callback accepts
/// it; beginning uses nothing up. Where its company signs in with Microsoft only, Microsoft takes accounts and guests of
/// the company's own Microsoft 365 and no others.
#[utoipa::path(
    post, path = "/v1/sign-in/microsoft", operation_id = "accounts-sign-in-microsoft", tag = "accounts",
    request_body = SignInWithMicrosoft, security(()),
    responses(
        (status = 200, description = "Begun.", body = MicrosoftPage),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_in(
    State(deps): State<AtMicrosoft>,
    client: Client,
    Json(body): Json<SignInWithMicrosoft>,
) -> Result<Response> {
    let store = &deps.kernel.store;
    within_by_address(store, LIMIT, &client).await?;
    let invitation = body.invitation.as_deref().map(TokenHash::of);
    let door = match &invitation {
        Some(link) => invited::door(store, link, visitor(client)).await?,
        None => Door::default(),
    };
    let (cookie, kept_by) = TokenHash::mint(&deps.kernel.ids, "");
    let browser = Browser(kept_by);
    let company = body.company;
    let page = begin(&deps, &door, &deps.sign_in_page, &browser.name(), |secrets| Purpose::MicrosoftSignIn {
        browser: browser.0.clone(),
        company,
        invitation,
        secrets,
    })
    .await?;
    let text = format!("{COOKIE}={cookie}; Max-Age={}; {ATTRIBUTES}", GOOD_FOR.as_secs());
    let mut response = Json(page).into_response();
    response.headers_mut().append(header::SET_COOKIE, HeaderValue::try_from(text).map_err(Error::internal)?);
    Ok(response)
}

/// The browser a sign-in was begun in: hash of what its cookie holds.
pub struct Browser(pub(crate) TokenHash);

impl Browser {
    /// The cookie that makes a browser forget.
    pub(crate) const FORGET: HeaderValue =
        HeaderValue::from_static("__Host-steward-ceremony=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict");

    /// As whose a ceremony is sealed.
    pub(crate) fn name(&self) -> String {
        format!("browser:{}", self.0.as_str())
    }

    fn of(headers: &HeaderMap) -> Option<Self> {
        cookies::only(headers, COOKIE).map(|cookie| Self(TokenHash::of(cookie)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Browser {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        Self::of(&parts.headers).ok_or_else(crate::at_microsoft::not_begun_here)
    }
}
