//! What is kept of a fix as it goes, and how it pauses and ends.

use graph::Directory;
use jiff::SignedDuration;
use model::{Event, Money, State, utc_date};
use runtime::Failure;
use store::{Attempt, Commit, Fix, FixEnd, FixItem, FixState, ItemState, Tally};

use super::{
    Stop, Work,
    step::{Step, attempt_mut, was_accepted},
};
use crate::{bought::Bought, change::write, reason};

/// A fix paused so often does not end by going on.
const MOST_PAUSES: u32 = 60;

impl Work<'_> {
    pub(super) fn end(&mut self, at: usize, position: usize, state: ItemState, why: Option<&str>) {
        let now = self.now();
        let undo = self.undo;
        let item = &mut self.parts[at].value.items[position];
        let attempt = attempt_mut(item, undo);
        // Not written anew, it is where it was: the time in which it may come to show does not begin again.
        let since = attempt.ended_at.filter(|_| state == ItemState::Pending && attempt.reason.as_deref() == why);
        attempt.state = state;
        attempt.reason = why.map(str::to_owned);
        attempt.ended_at = Some(since.unwrap_or(now));
    }

    /// Ends an item whose change shows.
    pub(super) fn end_made(&mut self, at: usize, position: usize, step: Option<&Step>, seen: Option<&State>) {
        let (state, why) = step.zip(seen).map_or((ItemState::Done, None), |(step, now)| step.made(now));
        self.end(at, position, state, why);
    }

    pub(super) async fn keep_part(&mut self, at: usize) -> Result<(), Stop> {
        self.parts[at] = self.tenant.keep_in_lane(&self.lane, &self.parts[at]).await?;
        Ok(())
    }

    pub(super) async fn keep_fix(&mut self) -> Result<(), Stop> {
        self.count();
        self.fix = self.tenant.keep_in_lane(&self.lane, &self.fix).await?;
        Ok(())
    }

    /// Counts how the items stand, and since when there is something to undo.
    pub(super) fn count(&mut self) {
        let items = self.parts.iter().flat_map(|part| &part.value.items);
        if self.undo {
            self.fix.value.undo_tally = Some(Tally::of(items.filter_map(|item| item.undo.as_ref())));
        } else {
            let attempts: Vec<&Attempt> = items.map(|item| &item.attempt).collect();
            let made = attempts.iter().filter(|one| matches!(one.state, ItemState::Done | ItemState::Pending));
            self.fix.value.first_done_at = made.filter_map(|one| one.intended_at).min();
            self.fix.value.tally = Tally::of(attempts);
        }
    }

    pub(super) fn count_calls(&mut self, directories: &[&Directory]) {
        let mut calls = self.calls_before.clone();
        for call in directories.iter().flat_map(|directory| directory.calls()) {
            *calls.entry(call.code.to_owned()).or_default() += call.count;
        }
        self.fix.value.calls = calls;
    }

    /// The call that makes what this fix changes, and how often it was made, or may have been, that no event has told:
    /// by the items, whose intents are kept before the calls are counted. Who dies in between leaves no write untold.
    fn untold_writes(&self) -> Option<(&'static str, u32)> {
        let call = |item: &FixItem| write(item.person, &Step::of(item, self.undo)?.change);
        let call = self.items().find_map(|(_, item)| call(item))?;
        let writes: u32 = self.items().map(|(attempt, _)| u32::from(attempt.writes)).sum();
        let untold = writes.saturating_sub(self.fix.value.told_writes);
        (untold > 0).then(|| (call.endpoint().code, untold))
    }

    /// Stores the place; the event goes on after `wait`.
    pub(super) async fn pause(mut self, wait: SignedDuration) -> Result<(), Failure> {
        self.fix.value.pauses += 1;
        if self.fix.value.pauses > MOST_PAUSES {
            self.stopped = Some(reason::TOO_SLOW);
            return match self.leave_rest().await {
                Ok(()) => self.finish().await,
                Err(Stop::Ours(error)) => Err(error),
                Err(_) => Err("a fix that cannot be left".into()),
            };
        }
        self.count();
        self.fix.value.go_on_at = wait.is_positive().then(|| self.now() + wait);
        self.fix.value.look_at = Some(self.now() + wait + Fix::STALLED);
        let event = Event::FixPaused { fix: self.fix.value.fix, pauses: self.fix.value.pauses };
        // The lane stays with it; its version does not, so that who was overtaken cannot pause.
        self.tenant.commit(Commit::new().replace(&self.fix).replace(&self.lane).event(event)?).await?;
        Ok(())
    }

    /// Tells the result and lets the next one go.
    pub(super) async fn finish(mut self) -> Result<(), Failure> {
        self.count();
        let (now, today) = (self.now(), utc_date(self.now()));
        let bought = Bought::of(self.tenant).await.map_err(|error| format!("{error:?}"))?;
        let items = self.parts.iter().flat_map(|part| &part.value.items);
        let items: Vec<&FixItem> = items.filter(|item| item.stands()).collect();
        let freed = bought.freed(items.iter().map(|item| (item.person, &item.change, &item.before)), today);
        let monthly = items.iter().filter_map(|item| item.monthly);
        let monthly: Option<Money> = monthly.reduce(|sum, one| sum.plus(one).unwrap_or(sum));
        let writes = self.untold_writes();
        let fix = &mut self.fix.value;
        (fix.freed, fix.monthly) = (freed, monthly);
        fix.state = if self.undo { FixState::Undone } else { FixState::Finished };
        fix.ended_at = Some(now);
        fix.stopped = self.stopped.map(str::to_owned);
        (fix.go_on_at, fix.look_at) = (None, None);
        let mut calls = std::mem::take(&mut fix.calls);
        if let Some((code, writes)) = writes {
            let told = calls.entry(code.to_owned()).or_default();
            *told = writes.max(*told);
        }
        let event = if self.undo {
            let Tally { done, failed, skipped, pending, .. } = fix.undo_tally.unwrap_or_default();
            Event::FixUndone { fix: fix.fix, done, failed: failed + skipped + pending, calls }
        } else {
            let (tally, minor) = (fix.tally, monthly.map_or(0, |money| money.amount_minor));
            let event = Event::FixFinished {
                fix: fix.fix,
                // After a retry only what is new: a saving is told once.
                done: tally.done.saturating_sub(fix.told.done),
                failed: tally.failed,
                skipped: tally.skipped,
                pending: tally.pending,
                monthly_minor: minor - fix.told_minor,
                calls,
            };
            (fix.told, fix.told_minor) = (tally, minor);
            event
        };
        self.lane.value.fix = None;
        let end = FixEnd { at: now, fix: fix.fix };
        let change = Commit::new().replace(&self.fix).replace(&self.lane).overwrite(&end);
        self.tenant.commit(change.event(event)?).await?;
        Ok(())
    }

    /// The fix ended, or was called off, before this delivery had the lane.
    pub(super) async fn leave_lane(mut self) -> Result<(), Failure> {
        self.lane.value.fix = None;
        self.tenant.checkpoint(&self.lane).await?;
        Ok(())
    }

    /// Nothing can be read: what was not begun is left alone, what may have been done is told as such.
    pub(super) async fn leave_rest(&mut self) -> Result<(), Stop> {
        let why = self.stopped.unwrap_or(reason::TOO_SLOW);
        for at in 0..self.parts.len() {
            let open = self.positions(at, ItemState::is_open);
            for position in &open {
                let attempt = self.attempt(&self.parts[at].value.items[*position]);
                let (state, accepted) = (attempt.state, was_accepted(attempt));
                match state {
                    ItemState::Waiting => self.end(at, *position, ItemState::Skipped, Some(why)),
                    ItemState::Intended if !accepted => {
                        self.end(at, *position, ItemState::Pending, Some(reason::NO_ANSWER));
                    }
                    _ => self.end(at, *position, ItemState::Pending, Some(reason::NOT_SHOWN_YET)),
                }
            }
            if !open.is_empty() {
                self.keep_part(at).await?;
            }
        }
        Ok(())
    }
}
