//! An address under which renewal dates can be subscribed to.

use jiff::Timestamp;
use model::{FeedId, UserId};
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord, TokenHash};
use crate::key::Collection;

/// A calendar address. Its secret is not here, only the secret's hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feed {
    /// Which.
    pub feed: FeedId,
    /// What people call it.
    pub name: String,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Hash of the secret in its address.
    pub secret: TokenHash,
}

impl Ours for Feed {}
impl TenantRecord for Feed {
    const KIND: &'static str = "feed";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "FEED#";
    type Id = FeedId;
    fn id(&self) -> FeedId {
        self.feed
    }
    fn sort_key(id: &FeedId) -> String {
        format!("FEED#{id}")
    }
}
