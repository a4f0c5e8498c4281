//! `POST /v1/invitations/{invitation}/resend`: a new link.

use api::{Json, Path, Result};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{Person, can};
use model::InvitationId;
use runtime::{Function, Kernel};
use store::Store;
use utoipa_axum::routes;

use crate::{invite::ask, race::settled, view::InvitationView};

/// `members-resend-invitation`.
pub const FUNCTION: Function<Kernel> = Function::http("members-resend-invitation", || routes!(resend_invitation));

/// Send an invitation again
///
/// The new link is good for 48 hours, the old one is dead. Once a minute and five times a day at most. You ask anew, so
/// the role is to be one that you may give; one that manages the company, members, roles or keys, or applies fixes, takes
/// a recent proof of who you are.
#[utoipa::path(
    post, path = "/v1/invitations/{invitation}/resend", operation_id = "members-resend-invitation", tag = "members", security(("bearer" = [])),
    params(("invitation" = InvitationId, Path, description = "Which invitation.")),
    responses(
        (status = 202, description = "A mail is on its way.", body = InvitationView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn resend_invitation(
    State(store): State<Store>,
    person: Person<can::ManageMembers>,
    Path(id): Path<InvitationId>,
) -> Result<Response> {
    let again = async |turn| {
        let invitation = store.of(person.scope()).pending_invitation(id).await?;
        ask(&store, &person, &invitation.email, invitation.role, turn, true).await
    };
    let view = InvitationView::of(settled(again).await?, store.now());
    Ok((StatusCode::ACCEPTED, Json(view)).into_response())
}
