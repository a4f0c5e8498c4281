//! One fix or its undo, part by part: read, compare, note the intent with its undo, write, read back.
//!
//! What keeps a change from being made twice, whatever dies when:
//! * nothing is written before the intent is in the table, and an intent is written for [`WRITE_WITHIN`] only;
//! * whoever finds an intent without its outcome reads until [`SETTLED`] has passed, when whoever wrote it has long
//!   given up, and writes again only if the directory still shows what was there before and nobody else's hand;
//! * whoever takes the lane shuts out who had it before: an outcome is kept by who holds it, or not at all.

use std::collections::{BTreeMap, BTreeSet};

use graph::{Deadline as Until, Directory, write::WriteError};
use jiff::{SignedDuration, Timestamp};
use model::{Change, DirectoryId, Event, Money, SkuId, Standing, State, Tier, utc_date};
use runtime::{Deadline, Failure};
use store::{
    Attempt, Commit, Company, Conflict, Connection, ConnectionState, Fix, FixItem, FixPart, FixState, ItemState, Lane,
    Schedule, StoreError, Tally, Tenant, Versioned,
};

use crate::{
    Fixing,
    bought::Bought,
    change::write,
    live::{About, states},
    reason,
    spared::{Spared, Why},
};

/// A write is begun and answered within this time of its intent, or given up.
const WRITE_WITHIN: SignedDuration = SignedDuration::from_secs(40);
/// After this time an intent that the directory does not show was not carried out: more than [`WRITE_WITHIN`], and than
/// Microsoft usually takes to show a change (checks.md 4.6).
const SETTLED: SignedDuration = SignedDuration::from_secs(90);
/// Time a part takes at most: begun later, it would be cut off.
const MARGIN: SignedDuration = SignedDuration::from_secs(75);
/// Waits before looking again whether a change shows, within a part.
const SOON: [SignedDuration; 2] = [SignedDuration::from_secs(1), SignedDuration::from_secs(3)];
/// The same at the end, for what did not show soon.
const LATER: [SignedDuration; 3] =
    [SignedDuration::from_secs(10), SignedDuration::from_secs(20), SignedDuration::from_secs(60)];
/// A change is written so often at most when nobody says what became of it.
const MOST_WRITES: u8 = 3;
/// A fix paused so often does not end by going on.
const MOST_PAUSES: u32 = 60;
/// A change that Microsoft accepted and does not show after this time was not made.
const SHOWN_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// What was approved no longer ago was looked at by the checks there are.
const APPROVED_LATELY: SignedDuration = SignedDuration::from_hours(1);
/// Pause when Microsoft is not reached.
const UNREACHED: SignedDuration = SignedDuration::from_secs(60);

/// What interrupts a fix.
enum Stop {
    /// To go on later.
    Pause(SignedDuration),
    /// For good, with a stable code; what is not done is left alone.
    Leave(&'static str),
    /// Consent to read was withdrawn, with Microsoft's code.
    Lost(String),
    /// Us.
    Ours(Failure),
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Ours(error.into())
    }
}

/// A fix at work.
pub struct Work<'a> {
    deps: &'a Fixing,
    tenant: Tenant<'a>,
    lane: Versioned<Lane>,
    fix: Versioned<Fix>,
    parts: Vec<Versioned<FixPart>>,
    deadline: Deadline,
    undo: bool,
    /// Why nothing more is written.
    stopped: Option<&'static str>,
    /// What the company wants left alone by now; a fix may have been planned long ago. An undo puts back regardless.
    spared: Option<Spared>,
    calls_before: BTreeMap<String, u32>,
}

/// What is to be done about an item now.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// Write it.
    Write,
    /// Look again after a while.
    Wait(SignedDuration),
    /// It has come to its end.
    Over(ItemState, Option<&'static str>),
}

/// One direction of an item: what is done to whom, from what.
struct Step {
    about: About,
    change: Change,
    before: State,
    /// What a group that is joined again gave them before.
    owed: BTreeSet<SkuId>,
}

