//! `POST /v1/invitations/accept`: joins a company. Opening the link (GET, HEAD) uses nothing up: mail scanners open every
//! link (C2).

use api::{Client, Code, Error, Json, Result};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{Person, can, new_password, visitor};
use model::{TenantId, UserId};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::{Conflict, Invited, InvitedAccount, Joining as Who, StoreError, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Joining, limits, race::settled};

/// `members-accept-invitation`.
pub const FUNCTION: Function<Joining> = Function::http("members-accept-invitation", || routes!(accept_invitation));

/// What the page behind the link sends. Name and password make an account; who has one signs in instead.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptRequest {
    /// From the link.
    #[schema(example = "sit_Vw4…", max_length = 128)]
    token: String,
    /// What to call you.
    #[serde(default)]
    #[schema(example = "Ben Dahl", max_length = 100)]
    name: Option<String>,
    /// At least 12 characters.
    #[serde(default)]
    #[schema(example = "correct horse battery staple", min_length = 12, max_length = 128)]
    password: Option<String>,
}

/// Who joined what.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Joined {
    /// The company.
    pub tenant: TenantId,
    /// You.
    pub user: UserId,
}

/// Accept an invitation
///
/// Works once. Without an account, send a name and a password: the link has verified the address. With an account, send
/// its access token; its address is to be the invited one. Sign in to the company afterwards. With a work account it is
/// accepted by signing in: begin at `/v1/sign-in/microsoft`. A company that signs in with Microsoft only takes no
/// passwords and answers 403 `microsoft_only`. An account that is in 50 companies joins no further one: 409
/// `too_many_companies`. Once whoever invited is put out, or may no longer give the role, the link is no good.
#[utoipa::path(
    post, path = "/v1/invitations/accept", operation_id = "members-accept-invitation", tag = "members", request_body = AcceptRequest,
    security((), ("bearer" = [])),
    responses(
        (status = 201, description = "You are a member.", body = Joined),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn accept_invitation(
    State(deps): State<Joining>,
    person: Option<Person<can::BeHere>>,
    client: Client,
    Json(body): Json<AcceptRequest>,
) -> Result<Response> {
    let (store, link) = (&deps.kernel.store, TokenHash::of(&body.token));
    limits::link(store, &client, &link).await?;
    let user = person.map(|person| person.user());
    let (user, membership) = settled(async |_| {
        let invited = store.invited(&link, visitor(client.clone())).await?.ok_or_else(not_good)?;
        let who = who(&deps, &invited, user, &body).await?;
        store.accept(invited, who).await.map_err(refused)
    })
    .await?;
    Ok((StatusCode::CREATED, Json(Joined { tenant: membership.tenant, user })).into_response())
}

/// Who accepts: the signed-in owner of the invited address, or whoever has its mailbox and no account yet.
async fn who(deps: &Joining, invited: &Invited, user: Option<UserId>, body: &AcceptRequest) -> Result<Who> {
    match (user, &invited.account) {
        (Some(user), InvitedAccount::Active(owner)) if user == *owner => return Ok(Who::Known(user)),
        (Some(_), _) => {
            let told = "Sign in with the account that was invited, or sign out to make one.";
            return Err(Error::new(Code::WrongAccount, told));
        }
        (None, InvitedAccount::Active(_)) => {
            let told = "You have an account. Sign in with it, then accept.";
            return Err(Error::new(Code::MissingCredentials, told));
        }
        (None, InvitedAccount::None | InvitedAccount::Idle(_)) => {}
    }
    // Before the hash is paid for.
    invited.can_be_accepted().map_err(refused)?;
    if invited.company.value.policy.microsoft_only() {
        return Err(microsoft_only());
    }
    let known_words = [invited.invitation.value.email.as_str(), &invited.company.value.name];
    let (name, password) = (body.name.as_deref(), body.password.as_deref());
    Ok(Who::New(new_password::registration(&deps.hashers, name, password, &known_words).await?))
}

/// A link that was used, taken back, replaced, is too old, or never was, or whose inviter may no longer give what it
/// gives: they read alike.
pub(crate) fn not_good() -> Error {
    Error::new(Code::LinkNotGood, "Ask who invited you to send a new one.")
}

fn microsoft_only() -> Error {
    Error::new(Code::MicrosoftOnly, "The company signs in with its own Microsoft 365. Accept with your work account.")
}

fn refused(error: StoreError) -> Error {
    match error.conflict() {
        Some(Conflict::State("token")) => not_good().because(error),
        Some(Conflict::State("way in")) => microsoft_only().because(error),
        Some(Conflict::State("tenant")) => {
            Error::new(Code::TenantClosed, "The company takes nobody in now. Ask who invited you.").because(error)
        }
        Some(Conflict::Taken("member")) => Error::new(Code::Taken, "You are a member already.").because(error),
        Some(Conflict::Taken("email" | "user")) => {
            Error::new(Code::MissingCredentials, "You have an account. Sign in with it, then accept.").because(error)
        }
        _ => error.into(),
    }
}
