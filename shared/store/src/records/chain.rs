//! The seals of a tenant's log (C12): a chain of hashes, one link an event.

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
}

impl ChainHead {
    /// Before the first link.
    pub fn genesis() -> Self {
        Self { sequence: 0, hash: "0".repeat(64) }
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
