//! One fix or its undo, part by part: read, compare, note the intent with its undo, write, read back.
//!
//! What keeps a change from being made twice, whatever dies when:
//! * nothing is written before the intent is in the table, and an intent is written for [`WRITE_WITHIN`] only;
//! * whoever finds an intent without its outcome reads until [`step::SETTLED`] has passed, when whoever wrote it has
//!   long given up, and writes again only if the directory still shows what was there before and nobody else's hand;
//! * whoever takes the lane shuts out who had it before: an outcome is kept by who holds it, or not at all;
//! * an undo does not put back what a later fix did again: that is for the later one's undo.

mod alone;
mod consent;
mod keep;
mod later;
mod step;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use graph::{Deadline as Until, Directory};
use jiff::{SignedDuration, Timestamp};
use model::{Change, PersonId, State, Tier};
use runtime::{Deadline, Failure};
use store::{
    Attempt, Company, Connection, ConnectionState, Fix, FixItem, FixPart, FixState, ItemState, Lane, Tenant, Versioned,
};

use self::{
    alone::Since,
    later::Later,
    step::{NOT_ASKED, Next, Step, decide, may_yet_show},
};
use crate::{
    Fixing, back,
    live::{About, states},
    reason,
    spared::{Spared, Why},
};

/// A write is begun and answered within this time of its intent, or given up.
const WRITE_WITHIN: SignedDuration = SignedDuration::from_secs(40);
/// Time a part takes at most: begun later, it would be cut off.
const MARGIN: SignedDuration = SignedDuration::from_secs(75);
/// Waits at the end before looking again for what did not show soon.
const LATER: [SignedDuration; 3] =
    [SignedDuration::from_secs(10), SignedDuration::from_secs(20), SignedDuration::from_secs(60)];
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
    /// What nobody looked at when it was approved; `None` where that was a moment ago. An undo puts back regardless.
    since: Option<Since>,
    /// Who came back, as far as it was looked at; `None` where it does not matter, or Microsoft does not tell.
    back: Option<BTreeSet<PersonId>>,
    /// What later fixes did again: an undo leaves that to theirs.
    later: Later,
    calls_before: BTreeMap<String, u32>,
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
        let back = (!undo && back::matters(fix.value.check, fix.value.action)).then(BTreeSet::new);
        let (stopped, spared, since, later) = (None, None, None, Later::default());
        Self { deps, tenant, lane, fix, parts, deadline, undo, stopped, spared, since, back, later, calls_before }
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
        if self.undo {
            self.later = self.done_since().await?;
        } else {
            self.look_who_is_spared().await?;
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

    /// Every part, then whatever did not show soon.
    async fn all_parts(&mut self, reader: &Directory, writer: &Directory) -> Result<(), Stop> {
        self.look_who_administers(reader).await?;
        for at in 0..self.parts.len() {
            self.part(at, reader, writer).await?;
            // With every part, so that a crash makes few reads untold, and no write: see `untold_writes`.
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
            self.look_who_is_back(at, &open, reader).await?;
            self.look_what_came_up(at, &open, reader).await?;
            // Last, so that little happens between it and the write.
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
        let is_back = |person: PersonId| self.back.as_ref().is_some_and(|back| back.contains(&person));
        let back = || item.person.is_some_and(is_back).then_some(reason::SIGNED_IN);
        let came_up = || self.since.as_ref().and_then(|since| since.item(item));
        let why = self.stopped.or_else(spared).or_else(back).or_else(came_up);
        match decide(&step, attempt, self.undo, why, now_is, now) {
            Next::Write
            | Next::Over(ItemState::Pending, _)
            | Next::Over(ItemState::Failed, Some(reason::GONE_AGAIN))
                if self.later.did(item) =>
            {
                Next::Over(ItemState::Skipped, Some(reason::DONE_AGAIN))
            }
            // As it was, but perhaps only because the change does not show yet: said to be undone, it would come then.
            Next::Over(ItemState::Done, None) | Next::Over(ItemState::Skipped, Some(reason::ALREADY_SO))
                if self.undo && attempt.writes == 0 && may_yet_show(&item.attempt, now) =>
            {
                Next::Over(ItemState::Pending, Some(reason::NOT_SHOWN_YET))
            }
            next => next,
        }
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
