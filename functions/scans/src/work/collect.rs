//! What a scan reads of Microsoft: people page by page, then the sources it can do without.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use checks::{
    Term, Wanted, asks_purpose,
    catalogue::l22_monthly_term::{is_monthly, renews_soon},
    facts::{DeletedPerson, Load, MailboxPurpose, Missing, Sku, Subscription},
    footprint::OrphanedDrives,
};
use graph::{Activity, BatchRequest, PageLink, Report, ReportPeriod};
use jiff::{SignedDuration, Span, civil::Date};
use model::{PersonId, SkuId};
use store::{Phase, Resume, SeatLedger, SeatsOfDay, Snapshot, Stage};

use super::{Stop, Work, each_row, keep::Before};
use crate::people::{self, Row};

/// Pauses after which a scan goes on without a source it can do without.
const PATIENCE: u32 = 3;
/// Bytes of a stored part; an item holds 400 KB.
const PART: usize = 350_000;
/// How long pages of a scan are kept.
const STAGED_FOR: SignedDuration = SignedDuration::from_hours(48);
/// Days after which Microsoft puts the OneDrive of somebody without a licence into a paid archive.
const DRIVE_ARCHIVED_AFTER: i32 = 90;
/// How far back our snapshots are read: a year, and the day before it.
const HISTORY_DAYS: i32 = 366;
/// The permission by which Microsoft says what a mailbox is for. It opens everybody's mailbox settings, so a company may
/// leave it out.
const READS_MAILBOX_SETTINGS: &str = "MailboxSettings.Read";

/// Everything read of people: packed pages, and what of their sources is missing.
pub(super) struct People {
    pub pages: Vec<Vec<u8>>,
    /// Who was read: Graph may give a person again on a later page, and each counts once.
    pub seen: HashSet<PersonId>,
    pub sign_ins: Result<(), Missing>,
}

/// What a scan can do without, each source by itself.
pub(super) struct Around {
    /// People with a privileged role.
    pub administrators: Result<BTreeSet<PersonId>, Missing>,
    /// People deleted within the last 30 days.
    pub deleted: Result<Vec<DeletedPerson>, Missing>,
    /// The usage reports.
    pub activity: Activity,
    /// OneDrives whose owner has no licence.
    pub orphaned_drives: Result<OrphanedDrives, Missing>,
    /// What mailboxes are for, where known.
    pub purposes: HashMap<PersonId, MailboxPurpose>,
}

