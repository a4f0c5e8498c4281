//! `POST /v1/invitations/decline`: no, thank you. Opening the link (GET, HEAD) uses nothing up (C2).

use api::{Client, Json, Result};
use axum::{extract::State, http::StatusCode};
use identity::visitor;
use runtime::{Function, Kernel};
use store::{Store, TokenHash};
use utoipa_axum::routes;

use crate::{accept_invitation::not_good, limits, preview_invitation::InvitationLink, race::settled};

/// `members-decline-invitation`.
pub const FUNCTION: Function<Kernel> = Function::http("members-decline-invitation", || routes!(decline_invitation));

/// Decline an invitation
#[utoipa::path(
    post, path = "/v1/invitations/decline", operation_id = "members-decline-invitation", tag = "members", request_body = InvitationLink, security(()),
    responses(
        (status = 204, description = "The company knows; nothing else happens."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn decline_invitation(
    State(store): State<Store>,
    client: Client,
    Json(body): Json<InvitationLink>,
) -> Result<StatusCode> {
    let link = TokenHash::of(&body.token);
    limits::link(&store, &client, &link).await?;
    settled(async |_| {
        let invited = store.invited(&link, visitor(client.clone())).await?.ok_or_else(not_good)?;
        Ok(store.decline(invited).await?)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
