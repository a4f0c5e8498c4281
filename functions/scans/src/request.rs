//! Asking for a scan: one commit, whoever asks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{Event, ScanId};
use store::{Commit, Phase, Progress, Scan, ScanState};

/// A scan that is asked for at `now`.
pub fn queued(scan: ScanId, scheduled: bool, now: Timestamp) -> Scan {
    Scan {
        scan,
        state: ScanState::Queued,
        scheduled,
        progress: Progress { phase: Phase::Seats, licence_types: 0, people: 0, monthly: None, first_number_at: None },
        requested_at: now,
        ended_at: None,
        failure: None,
        pauses: 0,
        resume: None,
        findings: None,
        graph_calls: 0,
        calls: BTreeMap::new(),
        go_on_at: None,
    }
}

/// The change that asks for it, to which its caller may add.
pub fn change(scan: &Scan) -> Commit {
    Commit::new().create(scan)
}

/// The fact that it was asked for; `scans-run` follows it.
pub const fn fact(scan: &Scan) -> Event {
    Event::ScanRequested { scan: scan.scan, scheduled: scan.scheduled }
}
