//! `POST /v1/sign-in/microsoft/callback`: what Microsoft sent the browser back with, posted by our page. Opens a session.
//!
//! Nothing in the redirect is believed. The state must be ours, unused, young and of this browser; who it is comes from
//! a verified id_token, and from its `tid` and `oid` alone (C8, checks.md 4.13).

use api::{Client, Code, Error, Json, Result, within_by_address};
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use graph::Identity;
use identity::visitor;
use jiff::SignedDuration;
use model::UserId;
use runtime::Function;
use store::{
    Account, Conflict, Devices, EmailLogin, Factors, Limit, Noted, Proven, Purpose, Session, Store, StoreError,
    TokenHash, WayIn,
};
use utoipa_axum::routes;

use crate::{
    MicrosoftSigning,
    at_microsoft::{Returned, not_begun_here, redeem},
    device::Device,
    entry::{Entry, enter},
    invited::accept,
    keeper::Keeper,
    sign_in::{SignInStep, challenged},
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
/// join: not as a guest, not without an address that Microsoft verified, not after having been removed or deactivated,
/// and while there is a seat. Who has an account joins with it where its address is the one that Microsoft verified. A
/// work account is never matched to an account by its address alone: a plain member whose verified address it has is
/// asked by mail, and this answers 403 `confirm_by_mail`. Somebody with a second factor gets a challenge instead of
/// tokens, unless the company's own Microsoft 365 says that it asked for one. A company that signs in with Microsoft
/// only means its own.
///
/// A sign-in that was begun with an invitation accepts it. An address that Microsoft verified is the invited one, or
/// this answers 403 `wrong_account`. Whoever's address it does not verify accepts with a work account of the company's
/// own Microsoft 365, also as its guest; with another this answers 403 `address_unverified`. Who had no account signs
/// in with this work account from then on, and has no password. Who has one accepts with a work account that is linked
/// to it; others get 409 `account_exists`, or 403 `wrong_account` where the work account is linked to another. Nobody
/// joins a 51st company: 409 `too_many_companies`.
#[utoipa::path(
    post, path = "/v1/sign-in/microsoft/callback", operation_id = "accounts-sign-in-microsoft-callback", tag = "accounts",
    request_body = Returned, security(()),
    params(("x-steward-client" = Option<String>, Header, description = "`browser`: the refresh token comes as a cookie.")),
    responses(
        (status = 200, description = "Signed in, or asked for a second factor.", body = SignInStep),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn callback(
    State(deps): State<MicrosoftSigning>,
    client: Client,
    browser: Browser,
    keeper: Keeper,
    headers: HeaderMap,
    Json(body): Json<Returned>,
) -> Result<Response> {
    let at_microsoft = &deps.at_microsoft;
    let (kernel, store) = (&at_microsoft.kernel, &at_microsoft.kernel.store);
    within_by_address(store, LIMIT, &client).await?;
    let token = store.token(&TokenHash::of(&body.state)).await?.ok_or_else(not_begun_here)?;
    let (company, invitation, secrets) = match token.purpose {
        Purpose::MicrosoftSignIn { browser: began, company, invitation, secrets } if began == browser.0 => {
            (company, invitation, secrets)
        }
        _ => return Err(not_begun_here()),
    };
    let identity = redeem(at_microsoft, &at_microsoft.sign_in_page, &browser.name(), &secrets, &body).await?;
    let origin = visitor(client.clone());
    let Entry { user, membership, own, account } = match &invitation {
        Some(link) => accept(store, &identity, link, &origin).await?,
        None => enter(store, &identity, company, &origin).await?,
    };
    let Known { login, factors, devices } = Known::of(store, user, account).await?;
    let mut proven = Proven {
        directory: Some(identity.directory),
        way_in: Some(WayIn::WorkAccount(identity.directory)),
        ..Proven::of(user, amr(&identity))
    };
    // Whoever runs a directory of their own has it say what they like.
    let asked_there = identity.second_factor && own;
    if !asked_there && let Some((email, login)) = &login {
        // The flag of the login is written with the factors: of two that are set up and passed by at once, one fails.
        if login.second_factor {
            let first = (email.as_str(), login);
            let directory = Some(identity.directory);
            let asked = challenged(kernel, directory, first, &membership, None, &factors).await;
            return Ok(forgotten(asked.map_err(closed)?.into_response()));
        }
        proven.login = Some((email.clone(), login.epoch));
    }
    let device = Device::of(&headers, &client, &kernel.ids);
    proven.new_device = device.is_new_to(&devices);
    let noted = Noted { devices: devices.noting(device.hash(), kernel.clock.now()), ..Noted::default() };
    let opened = store.open_session_noting(proven, &membership, noted, origin).await;
    let (token, session) = opened.map_err(closed)?;
    let answer = Tokens::answer_as(&deps.signing, &keeper, &session, membership.mver, token, SignInStep::SignedIn)?;
    Ok(forgotten(device.remember(answer)))
}

/// What is known of somebody that Microsoft signed in.
struct Known {
    /// Their address and its login; `None` for who became a user just now, and has nothing more to prove.
    login: Option<(String, EmailLogin)>,
    factors: Factors,
    devices: Devices,
}

impl Known {
    async fn of(store: &Store, user: UserId, account: Option<Account>) -> Result<Self> {
        let Some(Account { profile, factors, devices, .. }) = account else {
            return Ok(Self { login: None, factors: Factors::none(user), devices: Devices::default() });
        };
        let email = profile.ok_or_else(|| Error::internal("a work account without a user"))?.email;
        let login = store.login(&email).await?.filter(|login| login.user == user);
        // Its address changes at this very moment.
        let login = login.ok_or_else(|| Error::new(Code::Unavailable, "Begin again.").retry_after(1))?;
        Ok(Self { login: Some((email, login)), factors: factors.value, devices })
    }
}

/// Makes the browser forget the ceremony.
fn forgotten(mut response: Response) -> Response {
    response.headers_mut().append(header::SET_COOKIE, Browser::FORGET);
    response
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
            let told = "The company's account is closed. An owner can have it opened again by answering any mail from \
                        Steward: that reaches who runs it.";
            Error::new(Code::TenantClosed, told).because(error)
        }
        // The login changed at this very moment, or the work account was taken from it.
        StoreError::Conflict(Conflict::State("password" | "way in")) => {
            Error::new(Code::Unavailable, "Begin again.").retry_after(1).because(error)
        }
        StoreError::Conflict(_) => {
            let told = "Your place in the company was deactivated or changed. Ask an owner or administrator.";
            Error::new(Code::NotAMember, told).because(error)
        }
        _ => error.into(),
    }
}
