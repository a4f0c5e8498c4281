//! One scan, from seats to result. Money first: what was bought, then who has it, then the slow reports.

mod collect;
mod keep;
mod progress;

use std::collections::BTreeMap;

use checks::{
    Basis, Directory as Bought, Evaluation, Sources,
    facts::{Missing, Sku, Subscription, Usage},
};
use jiff::{SignedDuration, Timestamp};
use model::Event;
use runtime::{Deadline, Failure};
use store::{Commit, Company, Connection, ConnectionState, Phase, Scan, ScanState, Schedule, Tenant, Versioned};

use self::collect::Around;
use crate::{
    Scans,
    people::{self, Row},
};

/// How an invocation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With a result.
    Finished,
    /// Place stored; an event goes on.
    Paused,
    /// Without a result, for a reason that is told.
    Failed,
}

/// Time kept for storing the place or the result.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);
/// A scan paused so often does not end by going on.
const MOST_PAUSES: u32 = 60;

/// What stops a scan.
enum Stop {
    /// Microsoft, for a reason that is told.
    Microsoft(graph::Error),
    /// Us.
    Ours(Failure),
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Ours(error.into())
    }
}

/// A scan at work.
pub struct Work<'a> {
    deps: &'a Scans,
    tenant: Tenant<'a>,
    scan: Versioned<Scan>,
    deadline: Deadline,
    started: Timestamp,
    wrote_at: Option<Timestamp>,
    first: bool,
    calls_before: BTreeMap<String, u32>,
}

impl<'a> Work<'a> {
    /// Work on a scan, until the deadline.
    pub fn new(deps: &'a Scans, tenant: Tenant<'a>, scan: Versioned<Scan>, deadline: Deadline) -> Self {
        let (started, calls_before) = (deps.kernel.clock.now(), scan.value.calls.clone());
        Self { deps, tenant, scan, deadline, started, wrote_at: None, first: false, calls_before }
    }

    /// Runs it.
    ///
    /// # Errors
    /// When the table does not answer or somebody else has taken the scan over: the bus delivers again.
    pub async fn run(mut self) -> Result<Ended, Failure> {
        let Some(connection) = self.tenant.get_strong::<Connection>(&()).await? else {
            return self.fail("not_connected").await;
        };
        if connection.value.state != ConnectionState::Connected {
            return self.fail("not_connected").await;
        }
        let until = Deadline(self.deadline.0.checked_sub(MARGIN).unwrap_or(self.deadline.0));
        let clock = &self.deps.kernel.clock;
        if let Some(at) = self.scan.value.go_on_at.take() {
            let (wait, left) = (at.duration_since(clock.now()), until.left(clock));
            if wait.is_positive() {
                clock.sleep(wait.min(left)).await;
            }
            if wait > left {
                return self.pause(wait - left).await;
            }
        }
        let directory = self.deps.reader.directory(connection.value.directory).for_scan(graph::Deadline(until.0));
        let outcome = self.read(&directory, &connection.value).await;
        self.count_calls(&directory);
        match outcome {
            Ok(()) => Ok(Ended::Finished),
            Err(Stop::Ours(error)) => Err(error),
            Err(Stop::Microsoft(error)) => self.stopped(error, connection).await,
        }
    }

    fn count_calls(&mut self, directory: &graph::Directory) {
        let mut calls = self.calls_before.clone();
        for call in directory.calls() {
            *calls.entry(call.code.into()).or_default() += call.count;
        }
        self.scan.value.graph_calls = calls.values().sum();
        self.scan.value.calls = calls;
    }

    async fn stopped(mut self, error: graph::Error, connection: Versioned<Connection>) -> Result<Ended, Failure> {
        tracing::warn!(scan = %self.scan.value.scan, %error, "scan stopped");
        if let graph::Error::ConsentLost { code } = &error {
            return self.consent_lost(code.clone(), connection).await;
        }
        if matches!(error, graph::Error::PageExpired(_)) && self.scan.value.resume.is_some() {
            // The place is no longer good: begin again, this once by the same way as a pause.
            self.scan.value.resume = None;
            return self.pause(SignedDuration::ZERO).await;
        }
        if let Some(wait) = error.pause() {
            return self.pause(wait).await;
        }
        self.fail(error.reason()).await
    }

