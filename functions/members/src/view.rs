//! Members, invitations and roles, as the API shows them.

use api::etag;
use jiff::Timestamp;
use model::{CustomRole, InvitationId, Permissions, Role, RoleName, UserId, mail::Returned};
use serde::{Deserialize, Serialize};
use store::{Company, Invitation, InvitationState, Member, Versioned};
use utoipa::ToSchema;

/// A person's place in the company.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MemberView {
    /// Who.
    pub user: UserId,
    /// Their name.
    #[schema(example = "Anna Berg")]
    pub name: String,
    /// Their address.
    #[schema(example = "anna@northwind.example")]
    pub email: String,
    /// What they may do.
    pub role: RoleName,
    /// What that role is called.
    #[schema(example = "Bookkeeping")]
    pub role_name: String,
    /// Whether they get in.
    pub active: bool,
    /// Whether their account has a second factor.
    pub second_factor: bool,
    /// When they joined.
    pub joined_at: Timestamp,
    /// When they were last here, to the day; absent before their first sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Timestamp>,
    /// How mail to their address came back; absent as long as none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_returned: Option<Returned>,
    /// This version, for `if-match`.
    #[schema(example = "\"3\"")]
    pub etag: String,
}

impl MemberView {
    /// A member of `company`.
    pub fn of(member: Versioned<Member>, company: &Company, second_factor: bool) -> Self {
        let Versioned { value, version } = member;
        let Member { user, role, active, email, name, joined_at, last_seen, mail_returned, .. } = value;
        let (role_name, etag) = (company.name_of_role(role), etag(version));
        Self { user, name, email, role, role_name, active, second_factor, joined_at, last_seen, mail_returned, etag }
    }
}

/// Where an invitation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InvitationStatus {
    /// Waits for an answer.
    Pending,
    /// Waited too long; can be sent again.
    Expired,
    /// Who was invited is a member.
    Accepted,
    /// Taken back.
    Cancelled,
    /// Refused by who was invited.
    Declined,
}

/// Somebody asked to join. Its link is in the mail alone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct InvitationView {
    /// Which.
    pub invitation: InvitationId,
    /// Who was asked.
    #[schema(example = "ben@northwind.example")]
    pub email: String,
    /// The role they get.
    pub role: RoleName,
    /// Who asked.
    pub invited_by: UserId,
    /// Where it is.
    pub status: InvitationStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the newest mail was asked for.
    pub sent_at: Timestamp,
    /// Until when the newest link is good.
    pub expires_at: Option<Timestamp>,
    /// How its mail came back; absent as long as it did not. Sending it again is a new try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_returned: Option<Returned>,
}

impl InvitationView {
    /// An invitation, as it is at `now`.
    pub fn of(invitation: Invitation, now: Timestamp) -> Self {
        let status = match invitation.state {
            InvitationState::Pending if invitation.is_open(now) => InvitationStatus::Pending,
            InvitationState::Pending => InvitationStatus::Expired,
            InvitationState::Accepted => InvitationStatus::Accepted,
            InvitationState::Cancelled => InvitationStatus::Cancelled,
            InvitationState::Declined => InvitationStatus::Declined,
        };
        let expires_at = Timestamp::from_second(invitation.good_until).ok();
        let Invitation { invitation, email, role, invited_by, created_at, sent_at, mail_returned, .. } = invitation;
        Self { invitation, email, role, invited_by, status, created_at, sent_at, expires_at, mail_returned }
    }
}

/// A role and what it may do.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RoleView {
    /// Which.
    pub role: RoleName,
    /// What it is called.
    #[schema(example = "Bookkeeping")]
    pub name: String,
    /// What it may do.
    pub permissions: Permissions,
    /// This version, for `if-match`; a role that cannot be changed has none.
    #[schema(example = "\"5d41402abc4b2a76\"")]
    pub etag: Option<String>,
}

impl RoleView {
    /// One of ours.
    pub fn system(role: Role, company: &Company) -> Self {
        let role = RoleName::System(role);
        Self { role, name: company.name_of_role(role), permissions: company.permissions_of(role), etag: None }
    }
    /// One of the company's own.
    pub fn own(role: &CustomRole) -> Self {
        Self {
            role: RoleName::Custom(role.id),
            name: role.name.clone(),
            permissions: role.permissions,
            etag: Some(crate::role::etag_of(role)),
        }
    }
}
