//! A calendar address as members see it.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use model::{FeedId, Ids, UserId};
use serde::{Deserialize, Serialize};
use store::{Feed, TokenHash};
use utoipa::ToSchema;

/// Most addresses of a company. Two made at once may be one more; nothing depends on the number.
pub const FEEDS_MOST: usize = 20;

/// A calendar address, without its secret.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FeedView {
    /// Which.
    pub feed: FeedId,
    /// What people call it.
    #[schema(example = "Office calendar")]
    pub name: String,
    /// Who made it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
}

impl From<Feed> for FeedView {
    fn from(Feed { feed, name, created_by, created_at, .. }: Feed) -> Self {
        Self { feed, name, created_by, created_at }
    }
}

/// A new secret of 256 bits for an address, and its hash.
pub fn secret(ids: &Ids) -> (String, TokenHash) {
    let secret = format!("scf_{}", BASE64_URL_SAFE_NO_PAD.encode(ids.bytes::<32>()));
    let hash = TokenHash::of(&secret);
    (secret, hash)
}