    /// Reads everything, in the order of what it is worth, and keeps the result.
    async fn read(&mut self, directory: &graph::Directory, connection: &Connection) -> Result<(), Stop> {
        let company = self.tenant.get::<Company>(&()).await?.ok_or("a scan of no company")?.value;
        self.first = self.tenant.overview().await?.summary.is_none();
        let terms = self.tenant.terms().await?;
        let settings = terms.settings.value.settings.clone();
        let now = self.deps.kernel.clock.now();

        // Seats: two calls, and there is a first number.
        let skus: Vec<Sku> =
            graph_ok(directory.subscribed_skus().await)?.into_iter().filter_map(graph::facts::sku).collect();
        // Not optional: without them a trial's seats look like seats that are paid for.
        let subscriptions: Vec<Subscription> =
            graph_ok(directory.subscriptions().await)?.into_iter().filter_map(graph::facts::subscription).collect();
        self.scan.value.progress.licence_types = u32::try_from(skus.len()).unwrap_or(u32::MAX);
        let bought = Bought::bought(skus, Ok(subscriptions));
        let evaluation_of = |bought: Bought| {
            let prices = terms.price_list(company.currency);
            Evaluation::with_exceptions(bought, settings.clone(), prices, terms.exceptions(), now)
        };
        let blank = evaluation_of(bought.clone());
        // Whoever asked for it looks on; the schedule does not.
        let looked_at = self.first || !self.scan.value.scheduled;
        self.progress(Phase::Seats, &blank, looked_at).await?;

        // People: who has what.
        let before = self.before().await?;
        let read = self.people(directory, &before).await?;
        let mut provisional = blank;
        each_row(&read.pages, |row| {
            provisional.person(&row.person, &Usage::Unavailable(Missing::Error), row.disabled_since)
        })?;
        self.scan.value.progress.people = u32::try_from(read.seen.len()).unwrap_or(u32::MAX);
        self.progress(Phase::People, &provisional, self.first).await?;
        drop(provisional);

        // The rest is slow, and without it people are judged by their sign-ins alone.
        let around = self.around(directory, &bought.skus, &read).await?;
        self.progress_without_number(Phase::Usage, self.first).await?;

        let Around { administrators, deleted, activity, orphaned_drives, purposes } = around;
        let prices = terms.price_list(company.currency);
        let subscriptions = bought.subscriptions.as_deref().unwrap_or_default();
        let loads = self.loads(subscriptions, |sku| prices.term(sku)).await?;
        let bought = Bought { administrators, deleted, orphaned_drives, loads, ..bought };
        let mut evaluation = evaluation_of(bought.clone());
        each_row(&read.pages, |mut row| {
            row.person.purpose = purposes.get(&row.person.id).copied();
            let (usage, footprint) = (activity.usage(&row.person.upn), activity.footprint(&row.person.upn));
            evaluation.person_with(&row.person, &usage, &footprint, row.disabled_since);
        })?;
        let reports = match (activity.missing(), activity.refreshed()) {
            (None, Some(refreshed)) => Ok(refreshed),
            (why, _) => Err(why.unwrap_or(Missing::Error)),
        };
        let outcome = evaluation.finish(&Sources { reports: Some(reports), sign_ins: read.sign_ins });
        // Writing needs room as well.
        drop((evaluation, activity));
        self.count_calls(directory);
        let basis = Basis::of(bought, settings, &outcome.totals, outcome.not_evaluated.clone());
        self.keep(outcome, &basis, terms, (&read, &purposes), &before, connection).await
    }

    /// Stores the place; the event goes on after `wait`.
    async fn pause(mut self, wait: SignedDuration) -> Result<Ended, Failure> {
        self.scan.value.go_on_at = wait.is_positive().then(|| self.deps.kernel.clock.now() + wait);
        self.scan.value.pauses += 1;
        if self.scan.value.pauses > MOST_PAUSES {
            return self.fail("too_slow").await;
        }
        self.scan.value.state = ScanState::Paused;
        let event = Event::ScanPaused { scan: self.scan.value.scan, pauses: self.scan.value.pauses };
        self.tenant.commit(Commit::new().replace(&self.scan).event(event)?).await?;
        Ok(Ended::Paused)
    }

    async fn fail(mut self, reason: &str) -> Result<Ended, Failure> {
        self.failed(reason);
        let event = Event::ScanFailed { scan: self.scan.value.scan, reason: reason.into() };
        self.tenant.commit(Commit::new().replace(&self.scan).event(event)?).await?;
        Ok(Ended::Failed)
    }

    fn failed(&mut self, reason: &str) {
        let scan = &mut self.scan.value;
        scan.state = ScanState::Failed;
        scan.failure = Some(reason.into());
        scan.ended_at = Some(self.deps.kernel.clock.now());
        scan.resume = None;
    }

    /// Consent was withdrawn: the scan ends, the connection says why, the schedule stops. All at once.
    async fn consent_lost(mut self, code: String, connection: Versioned<Connection>) -> Result<Ended, Failure> {
        self.failed("consent_lost");
        let directory = connection.value.directory;
        let lost = Versioned {
            value: Connection {
                state: ConnectionState::ConsentLost,
                reason: Some(code.clone()),
                since: self.deps.kernel.clock.now(),
                ..connection.value
            },
            version: connection.version,
        };
        let schedule = self.tenant.get_strong::<Schedule>(&()).await?.ok_or("a company without schedule")?;
        let off = Versioned { value: Schedule { on: false, ..schedule.value }, version: schedule.version };
        let change = Commit::new()
            .replace(&self.scan)
            .replace(&lost)
            .replace(&off)
            .event(Event::ConnectionLost { directory, reason: code })?;
        self.tenant.commit(change).await?;
        Ok(Ended::Failed)
    }
}

fn each_row(pages: &[Vec<u8>], mut each: impl FnMut(Row)) -> Result<(), people::BadRows> {
    pages.iter().try_for_each(|page| people::unpack(page, &mut each))
}

fn graph_ok<T>(answer: Result<T, graph::Error>) -> Result<T, Stop> {
    answer.map_err(Stop::Microsoft)
}