impl Step {
    fn of(item: &FixItem, undo: bool) -> Option<Self> {
        let about = About::of(item.person);
        if !undo {
            let (change, before) = (item.change.clone(), item.before.clone());
            return Some(Self { about, change, before, owed: BTreeSet::new() });
        }
        let change = item.change.inverse(&item.before)?;
        let owed = match &change {
            Change::JoinGroup { group } => {
                let given = item.before.licences.iter().filter(|held| held.group == Some(*group));
                given.filter(|held| held.error.is_none()).map(|held| held.sku).collect()
            }
            _ => BTreeSet::new(),
        };
        Some(Self { about, change, before: item.change.applied(&item.before), owed })
    }

    /// What a directory that shows the change as made says of it. Who is in a group again may not have its licence:
    /// somebody else got the seat.
    fn made(&self, now: &State) -> (ItemState, Option<&'static str>) {
        let Change::JoinGroup { group } = &self.change else { return (ItemState::Done, None) };
        let in_error = |sku: &SkuId| {
            let mut rows = now.licences.iter().filter(|held| held.sku == *sku && held.group == Some(*group));
            rows.any(|held| held.error.is_some())
        };
        match self.owed.iter().any(in_error) {
            true => (ItemState::Failed, Some(reason::GROUP_GAVE_NONE)),
            false => (ItemState::Done, None),
        }
    }
}

impl<'a> Work<'a> {
    /// Work on a fix that has the lane, until the deadline.
    pub fn new(
        deps: &'a Fixing,
        tenant: Tenant<'a>,
        lane: Versioned<Lane>,
        fix: Versioned<Fix>,
        parts: Vec<Versioned<FixPart>>,
        deadline: Deadline,
    ) -> Self {
        let (undo, calls_before) = (fix.value.state.is_undo(), fix.value.calls.clone());
        Self { deps, tenant, lane, fix, parts, deadline, undo, stopped: None, spared: None, calls_before }
    }

    fn now(&self) -> Timestamp {
        self.deps.kernel.clock.now()
    }

    /// Runs it to its end or its next pause.
    ///
    /// # Errors
    /// When the table does not answer or somebody else has taken the lane: the bus delivers again.
    pub async fn run(mut self) -> Result<(), Failure> {
        if !self.fix.value.state.is_under_way() {
            return self.leave_lane().await;
        }
        self.fix.value.state = if self.undo { FixState::Undoing } else { FixState::Running };
        match self.through().await {
            Ok(()) => self.finish().await,
            Err(Stop::Pause(wait)) => self.pause(wait).await,
            Err(Stop::Leave(reason)) => Err(format!("stopped twice: {reason}").into()),
            Err(Stop::Lost(code)) => Err(format!("stopped twice: {code}").into()),
            Err(Stop::Ours(error)) => Err(error),
        }
    }

    async fn through(&mut self) -> Result<(), Stop> {
        if let Some(at) = self.fix.value.go_on_at.take() {
            self.wait(at.duration_since(self.now())).await?;
        }
        self.keep_fix().await?;
        let company = self.tenant.get_strong::<Company>(&()).await?;
        if !company.is_some_and(|company| company.value.state.may_write()) {
            self.stopped = Some(reason::ACCOUNT_CLOSED);
            return self.leave_rest().await;
        }
        let connection = self.tenant.get_strong::<Connection>(&()).await?;
        let connected = connection.filter(|connection| connection.value.state == ConnectionState::Connected);
        let Some(connection) = connected else {
            self.stopped = Some(reason::NOT_CONNECTED);
            return self.leave_rest().await;
        };
        // Whoever connects another directory has approved nothing there.
        if self.fix.value.directory.is_some_and(|own| own != connection.value.directory) {
            self.stopped = Some(reason::OTHER_DIRECTORY);
            return self.leave_rest().await;
        }
        if !connection.value.tiers.contains_key(&Tier::LicenceWriter) {
            self.stopped = Some(reason::CONSENT_LOST);
        }
        if !self.undo {
            self.spared = Some(self.left_alone().await?);
        }
        let directory = connection.value.directory;
        let until = Until(self.deadline.0);
        let reader = self.deps.reader.directory(directory).for_scan(until);
        let writer = self.deps.writer.directory(directory);
        let mut through = self.all_parts(&reader, &writer).await;
        if let Err(Stop::Leave(reason)) = through {
            if reason == reason::CONSENT_LOST {
                self.end_tier(connection).await?;
            }
            self.stopped = Some(reason);
            // Once more, without writing: what was under way is looked at, the rest is left alone.
            through = self.all_parts(&reader, &writer).await;
        }
        if let Err(Stop::Lost(code)) = through {
            self.end_connection(directory, code).await?;
            through = Err(Stop::Leave(reason::NOT_CONNECTED));
        }
        if let Err(Stop::Leave(reason)) = through {
            self.stopped = Some(reason);
            through = self.leave_rest().await;
        }
        self.count_calls(&[&reader, &writer]);
        through
    }

