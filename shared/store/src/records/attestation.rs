//! A question to a manager whether somebody still needs their licences.

use jiff::{SignedDuration, Timestamp};
use model::{AttestationId, FindingId, PersonId, UserId, event::Answer};
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
use crate::key::Collection;

/// A question, with its answer. Whom it went to stands here alone: no event names an address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attestation {
    /// Which.
    pub attestation: AttestationId,
    /// The finding it came from.
    pub finding: FindingId,
    /// Whom it is about.
    pub person: PersonId,
    /// Their name as the directory had it; hostile text.
    pub name: String,
    /// Their licences the finding is about, as they are called.
    pub licences: Vec<String>,
    /// Name of who is asked, as the directory or the company has it; hostile text.
    pub manager: String,
    /// Where the question went.
    pub to: String,
    /// Whether a member was asked in place of the manager.
    #[serde(default)]
    pub instead: bool,
    /// Who had it asked.
    pub asked_by: UserId,
    /// When.
    pub asked_at: Timestamp,
    /// Second after which it is not answered any more.
    pub deadline: i64,
    /// The answer in force.
    pub answer: Option<Answer>,
    /// When it was given.
    pub answered_at: Option<Timestamp>,
    /// Whether its time ran out without an answer that settles it.
    pub expired: bool,
}

/// Where a question is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttestationState {
    /// It waits for an answer, or may still be answered otherwise.
    Open,
    /// It was answered and its time is over.
    Answered,
    /// Nobody answered in time.
    Expired,
}

impl Attestation {
    /// Partitions of the index of questions whose time runs out.
    pub const SHARDS: u8 = 1;
    /// How long one is kept after its deadline.
    const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24 * 365);

    /// Where it is.
    pub fn state(&self, now: Timestamp) -> AttestationState {
        if self.deadline > now.as_second() {
            AttestationState::Open
        } else if self.is_settled() {
            AttestationState::Answered
        } else {
            AttestationState::Expired
        }
    }

    /// Whether the answer says yes or no.
    pub fn is_settled(&self) -> bool {
        matches!(self.answer, Some(Answer::StillNeeded | Answer::NotNeeded))
    }

    /// Whether the answer is to ask again later.
    pub fn is_put_off(&self) -> bool {
        self.answer == Some(Answer::AskLater)
    }
}

impl Ours for Attestation {}
impl TenantRecord for Attestation {
    const KIND: &'static str = "attestation";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "ATTESTATION#";
    type Id = (FindingId, AttestationId);
    fn id(&self) -> Self::Id {
        (self.finding, self.attestation)
    }
    fn sort_key((finding, attestation): &Self::Id) -> String {
        format!("ATTESTATION#{finding}#{attestation}")
    }
    fn expires(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.deadline).ok()?.checked_add(Self::KEPT_FOR).ok()
    }
    const DUE: &'static str = "DUE_ATTESTATIONS";
    fn due(&self) -> Option<Timestamp> {
        // One that is settled has nothing to run out of.
        let waits = !self.expired && !self.is_settled();
        Timestamp::from_second(self.deadline).ok().filter(|_| waits)
    }
}
