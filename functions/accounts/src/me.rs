//! `GET /v1/me`: who you are, where, and what you may do.

use api::{Error, Json, Result};
use axum::extract::State;
use identity::{Person, can};
use jiff::Timestamp;
use model::{Permissions, RoleName, TenantId, TenantState, UserId, mail::Notifications, policy::SecondFactor};
use runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Accounts, standing::CompanyStanding};

/// `accounts-me`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-me", || routes!(me));

/// The signed-in person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// Who.
    pub user: UserId,
    /// Your name.
    #[schema(example = "Anna Berg")]
    pub name: String,
    /// Your address.
    #[schema(example = "anna@northwind.example")]
    pub email: String,
    /// The company the token is for.
    pub tenant: TenantId,
    /// Your role in it.
    pub role: RoleName,
    /// What the role may do.
    pub permissions: Permissions,
    /// Which of that does not work in the state the company is in.
    pub paused: Permissions,
    /// Where the company is in its life. A closed one answers nobody: its state is told in the refusal.
    pub state: TenantState,
    /// Why not everything works, or soon will not; `null` where everything does.
    pub standing: Option<CompanyStanding>,
    /// Whether the company and its people are made up.
    pub sample: bool,
    /// Language and region you chose; your browser's when `null`.
    #[schema(example = "en-GB")]
    pub locale: Option<String>,
    /// Which of the mails that you can do without you get.
    pub notifications: Notifications,
    /// Whether you can sign in with a password.
    pub has_password: bool,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// How you signed in (RFC 8176).
    #[schema(max_items = 8)]
    pub amr: Vec<String>,
    /// From when on the company needs a second factor of everybody, if it does.
    pub second_factor_required_from: Option<Timestamp>,
}

/// Read who you are
#[utoipa::path(
    get, path = "/v1/me", operation_id = "accounts-me", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "You.", body = Me),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn me(State(deps): State<Accounts>, person: Person<can::BeHere>) -> Result<Json<Me>> {
    let account = deps.kernel.store.profile_and_login(person.user(), person.email()).await?;
    let (user, login) = account.ok_or_else(|| Error::internal("a session without a user"))?;
    let second_factor_required_from = match person.policy().second_factor {
        SecondFactor::Optional => None,
        SecondFactor::Required { from } => Some(from),
    };
    let state = person.state();
    let paused = if state.may_write() { Permissions::NONE } else { can::paused_while_read_only() };
    let paused = person.permissions().and(paused);
    Ok(Json(Me {
        user: user.user,
        name: user.name,
        email: user.email,
        tenant: person.tenant(),
        role: person.role(),
        permissions: person.permissions(),
        paused,
        state,
        standing: CompanyStanding::of(state, person.past_due_since(), person.role(), deps.kernel.clock.now()),
        sample: person.is_sample(),
        locale: user.locale,
        notifications: user.notifications,
        has_password: login.as_ref().is_some_and(|login| login.password_hash.is_some()),
        second_factor: login.is_some_and(|login| login.second_factor),
        amr: person.session().amr.clone(),
        second_factor_required_from,
    }))
}
