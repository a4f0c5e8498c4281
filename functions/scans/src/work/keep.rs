//! What is kept of a scan: what changed of people, licences and findings; then scan, summary, the day's snapshot and
//! the event together. Where nothing changed the snapshot goes ahead of them.

use std::collections::HashMap;

use checks::{
    Basis, Outcome,
    facts::{MailboxPurpose, Sku},
    products::is_free,
    settle,
};
use jiff::{Timestamp, civil::Date};
use model::{Event, FixId, PersonId};
use store::{
    Bucket, Commit, Conflict, Connection, Kept, Licenses, Mending, Phase, ScanState, Scanned, SeatsOfDay, Snapshot,
    StoreError, Summary, Terms, Versioned,
};

use super::{Stop, Work, collect::People};
use crate::people::{self, Row};

/// Tries at keeping a result while others settle it.
const TURNS: u32 = 5;
/// Most notes of fixes that the last transaction of a scan takes away; the next one takes the rest.
const FORGOTTEN: usize = 50;

/// What the tenant knew before this scan.
pub(super) struct Before {
    pub buckets: Vec<Versioned<Bucket>>,
    pub disabled_since: HashMap<PersonId, Date>,
    /// Mailboxes that are no person's own: until they are read again, what was found of them holds.
    pub shared: HashMap<PersonId, MailboxPurpose>,
}

impl Work<'_> {
    pub(super) async fn before(&self) -> Result<Before, Stop> {
        let buckets = self.tenant.all::<Bucket>().await?;
        let (mut disabled_since, mut shared) = (HashMap::new(), HashMap::new());
        for bucket in &buckets {
            people::unpack(&bucket.value.rows, |row| {
                if let Some(since) = row.disabled_since {
                    disabled_since.insert(row.person.id, since);
                }
                if let Some(purpose) = row.person.purpose.filter(|purpose| !purpose.is_person()) {
                    shared.insert(row.person.id, purpose);
                }
            })?;
        }
        Ok(Before { buckets, disabled_since, shared })
    }

    /// Keeps the result: what changed, then scan, summary and event together. If prices or exceptions change meanwhile,
    /// by whom the findings are settled anew, it is settled and kept again by what they are now.
    pub(super) async fn keep(
        &mut self,
        mut outcome: Outcome,
        basis: &Basis,
        terms: Terms,
        read: (&People, &HashMap<PersonId, MailboxPurpose>),
        before: &Before,
        connection: &Connection,
    ) -> Result<(), Stop> {
        self.keep_people(read, before).await?;
        self.keep_licenses(basis).await?;
        let scanned = Scanned { directory: connection.directory, name: &connection.name };
        // It was evaluated without what fixes did, whenever that was.
        let mut settled_by = Terms { mendings: Vec::new(), ..terms };
        for _ in 0..TURNS {
            let now = self.deps.kernel.clock.now();
            let mut rewrite = self.tenant.rewrite().await?;
            let seen = self.take_seen(&mut rewrite.terms);
            if rewrite.terms != settled_by {
                settled_by = rewrite.terms.clone();
                let prices = settled_by.price_list(outcome.totals.monthly.currency);
                let (exceptions, mended) = (settled_by.exceptions(), settled_by.mended());
                let today = self.deps.kernel.clock.today();
                outcome = settle(outcome.findings, basis, &prices, &exceptions, &mended, today);
            }
            let summary = self.tenant.get_strong::<Summary>(&()).await?.map(|summary| summary.value);
            let kept = rewrite.keep(&mut outcome, Some(scanned), summary.as_ref(), now).await;
            let told = match kept {
                Ok(kept) => self.finish(kept, &seen, &basis.directory.skus, now).await,
                Err(error) => Err(error),
            };
            match told {
                Err(StoreError::Conflict(Conflict::State("turn"))) => {}
                told => return Ok(told?),
            }
        }
        Err(Stop::Ours("others settle the findings again and again".into()))
    }

    /// Takes out of the terms what fixes did before this scan was asked for: it has seen that for itself. What a fix
    /// did later it may have read before.
    fn take_seen(&self, terms: &mut Terms) -> Vec<FixId> {
        let seen = |mending: &mut Mending| mending.ended_at <= self.scan.value.requested_at;
        terms.mendings.extract_if(.., seen).map(|mending| mending.fix).collect()
    }

    /// The last transaction.
    async fn finish(&mut self, kept: Kept, seen: &[FixId], skus: &[Sku], now: Timestamp) -> Result<(), StoreError> {
        let Kept { summary, mut change, changed } = kept;
        change = seen.iter().take(FORGOTTEN).fold(change, Commit::delete::<Mending>);
        let day = Snapshot::of(self.deps.kernel.clock.today(), &summary, seats(skus));
        let known = self.tenant.get::<Snapshot>(&day.day).await?.map(|known| known.value);
        let day = Versioned { value: day, version: 0 };
        // It says what the first screen says already, so nobody sees half a result; by itself it costs half.
        let alone = known.is_none() && !changed;
        let kept = alone
            && match self.tenant.checkpoint(&day).await {
                Ok(_) => true,
                Err(StoreError::Conflict(_)) => false,
                Err(error) => return Err(error),
            };
        if !kept && known.as_ref() != Some(&day.value) {
            change = change.overwrite(&day.value);
        }
        let mut finished = self.scan.clone();
        let scan = &mut finished.value;
        scan.state = ScanState::Finished;
        scan.progress.phase = Phase::Done;
        scan.progress.monthly = Some(summary.totals.monthly);
        scan.ended_at = Some(now);
        scan.findings = Some(summary.findings);
        // Staged pages go by their ttl: deleting them would cost a write each.
        scan.resume = None;
        let event = Event::ScanFinished {
            scan: scan.scan,
            findings: summary.findings,
            certain_minor: summary.totals.certain_monthly.amount_minor,
            likely_minor: summary.totals.likely_monthly.amount_minor,
        };
        self.tenant.commit(change.replace(&finished).event(event)?).await?;
        Ok(())
    }

    async fn keep_people(
        &self,
        (read, purposes): (&People, &HashMap<PersonId, MailboxPurpose>),
        before: &Before,
    ) -> Result<(), Stop> {
        let complete = |row: &mut Row| row.person.purpose = purposes.get(&row.person.id).copied();
        let buckets = people::buckets(&read.pages, read.seen.len(), complete)?;
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

    async fn keep_licenses(&self, basis: &Basis) -> Result<(), Stop> {
        let directory = &basis.directory;
        let subscriptions = directory.subscriptions.as_deref().unwrap_or_default();
        let licenses = Licenses::pack(&directory.skus, subscriptions, basis.settings.clone())?;
        let old = self.tenant.get::<Licenses>(&()).await?;
        if old.is_none_or(|old| old.value != licenses) {
            self.tenant.save(&licenses).await?;
        }
        Ok(())
    }
}

/// Seats of the day. Licence types that cost nothing, or are without limit, tell nothing.
fn seats(skus: &[Sku]) -> Vec<SeatsOfDay> {
    let paid = skus.iter().filter(|sku| sku.for_users && !is_free(sku.id) && sku.seats.enabled + sku.consumed > 0);
    paid.map(|sku| SeatsOfDay { sku: sku.id, enabled: sku.seats.enabled, consumed: sku.consumed }).collect()
}