    /// What is left alone by now. Of what was approved a while ago, also whoever the checks since do not find any more.
    async fn left_alone(&self) -> Result<Spared, Stop> {
        let Fix { finding, check, requested_at, .. } = self.fix.value;
        let spared = Spared::of(self.tenant.terms().await?, finding, check, utc_date(self.now()));
        match finding.filter(|_| self.now().duration_since(requested_at) > APPROVED_LATELY) {
            Some(finding) => Ok(spared.but_for(&self.tenant.affected(finding).await?)),
            None => Ok(spared),
        }
    }

    /// Every part, then whatever did not show soon.
    async fn all_parts(&mut self, reader: &Directory, writer: &Directory) -> Result<(), Stop> {
        for at in 0..self.parts.len() {
            self.part(at, reader, writer).await?;
            // With every part, so that no crash makes a write untold.
            self.count_calls(&[reader, writer]);
            self.keep_fix().await?;
        }
        for wait in LATER {
            if !self.items().any(|(attempt, _)| attempt.state == ItemState::Written) {
                return Ok(());
            }
            self.wait(wait).await?;
            self.look_again(reader, false).await?;
        }
        self.look_again(reader, true).await
    }

    /// One part: at most one batch of writes, and another for each time Microsoft asks for patience or says nothing.
    async fn part(&mut self, at: usize, reader: &Directory, writer: &Directory) -> Result<(), Stop> {
        loop {
            let open: Vec<usize> =
                self.positions(at, |state| matches!(state, ItemState::Waiting | ItemState::Intended));
            if open.is_empty() {
                return Ok(());
            }
            if self.deadline.left(&self.deps.kernel.clock) < MARGIN {
                return Err(Stop::Pause(SignedDuration::ZERO));
            }
            let seen = self.see(at, &open, reader).await?;
            let now = self.now();
            let (mut to_write, mut wait) = (Vec::new(), None::<SignedDuration>);
            for (&item, seen) in open.iter().zip(&seen) {
                match self.decide(at, item, seen.as_ref(), now) {
                    Next::Write => to_write.push((item, seen.clone())),
                    Next::Wait(left) => wait = wait.max(Some(left)),
                    Next::Over(state, why) => self.end(at, item, state, why),
                }
            }
            if !to_write.is_empty() {
                wait = wait.max(self.write(at, to_write, reader, writer).await?);
            } else {
                self.keep_part(at).await?;
            }
            if let Some(wait) = wait {
                self.wait(wait).await?;
            }
        }
    }

    /// What is to be done about an item, by what the directory shows (guard G8).
    fn decide(&self, at: usize, item: usize, now_is: Option<&State>, now: Timestamp) -> Next {
        let item = &self.parts[at].value.items[item];
        let (Some(step), attempt) = (Step::of(item, self.undo), self.attempt(item)) else {
            return Next::Over(ItemState::Failed, Some(reason::NOBODY));
        };
        let spared = || self.spared.as_ref().and_then(|spared| spared.item(item)).map(Why::code);
        match decide(&step, attempt, self.undo, self.stopped.or_else(spared), now_is, now) {
            // As it was, but perhaps only because the change does not show yet: said to be undone, it would come then.
            Next::Over(ItemState::Done, None) | Next::Over(ItemState::Skipped, Some(reason::ALREADY_SO))
                if self.undo && attempt.writes == 0 && may_yet_show(&item.attempt, now) =>
            {
                Next::Over(ItemState::Pending, Some(reason::NOT_SHOWN_YET))
            }
            next => next,
        }
    }

