//! The connection to the customer's Microsoft 365.

use jiff::Timestamp;
use model::{DirectoryId, UserId};
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

/// The connection under the reader app. There is at most one per tenant.
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
}

impl Ours for Connection {}
impl TenantRecord for Connection {
    const KIND: &'static str = "connection";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "CONNECTION";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        "CONNECTION".into()
    }
}
