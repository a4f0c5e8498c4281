//! Somebody asked to join (C2).

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use model::{InvitationId, RoleName, TenantId, UserId, mail::Returned};
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
use crate::key::Collection;

/// Where an invitation is in its life. That one is too old is told by its time, not by its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// Waits for an answer.
    Pending,
    /// Who was invited is a member.
    Accepted,
    /// Taken back.
    Cancelled,
    /// Refused by who was invited.
    Declined,
}

/// Somebody asked to join. There is one for each address of a company: a further one replaces it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invitation {
    /// Which; see [`Invitation::id_of`].
    pub invitation: InvitationId,
    /// Normalised address.
    pub email: String,
    /// The role they get.
    pub role: RoleName,
    /// The member who asked last.
    pub invited_by: UserId,
    /// Where it is in its life.
    pub state: InvitationState,
    /// Whether one of the company's seats is kept for it (C13). One that is too old keeps its seat until another needs it.
    pub seat: bool,
    /// Counts up with every link: a link of another serial is dead.
    pub serial: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the newest link was asked for.
    pub sent_at: Timestamp,
    /// Second after which the newest link is refused.
    pub good_until: i64,
    /// How its newest mail came back, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_returned: Option<Returned>,
}

impl Invitation {
    /// How long a link is good.
    pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(48);
    /// How long an answered one is kept for the list.
    const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

    /// The id of an address's invitation to a company: the first 128 bits of SHA-256 over both.
    pub fn id_of(tenant: TenantId, email: &str) -> InvitationId {
        let hash = digest(&SHA256, format!("invitation:{tenant}:{email}").as_bytes());
        InvitationId::from_bits(hash.as_ref().iter().take(16).fold(0, |bits, byte| bits << 8 | u128::from(*byte)))
    }

    /// Whether it can be accepted or declined now.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == InvitationState::Pending && self.good_until > now.as_second()
    }
}

impl Ours for Invitation {}
impl TenantRecord for Invitation {
    const KIND: &'static str = "invitation";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "INVITATION#";
    type Id = InvitationId;
    fn id(&self) -> InvitationId {
        self.invitation
    }
    fn sort_key(id: &InvitationId) -> String {
        format!("INVITATION#{id}")
    }
    // What keeps a seat must not vanish with it.
    fn expires(&self) -> Option<Timestamp> {
        let until = Timestamp::from_second(self.good_until).ok()?.checked_add(Self::KEPT).ok()?;
        (!self.seat).then_some(until)
    }
}
