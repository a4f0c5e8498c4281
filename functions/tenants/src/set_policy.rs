//! `PUT /v1/policy`: changes the company's rules for signing in. Whoever changes them keeps to them already, so that
//! nobody locks everybody out (C5, C8).

use api::{Code, Error, FieldProblem, Json, Result, Tagged};
use axum::{
    extract::State,
    http::{HeaderMap, header},
};
use identity::{Recent, can};
use model::{
    DirectoryId, Policy, RoleName,
    policy::{GRACE_MOST, Join, SecondFactor, SignInWays},
};
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{Company, Conflict, Connection, ConnectionState, Member, StoreError, Tenant};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::policy::shown;

/// `tenants-set-policy`.
pub const FUNCTION: Function<Kernel> = Function::http("tenants-set-policy", || routes!(set_policy));

/// All the rules, those that stay as well.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyRequest {
    /// Whether a second factor is needed. The grace ends 30 days from now at the latest.
    second_factor: SecondFactor,
    /// How members may sign in.
    sign_in: SignInWays,
    /// Who of the linked directory becomes a member by signing in with Microsoft.
    join: Join,
}

/// Change the rules for signing in
///
/// `If-Match` is the `ETag` they were read with. Whoever demands a second factor has signed in with one. Whoever lets
/// in with Microsoft only has signed in with a work account of the connected Microsoft 365, and names an owner with a
/// password and a second factor who gets in when Microsoft does not work. What is demanded holds at once, in every
/// session.
#[utoipa::path(
    put, path = "/v1/policy", operation_id = "tenants-set-policy", tag = "tenants", request_body = PolicyRequest,
    params(("If-Match" = String, Header, description = "The version that is changed.", example = "\"7\"")),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The rules as they are now.", body = Policy),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn set_policy(
    State(deps): State<Kernel>,
    person: Recent<can::ManageTenant>,
    headers: HeaderMap,
    Json(body): Json<PolicyRequest>,
) -> Result<Tagged<Policy>> {
    let PolicyRequest { second_factor, sign_in, join } = body;
    let policy = Policy { second_factor, sign_in, join };
    let version = if_match(&headers)?;
    let tenant = deps.store.of(person.scope());
    let mut company = tenant.get_strong::<Company>(&()).await?.ok_or_else(Error::not_found)?;
    if company.version != version {
        return Err(stale());
    }
    if company.value.policy == policy {
        return Ok(shown(company));
    }
    let before = &company.value.policy;
    if policy.second_factor != before.second_factor {
        may_demand_a_factor(&deps, &person, &policy)?;
    }
    if policy.join != before.join {
        may_let_join(&person, &company.value, policy.join)?;
    }
    let mut login = None;
    if let SignInWays::Microsoft { break_glass } = policy.sign_in
        && policy.sign_in != before.sign_in
    {
        // Companies connected before they kept it do from here on.
        company.value.directory = Some(may_demand_microsoft(&deps, &person, &tenant).await?);
        login = Some(login_without_microsoft(&deps, &tenant, break_glass).await?);
    }
    match tenant.set_policy(company, policy, login).await {
        Ok(company) => Ok(shown(company)),
        Err(StoreError::Conflict(Conflict::Version)) => Err(stale()),
        Err(StoreError::Conflict(Conflict::State("owner" | "way in"))) => Err(no_break_glass()),
        Err(StoreError::Conflict(Conflict::State("connection"))) => Err(not_connected()),
        Err(error) => Err(error.into()),
    }
}

/// The version in `If-Match` (RFC 9110, 13.1.1): one strong validator, as we give it.
fn if_match(headers: &HeaderMap) -> Result<u64> {
    let Some(sent) = headers.get(header::IF_MATCH) else {
        return Err(Error::new(Code::PreconditionRequired, "Read the rules and send their `ETag` as `If-Match`."));
    };
    let version = sent.to_str().ok().and_then(|text| text.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    version.ok_or_else(stale)
}

fn stale() -> Error {
    Error::new(Code::Stale, "The company was changed meanwhile. Read the rules again and repeat your change.")
}

/// Whoever demands a second factor has one in this session, and the grace is no longer than it may be.
fn may_demand_a_factor(deps: &Kernel, person: &Recent<can::ManageTenant>, policy: &Policy) -> Result<()> {
    let SecondFactor::Required { from } = policy.second_factor else { return Ok(()) };
    if from > deps.clock.now() + GRACE_MOST {
        let told = "Choose a day within the next 30 days.";
        return Err(Error::invalid(vec![FieldProblem::new("/second_factor/from", "too_late", told)]));
    }
    if !person.has_second_factor() {
        let told = "Set up a second factor yourself and sign in with it before you ask it of everybody.";
        return Err(Error::new(Code::SecondFactorRequired, told));
    }
    Ok(())
}

/// A role that joining gives exists, is not one that a person has to decide on, and is not more than the caller has.
fn may_let_join(person: &Recent<can::ManageTenant>, company: &Company, join: Join) -> Result<()> {
    let Join::Directory { role } = join else { return Ok(()) };
    let permissions = company.permissions_of(role);
    if !company.has_role(role) || !Join::may_give(permissions) {
        let told = "Choose a role of your company that manages neither members nor roles.";
        return Err(Error::invalid(vec![FieldProblem::new("/join/role", "not_a_role_to_join_with", told)]));
    }
    person.may_give_role(role, permissions)
}

/// Whoever lets in with Microsoft only came in with it, by an account of the directory that is connected: which it is.
async fn may_demand_microsoft(
    deps: &Kernel,
    person: &Recent<can::ManageTenant>,
    tenant: &Tenant<'_>,
) -> Result<DirectoryId> {
    let connection = tenant.get_strong::<Connection>(&()).await?.map(|connection| connection.value);
    let connection = connection.filter(|connection| connection.state == ConnectionState::Connected);
    let directory = connection.ok_or_else(not_connected)?.directory;
    let own = deps.store.work_accounts(person.user()).await?.iter().any(|account| account.directory == directory);
    if !own || !person.session().is_of(Some(directory)) {
        let told = "Link your own work account of the connected Microsoft 365 and sign in with it first.";
        return Err(Error::new(Code::MicrosoftOnly, told));
    }
    Ok(directory)
}

/// Address and epoch of the login of the owner who is let in without Microsoft, who has a password and a second factor.
async fn login_without_microsoft(deps: &Kernel, tenant: &Tenant<'_>, user: model::UserId) -> Result<(String, u32)> {
    let member = tenant.get_strong::<Member>(&user).await?.map(|member| member.value);
    if !member.is_some_and(|member| member.active && member.role == RoleName::OWNER) {
        return Err(no_break_glass());
    }
    let login = deps.store.login_of(user).await?;
    let ready = login.filter(|(_, login)| login.password_hash.is_some() && login.second_factor);
    ready.map(|(email, login)| (email, login.epoch)).ok_or_else(no_break_glass)
}

fn no_break_glass() -> Error {
    let told = "Name an active owner who has a password and a second factor.";
    Error::invalid(vec![FieldProblem::new("/sign_in/break_glass", "not_ready", told)])
}

fn not_connected() -> Error {
    Error::new(Code::NotConnected, "Connect Microsoft 365 before you let in with it only.")
}
