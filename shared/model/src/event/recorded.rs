//! An event with who caused it, when and where.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Event;
use crate::{EventId, KeyId, TenantId, UserId};

/// Who caused an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Actor {
    /// A person with an account.
    User {
        /// Who.
        id: UserId,
    },
    /// A program with an API key.
    Key {
        /// Which.
        id: KeyId,
    },
    /// Nobody signed in: a sign-up or a link from a mail.
    Visitor,
    /// Steward itself: a schedule or a consumer of an earlier event.
    System,
    /// Whoever runs this installation; the event says who and why.
    Operator,
}

/// An event as it is kept and as consumers get it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Unique; consumers are idempotent by it.
    pub id: EventId,
    /// Whose log it is in.
    pub tenant: TenantId,
    /// When it happened.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// The request it happened in, as in the `x-request-id` header.
    pub request_id: Option<String>,
    /// The caller's address as API Gateway saw it.
    pub ip: Option<String>,
    /// The caller's user agent, cut to 200 characters.
    pub user_agent: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

impl Recorded {
    /// Whether a member ended their own membership, and nobody else did.
    pub fn left_by_themselves(&self) -> bool {
        match (&self.event, self.actor) {
            (Event::MemberRemoved { user, .. }, Actor::User { id }) => *user == id,
            _ => false,
        }
    }
}
