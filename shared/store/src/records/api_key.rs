//! Keys for programs (C10).

use jiff::{SignedDuration, Timestamp};
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
    /// What it may do: never more than those could whom it rests on.
    pub scopes: Permissions,
    /// Who made it.
    pub created_by: UserId,
    /// Who got the secret in force, where the key was rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotated_by: Option<UserId>,
    /// When it was made.
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
    /// Second of the next warning that it ends.
    #[serde(default)]
    pub warn_at: Option<i64>,
}

/// Where a key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApiKeyState {
    /// It works.
    Live,
    /// It is past its end.
    Expired,
    /// Somebody ended it.
    Revoked,
}

impl ApiKey {
    /// Days before its end at which its company is told, longest first (C10).
    pub const WARNINGS: [u32; 2] = [14, 3];
    /// Partitions of the index of keys to be warned of.
    pub const SHARDS: u8 = 1;
    /// How long one stays in the list after its end. What happened to it stays in the log.
    const LISTED_FOR: SignedDuration = SignedDuration::from_hours(24 * 90);

    /// Where it is.
    pub fn state(&self, now: Timestamp) -> ApiKeyState {
        if self.revoked_at.is_some() {
            ApiKeyState::Revoked
        } else if self.expires_at.is_some_and(|end| end <= now.as_second()) {
            ApiKeyState::Expired
        } else {
            ApiKeyState::Live
        }
    }

    /// On whom it rests: who made it, and who got the secret in force. It may no more than each of them.
    pub fn rests_on(&self) -> impl Iterator<Item = UserId> {
        [Some(self.created_by), self.rotated_by].into_iter().flatten()
    }

    /// Whether this is the hash of its secret, or of the one before while that works too.
    pub fn opens_with(&self, secret: &TokenHash, now: Timestamp) -> bool {
        // Hashes of secrets of 160 bits: what comparing them takes tells nothing of the secret.
        self.secret == *secret
            || self.old_secret.as_ref().is_some_and(|(old, until)| old == secret && *until > now.as_second())
    }

    /// Second of the first warning after `now`, of a key that ends at second `expires_at`.
    pub fn warning_after(expires_at: Option<i64>, now: Timestamp) -> Option<i64> {
        const DAY: i64 = 24 * 60 * 60;
        let end = expires_at?;
        Self::WARNINGS.iter().map(|days| end - i64::from(*days) * DAY).find(|at| *at > now.as_second())
    }
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
    fn expires(&self) -> Option<Timestamp> {
        let end = self.expires_at.and_then(|end| Timestamp::from_second(end).ok());
        let over = self.revoked_at.or(end)?;
        over.checked_add(Self::LISTED_FOR).ok()
    }
    const DUE: &'static str = "DUE_KEYS";
    fn due(&self) -> Option<Timestamp> {
        let warned = self.warn_at.filter(|_| self.revoked_at.is_none())?;
        Timestamp::from_second(warned).ok()
    }
    fn due_shard(&self) -> u8 {
        u8::try_from(self.key.bits() % u128::from(Self::SHARDS)).unwrap_or(0)
    }
}

/// How many keys a tenant ever made. Making one moves it, so that two at once cannot both be the last that is allowed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyCount {
    /// So many.
    pub made: u64,
}

impl Ours for ApiKeyCount {}
impl TenantRecord for ApiKeyCount {
    const KIND: &'static str = "count of keys";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "APIKEYS";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        "APIKEYS".into()
    }
}
