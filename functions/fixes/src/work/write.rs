//! Writing a part: the intent with its undo, one batch of writes, and reading back what shows.

use std::collections::BTreeMap;

use graph::{Deadline as Until, Directory, write::WriteError};
use jiff::SignedDuration;
use model::{Standing, State};
use store::ItemState;

use super::{
    Stop, UNREACHED, WRITE_WITHIN, Work,
    step::{Step, attempt_mut, standing, unwritten},
};
use crate::{change::write, reason};

/// Waits before looking again whether a change shows, within a part.
const SOON: [SignedDuration; 2] = [SignedDuration::from_secs(1), SignedDuration::from_secs(3)];

impl Work<'_> {
    /// Notes the intent, writes, reads back. How long to wait before what is left is tried again.
    pub(super) async fn write(
        &mut self,
        at: usize,
        to_write: Vec<(usize, Option<State>)>,
        reader: &Directory,
        writer: &Directory,
    ) -> Result<Option<SignedDuration>, Stop> {
        let now = self.now();
        let mut writes = Vec::with_capacity(to_write.len());
        let mut items = Vec::with_capacity(to_write.len());
        for (position, seen) in to_write {
            let undo = self.undo;
            let item = &mut self.parts[at].value.items[position];
            let step = Step::of(item, undo);
            let call = step.as_ref().and_then(|step| write(item.person, &step.change));
            let (Some(Step { change, .. }), Some(call)) = (step, call) else {
                self.end(at, position, ItemState::Failed, Some(reason::NOBODY));
                continue;
            };
            // As good as what was previewed, and newer: what undoes it.
            if let (false, Some(seen)) = (undo, seen) {
                item.before = seen;
            }
            let attempt = attempt_mut(item, undo);
            attempt.state = ItemState::Intended;
            (attempt.reason, attempt.ended_at) = (None, None);
            attempt.intended_at = Some(now);
            attempt.writes = attempt.writes.saturating_add(1);
            writes.push(call);
            items.push((position, change));
        }
        self.keep_part(at).await?;
        let until = now.checked_add(WRITE_WITHIN).unwrap_or(now);
        let answers = writer.clone().until(Until(until)).write(&writes).await;
        let (mut wait, mut stop, mut refused) = (None, None, BTreeMap::new());
        for ((position, change), answer) in items.into_iter().zip(answers) {
            let undo = self.undo;
            let attempt = attempt_mut(&mut self.parts[at].value.items[position], undo);
            match answer {
                Ok(()) => attempt.state = ItemState::Written,
                Err(WriteError::Ambiguous { reason, retry_after }) => {
                    tracing::warn!(%reason, "a write without an answer");
                    wait = wait.max(retry_after);
                }
                Err(WriteError::Refused { code, refusal }) => {
                    tracing::warn!(%refusal, "a write was refused");
                    attempt.state = ItemState::Written;
                    refused.insert(position, reason::refused(code, &change));
                }
                Err(WriteError::PermissionMissing(refusal)) => {
                    tracing::warn!(%refusal, "a write was not allowed");
                    attempt.state = ItemState::Written;
                    refused.insert(position, reason::PERMISSION_MISSING);
                }
                // Not made: it waits as before, and is looked at again first.
                Err(WriteError::Throttled { retry_after }) => {
                    unwritten(attempt);
                    wait = wait.max(Some(retry_after.max(SignedDuration::from_secs(1))));
                }
                Err(WriteError::NotSent { reason }) => {
                    tracing::warn!(reason, "a write was not sent");
                    unwritten(attempt);
                    stop = Some(Stop::Pause(UNREACHED));
                }
                Err(WriteError::ConsentLost { code }) => {
                    tracing::warn!(code, "consent to write was withdrawn");
                    unwritten(attempt);
                    stop = Some(Stop::Leave(reason::CONSENT_LOST));
                }
            }
        }
        let read = self.read_back(at, &refused, reader).await;
        self.keep_part(at).await?;
        read?;
        match stop {
            Some(stop) => Err(stop),
            None => Ok(wait),
        }
    }

    /// Looks whether what was written shows, a few times. What Microsoft refused and does not show has failed.
    pub(super) async fn read_back(
        &mut self,
        at: usize,
        refused: &BTreeMap<usize, &'static str>,
        reader: &Directory,
    ) -> Result<(), Stop> {
        for (round, wait) in [SignedDuration::ZERO].into_iter().chain(SOON).enumerate() {
            let open = self.positions(at, |state| state == ItemState::Written);
            if open.is_empty() {
                return Ok(());
            }
            if wait.is_positive() {
                self.deps.kernel.clock.sleep(wait).await;
            }
            let seen = match self.see(at, &open, reader).await {
                Ok(seen) => seen,
                // The outcome is looked at later: it was written, and that is kept.
                Err(Stop::Pause(_)) if refused.is_empty() => return Ok(()),
                Err(stop) => {
                    for (position, code) in refused {
                        self.end(at, *position, ItemState::Failed, Some(code));
                    }
                    return Err(stop);
                }
            };
            for (position, seen) in open.into_iter().zip(seen) {
                let item = &self.parts[at].value.items[position];
                let step = Step::of(item, self.undo);
                let standing = step.as_ref().map(|step| standing(step, seen.as_ref()));
                // An earlier try may have been carried out late: then this one was refused for nothing.
                let first = self.attempt(item).writes <= 1;
                match (standing, refused.get(&position)) {
                    (Some(Some(Standing::After)), _) => self.end_made(at, position, step.as_ref(), seen.as_ref()),
                    (Some(None), _) => self.end(at, position, ItemState::Failed, Some(reason::PERSON_GONE)),
                    (_, Some(code)) if first || round == SOON.len() => {
                        self.end(at, position, ItemState::Failed, Some(code));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Looks at everything that was written and did not show; `last` says that it is not looked for any longer.
    pub(super) async fn look_again(&mut self, reader: &Directory, last: bool) -> Result<(), Stop> {
        for at in 0..self.parts.len() {
            let open = self.positions(at, |state| state == ItemState::Written);
            if open.is_empty() {
                continue;
            }
            let seen = self.see(at, &open, reader).await?;
            for (position, seen) in open.into_iter().zip(seen) {
                let item = &self.parts[at].value.items[position];
                let step = Step::of(item, self.undo);
                match step.as_ref().map(|step| standing(step, seen.as_ref())) {
                    Some(Some(Standing::After)) => self.end_made(at, position, step.as_ref(), seen.as_ref()),
                    Some(None) => self.end(at, position, ItemState::Failed, Some(reason::PERSON_GONE)),
                    Some(Some(Standing::Elsewhere)) if last => {
                        self.end(at, position, ItemState::Failed, Some(reason::CHANGED_BY_OTHERS));
                    }
                    _ if last => self.end(at, position, ItemState::Pending, Some(reason::NOT_SHOWN_YET)),
                    _ => {}
                }
            }
            self.keep_part(at).await?;
        }
        Ok(())
    }
}
