//! A member, as the API shows them.

use jiff::Timestamp;
use model::{RoleName, UserId};
use serde::{Deserialize, Serialize};
use store::Member;
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
    /// Whether they get in.
    pub active: bool,
    /// When they joined.
    pub joined_at: Timestamp,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        let Member { user, role, active, email, name, joined_at, mver: _ } = member;
        Self { user, name, email, role, active, joined_at }
    }
}
