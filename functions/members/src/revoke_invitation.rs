//! `DELETE /v1/invitations/{invitation}`: takes it back.

use api::{Path, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Person, can};
use model::InvitationId;
use runtime::{Function, Kernel};
use store::Store;
use utoipa_axum::routes;

use crate::race::settled;

/// `members-revoke-invitation`.
pub const FUNCTION: Function<Kernel> = Function::http("members-revoke-invitation", || routes!(revoke_invitation));

/// Take an invitation back
///
/// Its link is dead and its seat free.
#[utoipa::path(
    delete, path = "/v1/invitations/{invitation}", operation_id = "members-revoke-invitation", tag = "members", security(("bearer" = [])),
    params(("invitation" = InvitationId, Path, description = "Which invitation.")),
    responses(
        (status = 204, description = "It is taken back."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn revoke_invitation(
    State(store): State<Store>,
    person: Person<can::ManageMembers>,
    Path(invitation): Path<InvitationId>,
) -> Result<StatusCode> {
    settled(async |_| Ok(store.of(person.scope()).revoke_invitation(invitation).await?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
