//! Keys for programs (C10).

use jiff::Timestamp;
use model::{KeyId, Permissions, UserId};
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord, TokenHash};
use crate::key::Collection;

/// A key for programs. Its secret is not here, only the secret's hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Which.
    pub key: KeyId,
    /// What people call it.
    pub name: String,
    /// What it may do: never more than who made it could.
    pub scopes: Permissions,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// Second it ends.
    pub expires_at: Option<i64>,
    /// Networks it works from, in CIDR notation; everywhere when empty.
    pub networks: Vec<String>,
    /// Hash of the secret in force.
    pub secret: TokenHash,
    /// The secret before, and the second until which it works too.
    pub old_secret: Option<(TokenHash, i64)>,
    /// When it was last used, to five minutes.
    pub last_used_at: Option<Timestamp>,
    /// From where.
    pub last_used_ip: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl Ours for ApiKey {}
impl TenantRecord for ApiKey {
    const KIND: &'static str = "key";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "APIKEY#";
    type Id = KeyId;
    fn id(&self) -> KeyId {
        self.key
    }
    fn sort_key(id: &KeyId) -> String {
        format!("APIKEY#{id}")
    }
}
