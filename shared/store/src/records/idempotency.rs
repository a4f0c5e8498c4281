//! Requests sent with an `Idempotency-Key`, and what they were answered (flows.md C17).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
use crate::key::Collection;

/// A request under way, or answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Once {
    /// Hash of who asked, for what, with which key.
    pub key: String,
    /// Hash of what was asked.
    pub body: String,
    /// Until when whoever handles it may still do so; nobody else does before.
    pub running_until: Timestamp,
    /// How it was answered.
    pub answer: Option<KeptAnswer>,
    /// Until when the answer is given again.
    pub until: Timestamp,
}

/// An answer that is given again to the same request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAnswer {
    /// HTTP status.
    pub status: u16,
    /// Where what was made is.
    pub location: Option<String>,
    /// JSON.
    pub body: String,
}

impl Ours for Once {}
impl TenantRecord for Once {
    const KIND: &'static str = "once";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "ONCE#";
    type Id = String;
    fn id(&self) -> String {
        self.key.clone()
    }
    fn sort_key(key: &String) -> String {
        format!("ONCE#{key}")
    }
    fn expires(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}