impl Work<'_> {
    /// Reads people page by page. Where there is a next page the place is stored, so that a crash reads at most one
    /// page again.
    pub(super) async fn people(&mut self, directory: &graph::Directory, before: &Before) -> Result<People, Stop> {
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
                .map(|mut person| {
                    person.purpose = before.shared.get(&person.id).copied();
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

    /// Reads what a scan can do without: two small calls, the reports, and what mailboxes are for.
    pub(super) async fn around(
        &self,
        directory: &graph::Directory,
        skus: &[Sku],
        people: &People,
    ) -> Result<Around, Stop> {
        let roles = self.optional(directory.role_assignments().await)?;
        let deleted = self.optional(directory.deleted_users().await)?;
        let mut activity = self.reports(directory, Wanted::by(skus)).await?;
        each_row(&people.pages, |row| {
            if !row.person.licenses.is_empty() {
                activity.licensed(&row.person.upn);
            }
        })?;
        Ok(Around {
            administrators: roles.map(graph::facts::administrators),
            deleted: deleted.map(|deleted| deleted.into_iter().filter_map(graph::facts::deleted).collect()),
            orphaned_drives: activity.orphaned_drives(DRIVE_ARCHIVED_AFTER),
            purposes: self.purposes(directory, people, &activity).await?,
            activity,
        })
    }

    /// Reads the reports that are worth it.
    async fn reports(&self, directory: &graph::Directory, wanted: Wanted) -> Result<Activity, Stop> {
        // Concealed names cannot be joined to people: reading the reports would say nothing.
        match self.optional(directory.report_settings().await)? {
            Ok(settings) if settings.display_concealed_names == Some(true) => return Ok(Activity::concealed()),
            // Not knowing the setting is no reason not to look: hashed names are recognised.
            Ok(_) | Err(_) => {}
        }
        let mut all = Activity::default();
        for (report, period, worth_it) in [
            (Report::ActiveUsers, ReportPeriod::D180, true),
            (Report::Apps, ReportPeriod::D180, true),
            (Report::Mailboxes, ReportPeriod::D180, wanted.mailboxes),
            (Report::OneDrive, ReportPeriod::D180, wanted.drives),
            (Report::Activations, ReportPeriod::D180, wanted.activations),
            (Report::Teams, ReportPeriod::D90, wanted.teams),
            (Report::Copilot, ReportPeriod::D30, wanted.copilot),
        ] {
            if worth_it {
                match self.optional(directory.activity(report, period).await)? {
                    Ok(activity) => all.merge(activity),
                    Err(why) => all.failed(report, why),
                }
            }
        }
        Ok(all)
    }

    /// What mailboxes are for: as the mailbox report says and, of those nobody seems to work with, as Microsoft says
    /// when asked, twenty a call. It is asked only where the company allows it.
    async fn purposes(
        &self,
        directory: &graph::Directory,
        people: &People,
        activity: &Activity,
    ) -> Result<HashMap<PersonId, MailboxPurpose>, Stop> {
        let granted = self.optional(directory.granted_permissions().await)?.unwrap_or_default();
        let may_ask = granted.iter().any(|permission| permission == READS_MAILBOX_SETTINGS);
        let (today, mut known, mut asked) = (self.deps.kernel.clock.today(), HashMap::new(), Vec::new());
        each_row(&people.pages, |row| {
            let footprint = activity.footprint(&row.person.upn);
            let reported = footprint.mailbox.ok().and_then(|mailbox| mailbox.purpose);
            // While the report does not say it, what was found before holds.
            if let Some(purpose) = reported.or(row.person.purpose) {
                known.insert(row.person.id, purpose);
            }
            if may_ask && asks_purpose(&row.person, &footprint, today) {
                asked.push(row.person.id);
            }
        })?;
        let requests: Vec<_> = asked.iter().copied().map(BatchRequest::mailbox_purpose).collect();
        let answers = self.optional(directory.batch(&requests).await)?.unwrap_or_default();
        for (person, answer) in asked.into_iter().zip(answers) {
            // Who has no mailbox, or one that does not answer, stays as the report has it.
            let settings = answer.ok().and_then(|body| serde_json::from_value(body).ok());
            if let Some(purpose) = settings.as_ref().and_then(graph::facts::purpose) {
                known.insert(person, purpose);
            }
        }
        Ok(known)
    }

    /// What our own snapshots say of the past year: read only where something may be on a monthly term, which is what
    /// they are for: by the dates of a subscription, by what the company says, or because a renewal was seen before one
    /// that is near.
    pub(super) async fn loads(
        &self,
        subscriptions: &[Subscription],
        term: impl Fn(SkuId) -> Option<Term>,
    ) -> Result<BTreeMap<SkuId, Load>, Stop> {
        let mut loads: BTreeMap<SkuId, Load> = BTreeMap::new();
        let today = self.deps.kernel.clock.today();
        let renewed = self.renewed(subscriptions).await?;
        let monthly = |one: &Subscription| {
            is_monthly(one) || term(one.sku) == Some(Term::Monthly) || renewed.contains_key(&one.sku)
        };
        if !subscriptions.iter().any(monthly) {
            return Ok(loads);
        }
        let from = today.saturating_sub(Span::new().days(HISTORY_DAYS));
        let mut days: Vec<Snapshot> = self.tenant.all::<Snapshot>().await?.into_iter().map(|day| day.value).collect();
        days.retain(|snapshot| snapshot.day >= from);
        for Snapshot { day, seats, .. } in &days {
            for SeatsOfDay { sku, consumed, .. } in seats {
                let renewed = renewed.get(sku).copied();
                let load = loads.entry(*sku).or_insert(Load { since: *day, days: 0, least: *consumed, renewed });
                load.since = load.since.min(*day);
            }
        }
        for (sku, load) in &mut loads {
            let since = load.since;
            for Snapshot { seats, .. } in days.iter().filter(|snapshot| snapshot.day >= since) {
                // No scan ends without having read what was bought: on a day that leaves it out it was gone.
                let used = seats.iter().find(|seats| seats.sku == *sku).map_or(0, |seats| seats.consumed);
                (load.days, load.least) = (load.days + 1, load.least.min(used));
            }
        }
        Ok(loads)
    }

    /// The last renewal seen to pass of each licence type that renews again within a month or so. The ledger of seats
    /// keeps it; it is read only of these.
    async fn renewed(&self, subscriptions: &[Subscription]) -> Result<BTreeMap<SkuId, Date>, Stop> {
        let today = self.deps.kernel.clock.today();
        let skus: BTreeSet<SkuId> = subscriptions.iter().map(|one| one.sku).collect();
        let soon = skus.into_iter().filter_map(|sku| Some((sku, renews_soon(subscriptions, sku, today)?)));
        let soon: Vec<(SkuId, Date)> = soon.collect();
        let mut renewed = BTreeMap::new();
        for (sku, next) in soon {
            let ledger = self.tenant.get::<SeatLedger>(&sku).await?.map(|ledger| ledger.value);
            renewed.extend(ledger.and_then(|ledger| ledger.renewed_before(next)).map(|day| (sku, day)));
        }
        Ok(renewed)
    }
}
