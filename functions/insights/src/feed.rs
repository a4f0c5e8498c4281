//! A calendar address as members see it.

use jiff::Timestamp;
use model::{FeedId, UserId};
use serde::{Deserialize, Serialize};
use store::Feed;
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
