//! A scan: its life, its progress and its lease.

use std::collections::BTreeMap;

use checks::facts::Missing;
use jiff::Timestamp;
use model::{Money, ScanId};
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
use crate::key::Collection;

/// Where a scan is in its life (F111's states, in our words).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScanState {
    /// Asked for, not begun.
    Queued,
    /// Running.
    Running,
    /// Stored its place; goes on by event.
    Paused,
    /// Ended with a result.
    Finished,
    /// Ended without.
    Failed,
}

impl ScanState {
    /// Whether nothing will change any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Failed)
    }
}

/// What a scan is doing, in the order of doing it: money first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Organisation, licences bought, subscriptions.
    Seats,
    /// People and their licences.
    People,
    /// Usage reports.
    Usage,
    /// Rules and prices.
    Evaluating,
    /// Everything is written.
    Done,
}

/// What is known so far. Savings are provisional until the scan is finished and never come from partial data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Licence types found.
    #[schema(example = 6)]
    pub licence_types: u32,
    /// People read so far.
    #[schema(example = 180)]
    pub people: u32,
    /// Saving a month found so far; absent until there is a first number.
    pub monthly: Option<Money>,
    /// When there was a first number.
    pub first_number_at: Option<Timestamp>,
}

/// One run of all checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// Which.
    pub scan: ScanId,
    /// Where it is in its life.
    pub state: ScanState,
    /// Whether the schedule asked.
    pub scheduled: bool,
    /// What is known so far.
    pub progress: Progress,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// A stable code when it failed.
    pub failure: Option<String>,
    /// How often it stored its place.
    pub pauses: u32,
    /// Microsoft asked not to be called before then.
    #[serde(default)]
    pub go_on_at: Option<Timestamp>,
    /// Where to go on in the people: pages staged, and the sealed link of the next.
    pub resume: Option<Resume>,
    /// Findings open at the end.
    pub findings: Option<u32>,
    /// Calls made to Microsoft.
    pub graph_calls: u32,
    /// The same by call, under `graph::Endpoint::code`; a call inside a batch counts beside the batch.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<String, u32>,
}

/// Where a scan goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Resume {
    /// Pages of people staged so far.
    pub pages: u32,
    /// Graph's opaque link of the next page, sealed.
    pub next: crate::Sealed,
    /// Why sign-in dates are not being read; `None` while they are.
    pub sign_in_missing: Option<Missing>,
}

impl Ours for Scan {}
impl TenantRecord for Scan {
    const KIND: &'static str = "scan";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "SCAN#scn_";
    type Id = ScanId;
    fn id(&self) -> ScanId {
        self.scan
    }
    fn sort_key(id: &ScanId) -> String {
        format!("SCAN#{id}")
    }
}
