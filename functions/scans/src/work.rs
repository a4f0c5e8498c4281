//! One scan, from seats to result. Money first: what was bought, then who has it, then the slow reports.

use std::collections::{BTreeMap, HashMap, HashSet};

use aws_lc_rs::digest::{self, SHA256, digest};
use checks::{
    Directory as Bought, Evaluation, Finding, Outcome, PriceList, Settings, Sources,
    facts::{Missing, Sku, Subscription, Usage},
    outcome::Affected,
};
use flate2::{Compression, write::DeflateEncoder};
use graph::{Activity, PageLink, Report, ReportPeriod};
use jiff::{SignedDuration, Timestamp, civil::Date};
use model::{DirectoryId, Event, FindingId, PersonId};
use runtime::{Deadline, Failure};
use store::{
    AffectedPart, Bucket, Commit, Company, Connection, ConnectionState, Licenses, Phase, Resume, Scan, ScanState,
    Schedule, Stage, StoredFinding, Summary, Tenant, TopAction, Versioned,
};

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
/// Pauses after which a scan goes on without a source it can do without.
const PATIENCE: u32 = 3;
/// Progress of a scan that is not the first is written at most so often.
const EVERY: SignedDuration = SignedDuration::from_secs(5);
/// Bytes of a stored part; an item holds 400 KB.
const PART: usize = 350_000;
/// People of a page of a finding.
const AFFECTED_PER_PART: usize = 100;
/// How long pages of a scan are kept.
const STAGED_FOR: SignedDuration = SignedDuration::from_hours(48);
/// Things to do on the first screen.
const TOP: usize = 3;

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

/// Everything read of people: packed pages, and what of their sources is missing.
struct People {
    pages: Vec<Vec<u8>>,
    /// Who was read: Graph may give a person again on a later page, and each counts once.
    seen: HashSet<PersonId>,
    sign_ins: Result<(), Missing>,
}

/// What the tenant knew before this scan.
struct Before {
    buckets: Vec<Versioned<Bucket>>,
    disabled_since: HashMap<PersonId, Date>,
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
        let overview = self.tenant.overview().await?;
        self.first = overview.summary.is_none();
        let settings = Settings { currency: company.currency, ..Settings::default() };
        let prices = PriceList::built_in(company.currency);
        let now = self.deps.kernel.clock.now();

        // Seats: two calls, and there is a first number.
        let skus: Vec<Sku> =
            graph_ok(directory.subscribed_skus().await)?.into_iter().filter_map(graph::facts::sku).collect();
        // Not optional: without them a trial's seats look like seats that are paid for.
        let subscriptions: Vec<Subscription> =
            graph_ok(directory.subscriptions().await)?.into_iter().filter_map(graph::facts::subscription).collect();
        let bought = Bought { skus: skus.clone(), subscriptions: Ok(subscriptions.clone()) };
        let blank = Evaluation::new(bought, settings, prices, now);
        self.scan.value.progress.licence_types = u32::try_from(skus.len()).unwrap_or(u32::MAX);
        self.progress(Phase::Seats, &blank, true).await?;

        // People: who has what.
        let before = self.before().await?;
        let read = self.people(directory, &before).await?;
        let mut provisional = blank.clone();
        each_row(&read.pages, |row| {
            provisional.person(&row.person, &Usage::Unavailable(Missing::Error), row.disabled_since)
        })?;
        self.scan.value.progress.people = u32::try_from(read.seen.len()).unwrap_or(u32::MAX);
        self.progress(Phase::People, &provisional, self.first).await?;
        drop(provisional);

        // Usage: slow, and without it people are judged by their sign-ins alone.
        let usage = self.usage(directory).await?;
        self.progress_without_number(Phase::Usage, self.first).await?;

