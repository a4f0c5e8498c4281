//! `POST /v1/sign-in`: address and password for tokens. One answer and one course of work for every refusal (C3).

use api::{Client, Code, Error, Json, Result, within_by_address};
use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use identity::{Turn, normalised, visitor};
use jiff::SignedDuration;
use model::{DirectoryId, Event, TenantId, UserId, event::SignInStage};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{
    EmailLogin, Factors, FailedTry, FirstStep, Membership, Noted, Origin, Proven, Purpose, StoreError, Throttle, Way,
};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Accounts, Signing,
    device::Device,
    keeper::Keeper,
    one_time,
    throttle::{self, Tries},
    tokens::Tokens,
};

/// `accounts-sign-in`.
pub const FUNCTION: Function<Signing> = Function::http("accounts-sign-in", || routes!(sign_in));

/// How long a sign-in may wait for its second step.
const CHALLENGE: SignedDuration = SignedDuration::from_mins(5);

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// Your address.
    #[schema(example = "anna@northwind.example", max_length = 254)]
    email: String,
    /// Your password.
    #[schema(example = "correct horse battery staple", max_length = 128)]
    password: String,
    /// Which company, if you are in several; otherwise the one you are in longest of those that let you in.
    #[serde(default)]
    tenant: Option<TenantId>,
}

/// How a sign-in goes on.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(tag = "next", rename_all = "snake_case")]
pub enum SignInStep {
    /// Not at all: signed in.
    SignedIn(Tokens),
    /// With a second factor, at `/v1/sign-in/second-factor`.
    SecondFactor(Challenge),
}

/// What a second step needs.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Challenge {
    /// Goes with the second factor.
    #[schema(example = "soc_Vw4…")]
    pub challenge: String,
    /// What is set up.
    #[schema(max_items = 3)]
    pub methods: Vec<Method>,
    /// Seconds the challenge is good for.
    #[schema(example = 300)]
    pub expires_in: i64,
}

/// A way to take the second step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The code of an app.
    Totp,
    /// A passkey.
    Passkey,
    /// A recovery code.
    RecoveryCode,
}

