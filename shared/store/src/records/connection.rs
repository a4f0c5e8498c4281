//! The connection to the customer's Microsoft 365.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{DirectoryId, Tier, UserId};
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
use crate::key::Collection;

/// Where a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Consent was given and a token works.
    Connected,
    /// Microsoft refuses: consent withdrawn or app removed.
    ConsentLost,
    /// Ended by a member.
    Disconnected,
}

/// Consent in one tier, to an app registration of its own (docs/adr/0019).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Permissions granted, as in the token's `roles`.
    pub granted: Vec<String>,
    /// Permissions asked for and not granted.
    pub missing: Vec<String>,
    /// Since when.
    pub since: Timestamp,
    /// The member who had it granted.
    pub by: UserId,
}

/// The connection under the reader app, and what may be changed beside. There is at most one per tenant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Connection {
    /// The directory.
    pub directory: DirectoryId,
    /// Its display name as Microsoft gave it; hostile text.
    pub name: String,
    /// Where it is.
    pub state: ConnectionState,
    /// Microsoft's code when consent was lost.
    pub reason: Option<String>,
    /// Permissions granted, as in the token's `roles`.
    pub granted: Vec<String>,
    /// Permissions asked for and not granted.
    pub missing: Vec<String>,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// The member who connected it.
    pub connected_by: UserId,
    /// What may be changed in the directory; nothing, unless somebody agreed to it. A tier ends by itself: when a member
    /// gives it back, or when a write finds consent withdrawn. The connection goes on without it.
    #[serde(default)]
    pub tiers: BTreeMap<Tier, Grant>,
}

impl Connection {
    /// The connection without a tier; `None` where it does not have it.
    pub fn without(&self, tier: Tier) -> Option<Self> {
        let mut left = self.clone();
        left.tiers.remove(&tier).map(|_| left)
    }
}

impl Ours for Connection {}
impl TenantRecord for Connection {
    const KIND: &'static str = "connection";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "SCAN#~CONNECTION";
    type Id = ();
    fn id(&self) {}
    // Beside the summary, behind every scan: the first screen tells how it stands without a read of its own.
    fn sort_key((): &()) -> String {
        Self::PREFIX.into()
    }
}
