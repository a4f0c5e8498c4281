//! How far a scan is, told while it runs.

use checks::{Evaluation, Sources};
use jiff::SignedDuration;
use store::{Phase, ScanState};

use super::{Stop, Work};

/// Progress that nobody waits for is written at most so often.
const EVERY: SignedDuration = SignedDuration::from_secs(5);

impl Work<'_> {
    /// Tells how far the scan is and what it found so far.
    pub(super) async fn progress(&mut self, phase: Phase, evaluation: &Evaluation, write: bool) -> Result<(), Stop> {
        let sources = Sources::pending();
        let so_far = evaluation.finish(&sources).totals.monthly;
        let progress = &mut self.scan.value.progress;
        progress.monthly = Some(so_far);
        progress.first_number_at = progress.first_number_at.or(Some(self.deps.kernel.clock.now()));
        self.progress_without_number(phase, write).await
    }

    pub(super) async fn progress_without_number(&mut self, phase: Phase, write: bool) -> Result<(), Stop> {
        self.scan.value.progress.phase = phase;
        let now = self.deps.kernel.clock.now();
        let long_ago = now.duration_since(self.wrote_at.unwrap_or(self.started)) >= EVERY;
        if write || long_ago { self.write().await } else { Ok(()) }
    }

    /// Writes the scan on its version: whoever was overtaken stops here.
    pub(super) async fn write(&mut self) -> Result<(), Stop> {
        self.scan.value.state = ScanState::Running;
        self.scan = self.tenant.checkpoint(&self.scan).await?;
        self.wrote_at = Some(self.deps.kernel.clock.now());
        Ok(())
    }
}
