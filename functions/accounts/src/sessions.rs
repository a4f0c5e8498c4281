//! `GET /v1/me/sessions`: where you are signed in.

use api::{Json, Result};
use axum::extract::State;
use identity::{Person, can};
use jiff::Timestamp;
use model::{SessionId, TenantId};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::Session;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::Accounts;

/// `accounts-sessions`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-sessions", || routes!(sessions));

/// Most that are shown.
const MOST: usize = 100;

/// Your sessions.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OwnSessions {
    /// The newest first, at most a hundred.
    #[schema(max_items = 100)]
    pub items: Vec<OwnSession>,
}

/// One sign-in on one device.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OwnSession {
    /// Which.
    pub session: SessionId,
    /// The company it is for.
    pub tenant: TenantId,
    /// What the device called itself.
    #[schema(example = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)")]
    pub device: Option<String>,
    /// The address it began from.
    #[schema(example = "203.0.113.7")]
    pub ip: Option<String>,
    /// How you proved who you are (RFC 8176).
    #[schema(max_items = 8, example = json!(["pwd", "otp"]))]
    pub amr: Vec<String>,
    /// When it began.
    pub began_at: Timestamp,
    /// When its tokens were last renewed.
    pub last_used_at: Timestamp,
    /// Whether it is the one that asks.
    pub this: bool,
}

/// List where you are signed in
#[utoipa::path(
    get, path = "/v1/me/sessions", operation_id = "accounts-sessions", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "Your sessions.", body = OwnSessions),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sessions(State(deps): State<Accounts>, person: Person<can::BeHere>) -> Result<Json<OwnSessions>> {
    let this = person.session().session;
    let sessions = deps.kernel.store.sessions(person.user()).await?;
    let show = |session: Session| OwnSession {
        session: session.session,
        tenant: session.tenant,
        device: session.user_agent,
        ip: session.ip,
        amr: session.amr,
        began_at: session.created_at,
        last_used_at: Timestamp::from_millisecond(session.rotated_at).unwrap_or(session.created_at),
        this: session.session == this,
    };
    Ok(Json(OwnSessions { items: sessions.into_iter().take(MOST).map(show).collect() }))
}
