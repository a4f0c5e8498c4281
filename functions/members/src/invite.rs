//! `POST /v1/invitations`: asks somebody to join.

use api::{Code, Error, FieldProblem, Json, Result};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{Person, can, normalised};
use model::RoleName;
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{Invitation, Store};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{limits, race::settled, standing::may_give, view::InvitationView};

/// `members-invite`.
pub const FUNCTION: Function<Kernel> = Function::http("members-invite", || routes!(invite));

/// Who is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteRequest {
    /// Where the mail goes; only who reads it there can join.
    #[schema(example = "ben@northwind.example", max_length = 254)]
    email: String,
    /// The role they get: nothing you do not hold.
    role: RoleName,
}

/// Invite somebody
///
/// Sends a mail with a link that is good for 48 hours, and keeps a seat. An address is invited once: asking again
/// replaces the invitation, and its link is dead. A role that manages the company, members, roles or keys, or applies
/// fixes, takes a recent proof of who you are.
#[utoipa::path(
    post, path = "/v1/invitations", operation_id = "members-invite", tag = "members", request_body = InviteRequest, security(("bearer" = [])),
    responses(
        (status = 202, description = "A mail is on its way.", body = InvitationView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn invite(
    State(store): State<Store>,
    person: Person<can::ManageMembers>,
    Json(body): Json<InviteRequest>,
) -> Result<Response> {
    let email = normalised(&body.email).ok_or_else(|| Error::invalid(vec![FieldProblem::not_an_address()]))?;
    let invitation = settled(|turn| ask(&store, &person, &email, body.role, turn, false)).await?;
    let view = InvitationView::of(invitation, store.now());
    Ok((StatusCode::ACCEPTED, Json(view)).into_response())
}

/// Invites an address, if it may be: the first time, again, or with a new link.
pub(crate) async fn ask(
    store: &Store,
    person: &Person<can::ManageMembers>,
    email: &str,
    role: RoleName,
    turn: usize,
    resent: bool,
) -> Result<Invitation> {
    let tenant = store.of(person.scope());
    let invitee = tenant.invitee(email).await?;
    may_give(store, person, &invitee.company.value, role, "/role").await?;
    if invitee.is_member {
        return Err(Error::new(Code::Taken, "They are a member already. Change their role instead."));
    }
    if !invitee.has_seat() {
        return Err(Error::no_seat(invitee.company.value.seat_limit, invitee.company.value.seats));
    }
    // One request is one mail, however often it loses a race.
    if turn == 0 {
        limits::mail(store, person.tenant(), Invitation::id_of(person.tenant(), email)).await?;
    }
    Ok(tenant.invite(invitee, role, person.user(), resent).await?)
}
