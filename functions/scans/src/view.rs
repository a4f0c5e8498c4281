//! A scan as members see it.

use jiff::Timestamp;
use model::ScanId;
use serde::{Deserialize, Serialize};
use store::{Progress, Scan, ScanState};
use utoipa::ToSchema;

/// One run of all checks.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ScanView {
    /// Which.
    pub scan: ScanId,
    /// Where it is in its life.
    pub state: ScanState,
    /// Whether the schedule asked, not a person.
    #[schema(example = false)]
    pub scheduled: bool,
    /// What is known so far.
    pub progress: Progress,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// A stable code when it failed, such as `consent_lost`.
    #[schema(example = "consent_lost")]
    pub failure: Option<String>,
    /// Findings open at its end.
    #[schema(example = 5)]
    pub findings: Option<u32>,
    /// Calls made to Microsoft.
    #[schema(example = 9)]
    pub microsoft_calls: u32,
}

impl From<Scan> for ScanView {
    fn from(scan: Scan) -> Self {
        Self {
            scan: scan.scan,
            state: scan.state,
            scheduled: scan.scheduled,
            progress: scan.progress,
            requested_at: scan.requested_at,
            ended_at: scan.ended_at,
            failure: scan.failure,
            findings: scan.findings,
            microsoft_calls: scan.graph_calls,
        }
    }
}