    /// Notes the intent, writes, reads back. How long to wait before what is left is tried again.
    async fn write(
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
            let call = Step::of(item, undo).and_then(|step| write(item.person, &step.change));
            let Some(call) = call else {
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
            items.push(position);
        }
        self.keep_part(at).await?;
        let until = now.checked_add(WRITE_WITHIN).unwrap_or(now);
        let answers = writer.clone().until(Until(until)).write(&writes).await;
        let (mut wait, mut stop, mut refused) = (None, None, BTreeMap::new());
        for (position, answer) in items.iter().copied().zip(answers) {
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
                    refused.insert(position, reason::refused(code));
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
    async fn read_back(
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
    async fn look_again(&mut self, reader: &Directory, last: bool) -> Result<(), Stop> {
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

    /// Nothing can be read: what was not begun is left alone, what may have been done is told as such.
    async fn leave_rest(&mut self) -> Result<(), Stop> {
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

    /// The states of items as the directory shows them now.
    async fn see(&self, at: usize, items: &[usize], reader: &Directory) -> Result<Vec<Option<State>>, Stop> {
        let steps: Vec<Option<Step>> =
            items.iter().map(|item| Step::of(&self.parts[at].value.items[*item], self.undo)).collect();
        let asked: Vec<(About, &Change)> = steps.iter().flatten().map(|step| (step.about, &step.change)).collect();
        let mut seen = states(reader, &asked).await.map_err(stop)?.into_iter();
        Ok(steps.iter().map(|step| step.as_ref().and_then(|_| seen.next().flatten())).collect())
    }

    fn attempt<'b>(&self, item: &'b FixItem) -> &'b Attempt {
        if self.undo { item.undo.as_ref().unwrap_or(&NOT_ASKED) } else { &item.attempt }
    }

    fn items(&self) -> impl Iterator<Item = (&Attempt, &FixItem)> {
        self.parts.iter().flat_map(|part| &part.value.items).map(|item| (self.attempt(item), item))
    }

    fn positions(&self, at: usize, which: impl Fn(ItemState) -> bool) -> Vec<usize> {
        let items = self.parts[at].value.items.iter().enumerate();
        items.filter(|(_, item)| which(self.attempt(item).state)).map(|(position, _)| position).collect()
    }

    fn end(&mut self, at: usize, position: usize, state: ItemState, why: Option<&str>) {
        let now = self.now();
        let undo = self.undo;
        let item = &mut self.parts[at].value.items[position];
        let attempt = attempt_mut(item, undo);
        // Not written anew, it is where it was: the time in which it may come to show does not begin again.
        let since = attempt.ended_at.filter(|_| state == ItemState::Pending && attempt.reason.as_deref() == why);
        attempt.state = state;
        attempt.reason = why.map(str::to_owned);
        attempt.ended_at = Some(since.unwrap_or(now));
        if !undo && state == ItemState::Done {
            self.fix.value.first_done_at.get_or_insert(now);
        }
    }

    /// Ends an item whose change shows.
    fn end_made(&mut self, at: usize, position: usize, step: Option<&Step>, seen: Option<&State>) {
        let (state, why) = step.zip(seen).map_or((ItemState::Done, None), |(step, now)| step.made(now));
        self.end(at, position, state, why);
    }

    async fn keep_part(&mut self, at: usize) -> Result<(), Stop> {
        self.parts[at] = self.tenant.keep_in_lane(&self.lane, &self.parts[at]).await?;
        Ok(())
    }

    async fn keep_fix(&mut self) -> Result<(), Stop> {
        self.count();
        self.fix = self.tenant.keep_in_lane(&self.lane, &self.fix).await?;
        Ok(())
    }

    /// Waits, if there is time; otherwise the fix goes on later.
    async fn wait(&self, wait: SignedDuration) -> Result<(), Stop> {
        if !wait.is_positive() {
            return Ok(());
        }
        let clock = &self.deps.kernel.clock;
        let left = (self.deadline.left(clock) - MARGIN).max(SignedDuration::ZERO);
        clock.sleep(wait.min(left)).await;
        if wait > left { Err(Stop::Pause(wait - left)) } else { Ok(()) }
    }

    /// Counts how the items stand.
    fn count(&mut self) {
        let items = self.parts.iter().flat_map(|part| &part.value.items);
        if self.undo {
            self.fix.value.undo_tally = Some(Tally::of(items.filter_map(|item| item.undo.as_ref())));
        } else {
            self.fix.value.tally = Tally::of(items.map(|item| &item.attempt));
        }
    }

    fn count_calls(&mut self, directories: &[&Directory]) {
        let mut calls = self.calls_before.clone();
        for call in directories.iter().flat_map(|directory| directory.calls()) {
            *calls.entry(call.code.to_owned()).or_default() += call.count;
        }
        self.fix.value.calls = calls;
    }

    /// Stores the place; the event goes on after `wait`.
    async fn pause(mut self, wait: SignedDuration) -> Result<(), Failure> {
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
    async fn finish(mut self) -> Result<(), Failure> {
        self.count();
        let (now, today) = (self.now(), utc_date(self.now()));
        let bought = Bought::of(self.tenant).await.map_err(|error| format!("{error:?}"))?;
        let items = self.parts.iter().flat_map(|part| &part.value.items);
        let items: Vec<&FixItem> = items.filter(|item| item.stands()).collect();
        let freed = bought.freed(items.iter().map(|item| (item.person, &item.change, &item.before)), today);
        let monthly = items.iter().filter_map(|item| item.monthly);
        let monthly: Option<Money> = monthly.reduce(|sum, one| sum.plus(one).unwrap_or(sum));
        let fix = &mut self.fix.value;
        (fix.freed, fix.monthly) = (freed, monthly);
        fix.state = if self.undo { FixState::Undone } else { FixState::Finished };
        fix.ended_at = Some(now);
        fix.stopped = self.stopped.map(str::to_owned);
        (fix.go_on_at, fix.look_at) = (None, None);
        let calls = std::mem::take(&mut fix.calls);
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
        self.tenant.commit(Commit::new().replace(&self.fix).replace(&self.lane).event(event)?).await?;
        Ok(())
    }

    /// The fix ended, or was called off, before this delivery had the lane.
    async fn leave_lane(mut self) -> Result<(), Failure> {
        self.lane.value.fix = None;
        self.tenant.checkpoint(&self.lane).await?;
        Ok(())
    }

    /// Consent to write was withdrawn: the company is told, and reading goes on.
    async fn end_tier(&self, mut connection: Versioned<Connection>) -> Result<(), Stop> {
        let directory = connection.value.directory;
        connection.value.tiers.remove(&Tier::LicenceWriter);
        let event =
            Event::TierEnded { directory, tier: Tier::LicenceWriter, reason: Some(reason::CONSENT_LOST.into()) };
        match self.tenant.commit(Commit::new().replace(&connection).event(event)?).await {
            // Somebody changed the connection meanwhile: what it is now is looked at by whoever comes next.
            Ok(_) | Err(StoreError::Conflict(Conflict::Version)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Consent to read was withdrawn: the connection says why, and its schedule stops, as when a scan finds it.
    async fn end_connection(&self, directory: DirectoryId, code: String) -> Result<(), Stop> {
        let connection = self.tenant.get_strong::<Connection>(&()).await?;
        let (Some(mut connection), Some(mut schedule)) = (connection, self.tenant.get_strong::<Schedule>(&()).await?)
        else {
            return Ok(());
        };
        let still = connection.value.state == ConnectionState::Connected && connection.value.directory == directory;
        if !still {
            return Ok(());
        }
        connection.value.state = ConnectionState::ConsentLost;
        connection.value.reason = Some(code.clone());
        connection.value.since = self.now();
        schedule.value.on = false;
        let event = Event::ConnectionLost { directory, reason: code };
        match self.tenant.commit(Commit::new().replace(&connection).replace(&schedule).event(event)?).await {
            // As above.
            Ok(_) | Err(StoreError::Conflict(Conflict::Version)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether a change that nobody has seen may still come to show.
fn may_yet_show(attempt: &Attempt, now: Timestamp) -> bool {
    attempt.state == ItemState::Pending && ended_lately(attempt, now)
}

fn ended_lately(attempt: &Attempt, now: Timestamp) -> bool {
    attempt.ended_at.is_some_and(|at| now.duration_since(at) < SHOWN_WITHIN)
}

/// Whether Microsoft accepted what is looked at again because somebody asked.
fn was_accepted(attempt: &Attempt) -> bool {
    attempt.writes > 0 && attempt.reason.as_deref() == Some(reason::NOT_SHOWN_YET)
}

/// The undo of an item that was not asked for.
const NOT_ASKED: Attempt = Attempt { state: ItemState::Skipped, ..Attempt::WAITING };

fn attempt_mut(item: &mut FixItem, undo: bool) -> &mut Attempt {
    if undo { item.undo.get_or_insert(Attempt::WAITING) } else { &mut item.attempt }
}

/// A write that Microsoft says was not made.
fn unwritten(attempt: &mut Attempt) {
    attempt.writes = attempt.writes.saturating_sub(1);
    // An earlier one may have been: then its outcome is still to be found.
    attempt.state = if attempt.writes == 0 { ItemState::Waiting } else { ItemState::Intended };
}

/// How what the directory shows stands to a step; `None` for somebody who is gone.
fn standing(step: &Step, now: Option<&State>) -> Option<Standing> {
    now.map(|now| step.change.standing(&step.before, now))
}

/// The rule of G8 and of going on after a crash, without I/O.
fn decide(
    step: &Step,
    attempt: &Attempt,
    undo: bool,
    stopped: Option<&'static str>,
    now_is: Option<&State>,
    now: Timestamp,
) -> Next {
    let begun = attempt.state == ItemState::Intended;
    // Microsoft may be asked to work out licences anew at any time.
    let reprocess = matches!(step.change, Change::Reprocess);
    // Somebody asked for it again, perhaps long after: who came back since is looked at anew.
    let asked_again = attempt.reason.is_some() && !undo && !reprocess;
    let Some(now_is) = now_is else {
        let state = if begun || undo { ItemState::Failed } else { ItemState::Skipped };
        return Next::Over(state, Some(reason::PERSON_GONE));
    };
    let standing = step.change.standing(&step.before, now_is);
    if begun {
        return match standing {
            Standing::After => {
                let (state, why) = step.made(now_is);
                Next::Over(state, why)
            }
            Standing::Elsewhere => Next::Over(ItemState::Failed, Some(reason::CHANGED_BY_OTHERS)),
            // Written again, it would be refused for nothing.
            Standing::Before if was_accepted(attempt) && ended_lately(attempt, now) && !reprocess => {
                Next::Over(ItemState::Pending, Some(reason::NOT_SHOWN_YET))
            }
            Standing::Before => {
                let ends = attempt.intended_at.map_or(now, |at| at + SETTLED);
                if ends > now {
                    Next::Wait(ends.duration_since(now))
                } else if let Some(why) = stopped {
                    Next::Over(ItemState::Skipped, Some(why))
                } else if attempt.writes >= MOST_WRITES {
                    Next::Over(ItemState::Pending, Some(reason::NO_ANSWER))
                } else if !step.change.untouched(&step.before, now_is) {
                    Next::Over(ItemState::Failed, Some(reason::CHANGED_BY_OTHERS))
                } else if asked_again && !step.change.still_holds(&step.before, now_is) {
                    Next::Over(ItemState::Skipped, Some(reason::CHANGED))
                } else {
                    Next::Write
                }
            }
        };
    }
    if let Some(why) = stopped {
        return Next::Over(ItemState::Skipped, Some(why));
    }
    match standing {
        Standing::After => match step.made(now_is) {
            (ItemState::Done, _) => Next::Over(ItemState::Skipped, Some(reason::ALREADY_SO)),
            (state, why) => Next::Over(state, why),
        },
        Standing::Elsewhere if undo => Next::Over(ItemState::Failed, Some(reason::CHANGED_BY_OTHERS)),
        Standing::Before if undo || step.change.still_holds(&step.before, now_is) => Next::Write,
        _ => Next::Over(ItemState::Skipped, Some(reason::CHANGED)),
    }
}

/// Why the directory could not be read.
fn stop(error: graph::Error) -> Stop {
    tracing::warn!(%error, "a fix cannot read the directory");
    if let Some(wait) = error.pause() {
        return Stop::Pause(wait);
    }
    match error {
        graph::Error::BadAnswer { .. } | graph::Error::Transport { .. } => Stop::Pause(UNREACHED),
        graph::Error::ConsentLost { code } => Stop::Lost(code),
        other => Stop::Leave(other.reason()),
    }
}

#[cfg(test)]
mod tests {
    use model::{Held, PersonId, SkuId};

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_795_000_000, 0);

    fn held(updated: i64) -> State {
        let sku = SkuId::literal("3b555118-da6a-4418-894f-7df1e2096870");
        let updated = Timestamp::from_second(updated).ok();
        let row = Held { sku, group: None, disabled_plans: Vec::new(), error: None, updated };
        State { enabled: Some(false), licences: vec![row], ..State::default() }
    }

    fn step(undo: bool) -> Step {
        let before = held(1);
        let remove = before.licences.iter().map(|held| held.sku).collect();
        let item = FixItem {
            number: 1,
            person: Some(PersonId::literal("00000000-0000-4000-8000-000000000001")),
            name: "Anna".into(),
            change: Change::Licences { remove, add: Vec::new() },
            before,
            monthly: None,
            attempt: Attempt::WAITING,
            undo: None,
        };
        Step::of(&item, undo).unwrap()
    }

    fn intended(ago: SignedDuration, writes: u8) -> Attempt {
        Attempt { state: ItemState::Intended, intended_at: Some(NOW - ago), writes, ..Attempt::WAITING }
    }

    fn decided(undo: bool, attempt: &Attempt, stopped: Option<&'static str>, now_is: Option<&State>) -> Next {
        decide(&step(undo), attempt, undo, stopped, now_is, NOW)
    }

    const GONE: State = State {
        enabled: Some(false),
        licences: Vec::new(),
        groups: std::collections::BTreeSet::new(),
        concealed: None,
    };

    #[test]
    fn what_waits_is_written_only_as_it_was_previewed() {
        let waits = &Attempt::WAITING;
        assert_eq!(decided(false, waits, None, Some(&held(1))), Next::Write);
        let skipped = |why| Next::Over(ItemState::Skipped, Some(why));
        assert_eq!(decided(false, waits, None, Some(&GONE)), skipped(reason::ALREADY_SO));
        let back = State { enabled: Some(true), ..held(1) };
        assert_eq!(decided(false, waits, None, Some(&back)), skipped(reason::CHANGED));
        assert_eq!(decided(false, waits, None, None), skipped(reason::PERSON_GONE));
        assert_eq!(decided(false, waits, Some("consent_lost"), Some(&held(1))), skipped("consent_lost"));
    }

    #[test]
    fn what_was_intended_is_read_until_nobody_can_be_writing_it_any_more() {
        let (early, late) = (SignedDuration::from_secs(30), SETTLED);
        assert!(WRITE_WITHIN < SETTLED);
        assert_eq!(
            decided(false, &intended(early, 1), None, Some(&held(1))),
            Next::Wait(SETTLED - SignedDuration::from_secs(30))
        );
        assert_eq!(decided(false, &intended(late, 1), None, Some(&held(1))), Next::Write);
        assert_eq!(decided(false, &intended(early, 1), None, Some(&GONE)), Next::Over(ItemState::Done, None));
        assert_eq!(
            decided(false, &intended(late, MOST_WRITES), None, Some(&held(1))),
            Next::Over(ItemState::Pending, Some(reason::NO_ANSWER))
        );
        // Given back by somebody, as it was: Microsoft has dated it anew.
        assert_eq!(
            decided(false, &intended(late, 1), None, Some(&held(2))),
            Next::Over(ItemState::Failed, Some(reason::CHANGED_BY_OTHERS))
        );
        assert_eq!(
            decided(false, &intended(late, 1), Some("consent_lost"), Some(&held(1))),
            Next::Over(ItemState::Skipped, Some("consent_lost"))
        );
    }

    #[test]
    fn who_is_in_a_group_again_without_its_licence_is_not_as_before() {
        let group = model::GroupId::literal("00000000-0000-4000-8000-0000000000a1");
        let row = |error: Option<&str>| {
            let mut held = held(1).licences.remove(0);
            (held.group, held.error) = (Some(group), error.map(str::to_owned));
            held
        };
        let shown = |error| State { licences: vec![row(error)], groups: [group].into(), ..State::default() };
        let step = |before: State| {
            let item = FixItem {
                number: 1,
                person: Some(PersonId::literal("00000000-0000-4000-8000-000000000001")),
                name: "Anna".into(),
                change: Change::LeaveGroup { group },
                before,
                monthly: None,
                attempt: Attempt::WAITING,
                undo: None,
            };
            Step::of(&item, true).unwrap()
        };
        let without = (ItemState::Failed, Some(reason::GROUP_GAVE_NONE));
        assert_eq!(step(shown(None)).made(&shown(None)), (ItemState::Done, None));
        assert_eq!(step(shown(None)).made(&shown(Some("CountViolation"))), without);
        // It was so before.
        assert_eq!(step(shown(Some("Other"))).made(&shown(Some("Other"))), (ItemState::Done, None));
        let late = &intended(SETTLED, 1);
        let decided = |attempt, now_is: &State| decide(&step(shown(None)), attempt, true, None, Some(now_is), NOW);
        assert_eq!(decided(late, &shown(Some("CountViolation"))), Next::Over(without.0, without.1));
        assert_eq!(decided(&Attempt::WAITING, &shown(Some("CountViolation"))), Next::Over(without.0, without.1));
        assert_eq!(decided(late, &shown(None)), Next::Over(ItemState::Done, None));
    }

    #[test]
    fn what_microsoft_accepted_may_show_for_an_hour() {
        let minutes = SignedDuration::from_mins;
        let ended = |ago| Attempt { state: ItemState::Pending, ended_at: Some(NOW - ago), ..Attempt::WAITING };
        assert!(may_yet_show(&ended(minutes(59)), NOW) && !may_yet_show(&ended(minutes(60)), NOW));
        assert!(!may_yet_show(&Attempt { state: ItemState::Done, ..ended(minutes(1)) }, NOW));
    }

    #[test]
    fn what_microsoft_accepted_is_not_written_again_within_that_hour() {
        let again = |ago: SignedDuration| Attempt {
            reason: Some(reason::NOT_SHOWN_YET.into()),
            ended_at: Some(NOW - ago),
            ..intended(SHOWN_WITHIN, 1)
        };
        let (early, late) = (again(SignedDuration::from_mins(59)), again(SHOWN_WITHIN));
        let pending = Next::Over(ItemState::Pending, Some(reason::NOT_SHOWN_YET));
        for undo in [false, true] {
            let (before, after) = if undo { (GONE, held(1)) } else { (held(1), GONE) };
            assert_eq!(decided(undo, &early, None, Some(&before)), pending);
            assert_eq!(decided(undo, &early, Some("consent_lost"), Some(&before)), pending);
            assert_eq!(decided(undo, &early, None, Some(&after)), Next::Over(ItemState::Done, None));
            assert_eq!(decided(undo, &late, None, Some(&before)), Next::Write);
        }
        // Somebody came back meanwhile.
        let back = State { enabled: Some(true), ..held(1) };
        assert_eq!(decided(false, &late, None, Some(&back)), Next::Over(ItemState::Skipped, Some(reason::CHANGED)));
        // Never written, it was not accepted.
        let unwritten = Attempt { writes: 0, intended_at: None, ..early };
        assert_eq!(decided(true, &unwritten, None, Some(&GONE)), Next::Write);
    }

    #[test]
    fn an_undo_puts_back_what_the_fix_left_and_nothing_else() {
        let waits = &Attempt::WAITING;
        assert_eq!(decided(true, waits, None, Some(&GONE)), Next::Write);
        assert_eq!(
            decided(true, waits, None, Some(&held(9))),
            Next::Over(ItemState::Skipped, Some(reason::ALREADY_SO))
        );
        let mut other = held(9);
        other.licences[0].disabled_plans = vec![model::PlanId::literal("efb87545-963c-4e0d-99df-69c6916d9eb0")];
        let theirs = Next::Over(ItemState::Failed, Some(reason::CHANGED_BY_OTHERS));
        assert_eq!(decided(true, waits, None, Some(&other)), theirs);
        assert_eq!(decided(true, waits, None, None), Next::Over(ItemState::Failed, Some(reason::PERSON_GONE)));
        // Others than those it touches are not its business: somebody may have signed in again since.
        let enabled = State { enabled: Some(true), ..GONE };
        assert_eq!(decided(true, waits, None, Some(&enabled)), Next::Write);
    }
}
