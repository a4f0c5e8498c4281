//! The seals of a tenant's log (C12): a chain of hashes, one link an event.

use jiff::Timestamp;
use model::EventId;
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
use crate::key::Collection;

/// One sealed event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its place in the chain, from 1, without a gap.
    pub sequence: u64,
    /// The event.
    pub event: EventId,
    /// The hash of the link before, in hexadecimal.
    pub previous: String,
    /// SHA-256 of that hash and the event's canonical form, in hexadecimal.
    pub hash: String,
}

impl Ours for Link {}
impl TenantRecord for Link {
    const KIND: &'static str = "link";
    const COLLECTION: Collection = Collection::Chain;
    const PREFIX: &'static str = "LINK#";
    type Id = u64;
    fn id(&self) -> u64 {
        self.sequence
    }
    fn sort_key(sequence: &u64) -> String {
        // As many digits as a u64 has, so that text order is number order.
        format!("LINK#{sequence:020}")
    }
}

/// How far the chain is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// The last link; 0 before the first.
    pub sequence: u64,
    /// Its hash, in hexadecimal.
    pub hash: String,
    /// When it was made; absent in a head of before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl ChainHead {
    /// Links after which the head is told outside of the table, however fast they come.
    const EVERY: u64 = 100;

    /// Before the first link.
    pub fn genesis() -> Self {
        Self { sequence: 0, hash: "0".repeat(64), at: None }
    }

    /// Whether this head is one to tell outside of the table: the first of an hour (UTC), and each hundredth.
    pub fn is_checkpoint(&self, before: &Self) -> bool {
        const HOUR: i64 = 3600;
        let hour = |head: &Self| head.at.map(|at| at.as_second().div_euclid(HOUR));
        hour(self) != hour(before) || self.sequence.is_multiple_of(Self::EVERY)
    }
}

impl Ours for ChainHead {}
impl TenantRecord for ChainHead {
    const KIND: &'static str = "head of the chain";
    const COLLECTION: Collection = Collection::Chain;
    const PREFIX: &'static str = "HEAD";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        "HEAD".into()
    }
}

/// That an event is sealed: a second delivery finds it taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seal {
    pub(crate) event: EventId,
    pub(crate) sequence: u64,
}

impl Ours for Seal {}
impl TenantRecord for Seal {
    const KIND: &'static str = "seal";
    const COLLECTION: Collection = Collection::Chain;
    const PREFIX: &'static str = "SEALED#";
    type Id = EventId;
    fn id(&self) -> EventId {
        self.event
    }
    fn sort_key(id: &EventId) -> String {
        format!("SEALED#{id}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_told_once_an_hour_and_every_hundred_links() {
        let head = |sequence: u64, at: &str| ChainHead { sequence, at: at.parse().ok(), ..ChainHead::genesis() };
        let told = |before: &ChainHead, after: &ChainHead| after.is_checkpoint(before);
        assert!(told(&ChainHead::genesis(), &head(1, "2026-11-21T08:00:00Z")));
        assert!(!told(&head(1, "2026-11-21T08:00:00Z"), &head(2, "2026-11-21T08:59:59Z")));
        assert!(told(&head(2, "2026-11-21T08:59:59Z"), &head(3, "2026-11-21T09:00:00Z")));
        assert!(told(&head(99, "2026-11-21T09:00:00Z"), &head(100, "2026-11-21T09:00:01Z")));
        assert!(!told(&head(100, "2026-11-21T09:00:01Z"), &head(101, "2026-11-21T09:00:02Z")));
        // Of before times were kept.
        let old = ChainHead { sequence: 7, ..ChainHead::genesis() };
        assert!(told(&old, &head(8, "2026-11-21T09:00:00Z")));
    }
}
