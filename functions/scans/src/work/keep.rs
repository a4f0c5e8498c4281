//! What is kept of a scan: what changed of people, licences and findings; then scan, summary, the day's snapshot and the
//! event together.

use std::collections::HashMap;

use aws_lc_rs::digest::{self, SHA256, digest};
use checks::{
    Finding, Outcome, Stake,
    facts::{MailboxPurpose, Sku, Subscription},
    outcome::{Affected, FindingState, Saving},
    products::is_free,
};
use flate2::{Compression, write::DeflateEncoder};
use jiff::{Timestamp, civil::Date};
use model::{DirectoryId, Event, FindingId, PersonId};
use runtime::Failure;
use store::{
    AffectedPart, Bucket, Commit, Connection, Licenses, Phase, ScanState, SeatsOfDay, Snapshot, StoredFinding, Summary,
    TopAction, Versioned,
};

use super::{Stop, Work, collect::People};
use crate::people::{self, Row};

/// People of a page of a finding.
const AFFECTED_PER_PART: usize = 100;
/// Things to do on the first screen.
const TOP: usize = 3;

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

    /// Keeps the result: what changed, then scan, summary and event together.
    pub(super) async fn keep(
        &mut self,
        mut outcome: Outcome,
        read: (&People, &HashMap<PersonId, MailboxPurpose>),
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
        let day = snapshot(self.deps.kernel.clock.today(), &summary, &bought.0);
        if self.tenant.get::<Snapshot>(&day.day).await?.is_none_or(|known| known.value != day) {
            change = change.overwrite(&day);
        }
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
            let money = |saving: &Saving| saving.monthly.amount_minor > 0;
            let worth_doing = found.saving.as_ref().is_some_and(money)
                || (found.check.check().stake == Stake::Saving && !found.price_missing.is_empty());
            if top.len() < TOP && worth_doing && found.state != FindingState::Accepted {
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
}

/// The day in numbers. Licence types that cost nothing, or are without limit, tell nothing.
fn snapshot(day: Date, summary: &Summary, skus: &[Sku]) -> Snapshot {
    let paid = skus.iter().filter(|sku| sku.for_users && !is_free(sku.id) && sku.seats.enabled + sku.consumed > 0);
    let totals = &summary.totals;
    Snapshot {
        day,
        people: totals.people,
        spend_monthly: totals.spend_monthly,
        certain_monthly: totals.certain_monthly,
        likely_monthly: totals.likely_monthly,
        findings: summary.findings,
        seats: paid.map(|sku| SeatsOfDay { sku: sku.id, enabled: sku.seats.enabled, consumed: sku.consumed }).collect(),
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