        let mut evaluation = blank;
        each_row(&read.pages, |row| evaluation.person(&row.person, &usage.usage(&row.person.upn), row.disabled_since))?;
        let reports = match (usage.missing(), usage.refreshed()) {
            (None, Some(refreshed)) => Ok(refreshed),
            (why, _) => Err(why.unwrap_or(Missing::Error)),
        };
        let outcome = evaluation.finish(&Sources { reports: Some(reports), sign_ins: read.sign_ins });
        // Writing needs room as well.
        drop((evaluation, usage));
        self.count_calls(directory);
        self.keep(outcome, &read, &before, &(skus, subscriptions), connection, overview.summary).await?;
        Ok(())
    }

    async fn before(&self) -> Result<Before, Stop> {
        let buckets = self.tenant.all::<Bucket>().await?;
        let mut disabled_since = HashMap::new();
        for bucket in &buckets {
            people::unpack(&bucket.value.rows, |row| {
                if let Some(since) = row.disabled_since {
                    disabled_since.insert(row.person.id, since);
                }
            })?;
        }
        Ok(Before { buckets, disabled_since })
    }

    /// Reads people page by page. Where there is a next page the place is stored, so that a crash reads at most one
    /// page again.
    async fn people(&mut self, directory: &graph::Directory, before: &Before) -> Result<People, Stop> {
        let today = self.deps.kernel.clock.today();
        let mut read = People { pages: Vec::new(), seen: HashSet::new(), sign_ins: Ok(()) };
        let mut link: Option<PageLink> = None;
        if let Some(resume) = self.scan.value.resume.clone() {
            read.sign_ins = resume.sign_in_missing.map_or(Ok(()), Err);
            read.pages = self.staged(resume.pages).await?;
            each_row(&read.pages, |row| _ = read.seen.insert(row.person.id))?;
            link = Some(self.open_link(&resume.next)?);
        }
        loop {
            let with_sign_in = read.sign_ins.is_ok();
            let page = match directory.users_page(link.as_ref(), with_sign_in).await {
                Ok(page) => page,
                // Without Entra ID P1, or without the permission, the call fails as a whole: again without the dates.
                Err(error @ (graph::Error::LicenceMissing(_) | graph::Error::PermissionMissing(_)))
                    if with_sign_in && link.is_none() =>
                {
                    read.sign_ins = Err(error.missing());
                    continue;
                }
                Err(error) => return Err(Stop::Microsoft(error)),
            };
            let rows: Vec<Row> = page
                .items
                .into_iter()
                .filter_map(|user| graph::facts::person(user, with_sign_in))
                .filter(|person| read.seen.insert(person.id))
                .map(|person| {
                    let blocked = person.enabled == Some(false);
                    let since = before.disabled_since.get(&person.id).copied().unwrap_or(today);
                    Row { disabled_since: blocked.then_some(since), person }
                })
                .collect();
            read.pages.push(people::pack(&rows)?);
            drop(rows);
            self.scan.value.progress.people = u32::try_from(read.seen.len()).unwrap_or(u32::MAX);
            let Some(next) = page.next else { return Ok(read) };
            self.stage(&read, &next).await?;
            link = Some(next);
        }
    }

    fn link_purpose(&self) -> String {
        format!("page-link:{}", self.scan.value.scan)
    }

    fn open_link(&self, sealed: &store::Sealed) -> Result<PageLink, Stop> {
        let plain = self.deps.kernel.store.sealer().open(&self.link_purpose(), sealed);
        Ok(postcard::from_bytes(&plain.ok_or("a stored page link does not open")?)?)
    }

    /// Stores the newest page and the place behind it.
    async fn stage(&mut self, read: &People, next: &PageLink) -> Result<(), Stop> {
        let page = u32::try_from(read.pages.len()).unwrap_or(u32::MAX);
        let packed = read.pages.last().map(Vec::as_slice).unwrap_or_default();
        let until = self.deps.kernel.clock.now() + STAGED_FOR;
        for (part, rows) in (0u16..).zip(packed.chunks(PART)) {
            self.tenant.save(&Stage { scan: self.scan.value.scan, page, part, rows: rows.to_vec(), until }).await?;
        }
        let link = postcard::to_allocvec(next)?;
        let next = self.deps.kernel.store.sealer().seal(&self.link_purpose(), &link);
        self.scan.value.resume = Some(Resume { pages: page, next, sign_in_missing: read.sign_ins.err() });
        self.scan.value.progress.phase = Phase::People;
        self.write().await
    }

    async fn staged(&self, pages: u32) -> Result<Vec<Vec<u8>>, Stop> {
        let mut read = vec![Vec::new(); pages as usize];
        for stage in self.tenant.all_under::<Stage>(&format!("{}#", self.scan.value.scan)).await? {
            let stage = stage.value;
            // A page whose place was never stored is read again.
            if let Some(page) = stage.page.checked_sub(1).and_then(|page| read.get_mut(page as usize)) {
                page.extend_from_slice(&stage.rows);
            }
        }
        Ok(read)
    }

    /// A source the scan can do without: a refusal is what its checks say, everything else stops the scan or pauses it.
    /// What Microsoft puts off again and again counts as refused.
    fn optional<T>(&self, answer: Result<T, graph::Error>) -> Result<Result<T, Missing>, Stop> {
        let error = match answer {
            Ok(value) => return Ok(Ok(value)),
            Err(error) => error,
        };
        let patient = !matches!(error, graph::Error::Throttled { .. }) || self.scan.value.pauses < PATIENCE;
        if matches!(error, graph::Error::ConsentLost { .. }) || (error.pause().is_some() && patient) {
            return Err(Stop::Microsoft(error));
        }
        tracing::warn!(%error, "a source is missing");
        Ok(Err(error.missing()))
    }

    async fn usage(&self, directory: &graph::Directory) -> Result<Activity, Stop> {
        let mut usage = Activity::default();
        // Concealed names cannot be joined to people: reading the reports would say nothing.
        match self.optional(directory.report_settings().await)? {
            Ok(settings) if settings.display_concealed_names == Some(true) => {
                usage.failed(Report::ActiveUsers, Missing::NamesConcealed);
                return Ok(usage);
            }
            // Not knowing the setting is no reason not to look: hashed names are recognised.
            Ok(_) | Err(_) => {}
        }
        for report in [Report::ActiveUsers, Report::Apps] {
            match self.optional(directory.activity(report, ReportPeriod::D180).await)? {
                Ok(activity) => usage.merge(activity),
                Err(why) => usage.failed(report, why),
            }
        }
        Ok(usage)
    }

    /// Tells how far the scan is and what it found so far.
    async fn progress(&mut self, phase: Phase, evaluation: &Evaluation, write: bool) -> Result<(), Stop> {
        let sources = Sources::pending();
        let so_far = evaluation.finish(&sources).totals.monthly;
        let progress = &mut self.scan.value.progress;
        progress.monthly = Some(so_far);
        progress.first_number_at = progress.first_number_at.or(Some(self.deps.kernel.clock.now()));
        self.progress_without_number(phase, write).await
    }

    async fn progress_without_number(&mut self, phase: Phase, write: bool) -> Result<(), Stop> {
        self.scan.value.progress.phase = phase;
        let now = self.deps.kernel.clock.now();
        let long_ago = now.duration_since(self.wrote_at.unwrap_or(self.started)) >= EVERY;
        if write || long_ago { self.write().await } else { Ok(()) }
    }

    /// Writes the scan on its version: whoever was overtaken stops here.
    async fn write(&mut self) -> Result<(), Stop> {
        self.scan.value.state = ScanState::Running;
        self.scan = self.tenant.checkpoint(&self.scan).await?;
        self.wrote_at = Some(self.deps.kernel.clock.now());
        Ok(())
    }

    /// Keeps the result: what changed, then scan, summary and event together.
    async fn keep(
        &mut self,
        mut outcome: Outcome,
        read: &People,
        before: &Before,
        bought: &(Vec<Sku>, Vec<Subscription>),
        connection: &Connection,
        old_summary: Option<Versioned<Summary>>,
    ) -> Result<(), Stop> {
        let now = self.deps.kernel.clock.now();
        self.keep_people(read, before).await?;
        self.keep_licenses(bought).await?;
        let top = self.keep_findings(&mut outcome, connection.directory, now).await?;

        let findings = u32::try_from(outcome.findings.len()).unwrap_or(u32::MAX);
        let (certain, likely) = (outcome.totals.certain_monthly, outcome.totals.likely_monthly);
        let summary = Summary {
            changed_at: now,
            directory: connection.name.chars().take(200).collect(),
            totals: outcome.totals,
            top,
            findings,
            not_evaluated: outcome.not_evaluated,
        };
        let same =
            old_summary.is_some_and(|old| Summary { changed_at: old.value.changed_at, ..summary.clone() } == old.value);
        let scan = &mut self.scan.value;
        scan.state = ScanState::Finished;
        scan.progress.phase = Phase::Done;
        scan.progress.monthly = Some(summary.totals.monthly);
        scan.ended_at = Some(now);
        scan.findings = Some(findings);
        // Staged pages go by their ttl: deleting them would cost a write each.
        scan.resume = None;
        let mut change = Commit::new().replace(&self.scan);
        if !same {
            change = change.overwrite(&summary);
        }
        let event = Event::ScanFinished {
            scan: self.scan.value.scan,
            findings,
            certain_minor: certain.amount_minor,
            likely_minor: likely.amount_minor,
        };
        self.tenant.commit(change.event(event)?).await?;
        Ok(())
    }

    async fn keep_people(&self, read: &People, before: &Before) -> Result<(), Stop> {
        let buckets = people::buckets(&read.pages, read.seen.len())?;
        for bucket in &buckets {
            let same = before.buckets.iter().any(|old| old.value == *bucket);
            if !same {
                self.tenant.save(bucket).await?;
            }
        }
        for old in &before.buckets {
            if usize::from(old.value.number) >= buckets.len() {
                self.tenant.remove::<Bucket>(&old.value.number).await?;
            }
        }
        Ok(())
    }

    async fn keep_licenses(&self, bought: &(Vec<Sku>, Vec<Subscription>)) -> Result<(), Stop> {
        let licenses = Licenses { body: deflated(bought)? };
        let old = self.tenant.get::<Licenses>(&()).await?;
        if old.is_none_or(|old| old.value != licenses) {
            self.tenant.save(&licenses).await?;
        }
        Ok(())
    }

    /// Keeps what changed of the findings, drops what is no more, and names the three to do next.
    async fn keep_findings(
        &self,
        outcome: &mut Outcome,
        directory: DirectoryId,
        now: Timestamp,
    ) -> Result<Vec<TopAction>, Stop> {
        let mut old: HashMap<FindingId, StoredFinding> =
            self.tenant.all::<StoredFinding>().await?.into_iter().map(|f| (f.value.finding, f.value)).collect();
        let mut top = Vec::with_capacity(TOP);
        for found in &mut outcome.findings {
            let finding = finding_id(directory, found);
            let known = old.remove(&finding);
            let affected = std::mem::take(&mut found.affected);
            let people = u32::try_from(affected.len()).unwrap_or(u32::MAX);
            let stored = StoredFinding {
                finding,
                people,
                first_found: known.as_ref().map_or(now, |known| known.first_found),
                found: found.clone(),
                affected_hash: affected_hash(&affected)?,
            };
            if known.as_ref().is_none_or(|known| known.affected_hash != stored.affected_hash) {
                self.keep_affected(finding, &affected, known.as_ref().map_or(0, |known| known.people)).await?;
            }
            if known.as_ref().is_none_or(|known| undated(known) != undated(&stored)) {
                self.tenant.save(&stored).await?;
            }
            let worth_doing = found.saving.as_ref().is_some_and(|saving| saving.monthly.amount_minor > 0);
            if top.len() < TOP && (worth_doing || !found.price_missing.is_empty()) {
                top.push(TopAction {
                    finding,
                    check: found.check,
                    headline: found.headline.clone(),
                    count: if people > 0 { people } else { found.seats },
                    monthly: found.saving.as_ref().map(|saving| saving.monthly),
                    realisable_on: found.saving.as_ref().and_then(|saving| saving.realisable_on),
                });
            }
        }
        for gone in old.into_values() {
            self.drop_affected(gone.finding, 0, gone.people).await?;
            self.tenant.remove::<StoredFinding>(&gone.finding).await?;
        }
        Ok(top)
    }

    async fn keep_affected(&self, finding: FindingId, affected: &[Affected], people_before: u32) -> Result<(), Stop> {
        for (part, people) in (0u16..).zip(affected.chunks(AFFECTED_PER_PART)) {
            self.tenant.save(&AffectedPart { finding, part, people: deflated(&people)? }).await?;
        }
        let kept = affected.len().div_ceil(AFFECTED_PER_PART);
        self.drop_affected(finding, kept, people_before).await
    }

    async fn drop_affected(&self, finding: FindingId, from: usize, people: u32) -> Result<(), Stop> {
        for part in from..(people as usize).div_ceil(AFFECTED_PER_PART) {
            self.tenant.remove::<AffectedPart>(&(finding, u16::try_from(part)?)).await?;
        }
        Ok(())
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

/// The id of a finding: of directory, check and subject, so that it stays over scans.
fn finding_id(directory: DirectoryId, found: &Finding) -> FindingId {
    let name = format!("{directory}\n{}\n{}", found.check, found.subject.key());
    let hash = digest(&SHA256, name.as_bytes());
    let mut bits = [0; 16];
    bits.copy_from_slice(&hash.as_ref()[..16]);
    FindingId::from_bits(u128::from_be_bytes(bits))
}

fn each_row(pages: &[Vec<u8>], mut each: impl FnMut(Row)) -> Result<(), people::BadRows> {
    pages.iter().try_for_each(|page| people::unpack(page, &mut each))
}

fn graph_ok<T>(answer: Result<T, graph::Error>) -> Result<T, Stop> {
    answer.map_err(Stop::Microsoft)
}

fn deflated<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, Failure> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
    serde_json::to_writer(&mut encoder, value)?;
    Ok(encoder.finish()?)
}

/// A finding without the day it was looked at: that day alone is no change, or every scan would rewrite everything.
fn undated(stored: &StoredFinding) -> StoredFinding {
    let mut stored = stored.clone();
    stored.found.evidence.iter_mut().for_each(|evidence| evidence.as_of = None);
    // What a guard says follows from its id and numbers, but for the day.
    stored.found.guards.iter_mut().for_each(|guard| guard.text.clear());
    stored
}

/// Hash of a finding's people, without the days things were read; of one at a time, as they may be many.
fn affected_hash(affected: &[Affected]) -> Result<u64, Failure> {
    let mut hash = digest::Context::new(&SHA256);
    for person in affected {
        let mut person = person.clone();
        person.evidence.iter_mut().for_each(|evidence| evidence.as_of = None);
        hash.update(&serde_json::to_vec(&person)?);
    }
    let mut bits = [0; 8];
    bits.copy_from_slice(&hash.finish().as_ref()[..8]);
    Ok(u64::from_be_bytes(bits))
}