/// Sign in
///
/// Answers 401 `sign_in_refused` for every reason alike. After five failures in a row each further one makes the next
/// try wait, up to a quarter of an hour; from the tenth on a try that comes too early answers 429. Somebody with a second
/// factor gets a challenge instead of tokens.
#[utoipa::path(
    post, path = "/v1/sign-in", operation_id = "accounts-sign-in", tag = "accounts", request_body = SignInRequest, security(()),
    params(("x-steward-client" = Option<String>, Header, description = "`browser`: the refresh token comes as a cookie.")),
    responses(
        (status = 200, description = "Signed in, or asked for a second factor.", body = SignInStep),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_in(
    State(deps): State<Signing>,
    client: Client,
    keeper: Keeper,
    headers: HeaderMap,
    Json(body): Json<SignInRequest>,
) -> Result<Response> {
    let accounts = &deps.accounts;
    let (kernel, store) = (&accounts.kernel, &accounts.kernel.store);
    let turn = accounts.hashers.turn()?;
    within_by_address(store, throttle::BY_ADDRESS, &client).await?;
    // An address that is none is looked up all the same: the course of work is the same for every refusal.
    let email = normalised(&body.email).unwrap_or_else(|| "nobody@invalid.example".into());
    let facts = store.sign_in_facts(&email).await?;
    let user = facts.login.as_ref().map_or_else(|| UserId::generate(&kernel.ids), |login| login.user);
    let device = Device::of(&headers, &client, &kernel.ids);
    let now = kernel.clock.now();
    if !device.may_be_trusted() {
        Tries::of(&facts.throttle, now, false).admit()?;
    }
    let hash = facts.login.as_ref().and_then(|login| login.password_hash.as_deref());
    // How long this takes goes by how many companies somebody is in. So it is done while the password is hashed, before
    // it is known whether it is right: neither shows in the time of the answer.
    let read = async {
        let account = store.account(user).await?;
        let meant = meant(&account.memberships, body.tenant);
        let (first, others) = meant.split_at(meant.len().min(1));
        let mut ways = store.ways(user, first).await?;
        // The others are for whom the first does not let in.
        if !others.is_empty() && !ways.iter().any(|way| way.lets_in(None)) {
            ways.extend(store.ways(user, others).await?);
        }
        Ok::<_, StoreError>((account, ways))
    };
    let (right, read) = accounts.hashers.verify_beside(&turn, &body.password, hash, read).await?;
    let (account, ways) = read?;
    let tries = Tries::of(&facts.throttle, now, device.is_trusted_by(&account.devices));
    tries.admit()?;
    let right = right && !tries.wait();
    let way = ways.iter().find(|way| way.lets_in(None));
    let (true, Some(login), Some(Way { membership, .. })) = (right, &facts.login, way) else {
        // The first that they are in still. One that they left hears of it only where there is no other.
        let open = ways.iter().find(|way| way.is_open()).map(|way| &way.membership);
        let told = facts.login.as_ref().and(open.or(account.memberships.first())).map(|membership| (user, membership));
        refuse(accounts, (&email, &facts.throttle), tries, told, visitor(client)).await?;
        return Err(refused("address, password, too many failures, or no company that lets in with them"));
    };
    let rehashed = rehashed(accounts, &turn, login, &body.password).await?;
    if account.factors.value.any() {
        let login = (email.as_str(), login);
        let step = challenged(kernel, None, login, membership, rehashed, &account.factors.value).await;
        return Ok(step.map_err(closed)?.into_response());
    }
    let proven = Proven {
        clear_throttle_of: (facts.throttle != Throttle::default()).then(|| email.clone()),
        login: Some((email, login.epoch)),
        new_device: device.is_new_to(&account.devices),
        ..Proven::of(user, amr(&[FirstStep::Password.amr()]))
    };
    let devices = account.devices.noting(device.hash(), now);
    let noted = Noted { devices, factors: None, rehashed };
    let opened = store.open_session_noting(proven, membership, noted, visitor(client)).await;
    let (token, session) = opened.map_err(closed)?;
    let signed_in = Tokens::answer_as(&deps, &keeper, &session, membership.mver, token, SignInStep::SignedIn)?;
    Ok(device.remember(signed_in))
}

/// What somebody gets whose first step was right, at Microsoft with an account of `directory` or with the password
/// (`None`), and who has a second factor. `login` is of an address.
///
/// # Errors
/// As [`store::Store::challenge`].
pub(crate) async fn challenged(
    kernel: &Kernel,
    directory: Option<DirectoryId>,
    login: (&str, &EmailLogin),
    membership: &Membership,
    rehashed: Option<EmailLogin>,
    factors: &Factors,
) -> std::result::Result<Json<SignInStep>, StoreError> {
    let (challenge, hash) = one_time::mint(kernel);
    let (email, tenant, &EmailLogin { user, epoch, .. }) = (login.0.to_owned(), membership.tenant, login.1);
    let first = FirstStep::of(directory);
    let purpose = Purpose::SecondFactor { user, email, epoch, tenant, first, directory };
    let token = one_time::token(kernel, purpose, CHALLENGE);
    kernel.store.challenge(&hash, &token, login, membership, rehashed.as_ref()).await?;
    let step = Challenge { challenge, methods: methods(factors), expires_in: CHALLENGE.as_secs() };
    Ok(Json(SignInStep::SecondFactor(step)))
}

/// A door that closed meanwhile reads like a wrong password.
fn closed(error: StoreError) -> Error {
    match error {
        StoreError::Conflict(_) => refused("membership or company closed, or not by password"),
        error => error.into(),
    }
}

/// Counts a failure, in one write whatever the reason, or counts would tell a right password from a wrong one. Each that
/// counts stands in the log of the first company that the account is let in to, from where it follows into the others,
/// outside of the request; the tenth in a row is told to the account's owner.
async fn refuse(
    accounts: &Accounts,
    (email, throttle): (&str, &Throttle),
    tries: Tries,
    told: Option<(UserId, &Membership)>,
    origin: Origin,
) -> Result<()> {
    let store = &accounts.kernel.store;
    let (failures, until) = tries.failed();
    throttle::log(failures, tries, SignInStage::Password);
    let failed = FailedTry { seen: throttle, failures, not_before: until };
    if tries.wait() {
        return Ok(store.sign_in_waits(email, failed).await?);
    }
    let user = told.map_or_else(|| UserId::generate(&accounts.kernel.ids), |(user, _)| user);
    let event = if tries.blocks() {
        Event::UserSignInBlocked { user, failures, step: SignInStage::Password }
    } else {
        Event::UserSignInFailed { user, failures, step: SignInStage::Password, repeats: None }
    };
    Ok(store.sign_in_failed_noting(email, failed, event, told.map(|(_, membership)| membership), origin).await?)
}

/// The login with a hash made as hashes are made now, where it was made in another way.
async fn rehashed(accounts: &Accounts, turn: &Turn, login: &EmailLogin, password: &str) -> Result<Option<EmailLogin>> {
    if login.password_hash.as_ref().is_none_or(|hash| !accounts.hashers.outdated(hash)) {
        return Ok(None);
    }
    let hash = accounts.hashers.hash(turn, password).await?;
    Ok(Some(EmailLogin { password_hash: Some(hash), ..login.clone() }))
}

fn refused(why: &'static str) -> Error {
    Error::new(Code::SignInRefused, "Check both and try again, or reset your password.").because(why)
}

fn methods(factors: &Factors) -> Vec<Method> {
    let all = [
        (Method::Totp, factors.totp.is_some()),
        (Method::Passkey, !factors.passkeys.is_empty()),
        (Method::RecoveryCode, !factors.recovery_codes.is_empty()),
    ];
    all.into_iter().filter_map(|(method, there)| there.then_some(method)).collect()
}

/// Of the memberships the one in the tenant that is named; all otherwise, oldest first as they come.
pub(crate) fn meant(memberships: &[Membership], tenant: Option<TenantId>) -> Vec<Membership> {
    let of = |membership: &&Membership| tenant.is_none_or(|tenant| membership.tenant == tenant);
    memberships.iter().filter(of).cloned().collect()
}

/// Methods as a session keeps them.
pub(crate) fn amr(methods: &[&str]) -> Vec<String> {
    methods.iter().map(|method| (*method).to_owned()).collect()
}
