//! People of the directory, in compressed buckets by a hash of their id; and the pages of a running scan.

use jiff::Timestamp;
use model::ScanId;
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
use crate::key::Collection;

/// One bucket of people. Rewritten only when its content changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bucket {
    /// Which bucket.
    pub number: u16,
    /// How many people are in it.
    pub people: u32,
    /// The rows, deflated; `checks::people` knows what a row is.
    #[serde(with = "serde_bytes")]
    pub rows: Vec<u8>,
}

impl Ours for Bucket {}
impl TenantRecord for Bucket {
    const KIND: &'static str = "bucket";
    const COLLECTION: Collection = Collection::People;
    const PREFIX: &'static str = "BUCKET#";
    type Id = u16;
    fn id(&self) -> u16 {
        self.number
    }
    fn sort_key(id: &u16) -> String {
        format!("BUCKET#{id:05}")
    }
}

/// One page of people of a running scan, so that a crash reads at most one page again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Of which scan.
    pub scan: ScanId,
    /// Which page; large pages have parts.
    pub page: u32,
    /// Which part of the page, from 0.
    pub part: u16,
    /// The rows, deflated.
    #[serde(with = "serde_bytes")]
    pub rows: Vec<u8>,
    /// When it may be cleaned up.
    pub until: Timestamp,
}

impl Ours for Stage {}
impl TenantRecord for Stage {
    const KIND: &'static str = "stage";
    const COLLECTION: Collection = Collection::Stage;
    const PREFIX: &'static str = "STAGE#";
    type Id = (ScanId, u32, u16);
    fn id(&self) -> Self::Id {
        (self.scan, self.page, self.part)
    }
    fn sort_key((scan, page, part): &Self::Id) -> String {
        format!("STAGE#{scan}#{page:06}#{part:03}")
    }
    fn expires(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}
