//! `POST /v1/invitations/preview`: what the page behind the link shows (F40). Uses nothing up.

use api::{Client, Json, Result};
use axum::extract::State;
use identity::visitor;
use jiff::Timestamp;
use model::RoleName;
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{InvitedAccount, Store, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{accept_invitation::not_good, limits};

/// `members-preview-invitation`.
pub const FUNCTION: Function<Kernel> = Function::http("members-preview-invitation", || routes!(preview_invitation));

/// A link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationLink {
    /// From the link.
    #[schema(example = "sit_Vw4…", max_length = 128)]
    pub(crate) token: String,
}

/// What a link invites to: no more than the page needs.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InvitationPreview {
    /// The company's name.
    #[schema(example = "Northwind Ltd")]
    pub company: String,
    /// Who asked.
    #[schema(example = "Anna Berg")]
    pub inviter: String,
    /// The role.
    pub role: RoleName,
    /// What the role is called.
    #[schema(example = "Bookkeeping")]
    pub role_name: String,
    /// Until when the link is good.
    pub expires_at: Option<Timestamp>,
    /// Whether the invited address has an account to sign in with first.
    pub has_account: bool,
    /// Whether the company signs in with its own Microsoft 365 only: then it is accepted with a work account. Elsewhere
    /// it can be.
    pub microsoft_only: bool,
}

/// Read an invitation
///
/// One that was taken back, or whose inviter was put out or may no longer give what it gives, is none: 410
/// `link_not_good`.
#[utoipa::path(
    post, path = "/v1/invitations/preview", operation_id = "members-preview-invitation", tag = "members", request_body = InvitationLink, security(()),
    responses(
        (status = 200, description = "What the link invites to.", body = InvitationPreview),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn preview_invitation(
    State(store): State<Store>,
    client: Client,
    Json(body): Json<InvitationLink>,
) -> Result<Json<InvitationPreview>> {
    let link = TokenHash::of(&body.token);
    limits::link(&store, &client, &link).await?;
    let invited = store.invited(&link, visitor(client)).await?.ok_or_else(not_good)?;
    let (company, invitation) = (&invited.company.value, &invited.invitation.value);
    Ok(Json(InvitationPreview {
        company: company.name.clone(),
        inviter: invited.inviter().to_owned(),
        role: invitation.role,
        role_name: company.name_of_role(invitation.role),
        expires_at: Timestamp::from_second(invitation.good_until).ok(),
        has_account: matches!(invited.account, InvitedAccount::Active(_)),
        microsoft_only: company.policy.microsoft_only(),
    }))
}
