//! Findings as they are kept: written by a scan, and anew when prices or exceptions changed. Two of these may run at
//! the same time. Whoever writes takes the turn first, at the version that was there before anything else was read;
//! every write holds on to it. So nobody writes what follows from findings or terms that are no longer those.

use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::digest::{self, SHA256, digest};
use checks::{
    Basis, CheckId, Directory, Finding, Outcome, Stake, Totals,
    outcome::{Affected, FindingState},
    settle,
};
use jiff::{Timestamp, civil::Date};
use model::{Currency, DirectoryId, FindingId};

use crate::{
    AffectedPart, Commit, Conflict, Course, GoneFinding, Licenses, Result, StoreError, StoredFinding, Summary, Tenant,
    Terms, TopAction, Turn, Turning, Versioned,
    commit::{Condition, What},
    records::TenantRecord,
};

/// People of a page of a finding.
const AFFECTED_PER_PART: usize = 100;
/// Things to do on the first screen.
const TOP: usize = 3;
/// Records written in one transaction: with the largest parts they stay below its 4 MB.
const AT_ONCE: usize = 20;

/// The findings of a tenant, read to be written anew.
pub struct Rewrite<'a> {
    tenant: Tenant<'a>,
    /// The version of the turn before anything else was read.
    turn: u64,
    old: HashMap<FindingId, StoredFinding>,
    /// What the company decided.
    pub terms: Terms,
}

/// What was kept, for the last transaction to tell.
pub struct Kept {
    /// The first screen.
    pub summary: Summary,
    /// What that transaction writes beside its own: the summary if it changed, as long as the turn is held.
    pub change: Commit,
    /// Whether anything is written.
    pub changed: bool,
}

/// Where findings are of.
#[derive(Debug, Clone, Copy)]
pub struct Scanned<'a> {
    /// The directory.
    pub directory: DirectoryId,
    /// Its name; hostile text.
    pub name: &'a str,
}

impl<'a> Tenant<'a> {
    /// Reads what findings are written from, as it is now. The turn first: whatever is written after this moves it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn rewrite(&self) -> Result<Rewrite<'a>> {
        let turn = self.get_strong::<Turn>(&()).await?.map_or(0, |turn| turn.version);
        let stored = self.all_strong::<StoredFinding>().await?;
        let old = stored.into_iter().map(|stored| (stored.value.finding, stored.value)).collect();
        Ok(Rewrite { tenant: *self, turn, old, terms: self.terms().await? })
    }

    /// Takes the turn, if it is as it was read; its version now.
    async fn take(&self, turn: u64) -> Result<u64> {
        match self.checkpoint(&Versioned { value: Turn {}, version: turn }).await {
            Ok(taken) => Ok(taken.version),
            Err(StoreError::Conflict(_)) => Err(Conflict::State("turn").into()),
            Err(error) => Err(error),
        }
    }
}

impl Rewrite<'_> {
    /// Keeps a settled outcome: what changed of the findings, and what is no more. `scanned` is where they are of, or
    /// nothing where they are those that are stored, settled anew. `before` is the summary there was.
    ///
    /// # Errors
    /// [`Conflict::State`] `turn` when somebody else took the turn: read everything again.
    pub async fn keep(
        self,
        outcome: &mut Outcome,
        scanned: Option<Scanned<'_>>,
        before: Option<&Summary>,
        now: Timestamp,
    ) -> Result<Kept> {
        let Self { tenant, turn, mut old, terms } = self;
        let known_ids: HashMap<(CheckId, String), FindingId> =
            old.values().map(|known| ((known.found.check, known.found.subject.key()), known.finding)).collect();
        let (mut writes, mut top) = (Writes::default(), Vec::with_capacity(TOP));
        let (mut accepted, mut fixed) = (0, 0);
        for found in &mut outcome.findings {
            let subject = found.subject.key();
            let finding = match scanned {
                Some(Scanned { directory, .. }) => finding_id(directory, found.check, &subject),
                None => *known_ids
                    .get(&(found.check, subject))
                    .ok_or_else(|| StoreError::corrupt(StoredFinding::KIND, "settling found something new"))?,
            };
            let known = old.remove(&finding);
            let affected = std::mem::take(&mut found.affected);
            let stored = StoredFinding {
                finding,
                people: u32::try_from(affected.len()).unwrap_or(u32::MAX),
                first_found: known.as_ref().map_or(now, |known| known.first_found),
                found: found.clone(),
                affected_hash: affected_hash(&affected)?,
                snoozed_until: terms.snoozed_until(finding, now),
            };
            writes.replace(known.as_ref(), &stored, &affected)?;
            accepted += u32::from(found.state == FindingState::Accepted);
            fixed += u32::from(found.state == FindingState::Fixed);
            if top.len() < TOP {
                top.extend(to_do(&stored));
            }
            // It may have to be kept again.
            found.affected = affected;
        }
        old.values().try_for_each(|gone| writes.drop(gone, now))?;
        let open = u32::try_from(outcome.findings.len()).unwrap_or(u32::MAX).saturating_sub(accepted + fixed);
        let summary = Summary {
            changed_at: now,
            directory: match scanned {
                Some(Scanned { name, .. }) => Summary::name(name),
                None => before.map(|before| before.directory.clone()).unwrap_or_default(),
            },
            totals: Summary::kept(&outcome.totals),
            top,
            findings: open,
            accepted,
            not_evaluated: outcome.not_evaluated.clone(),
            course: course(before, &outcome.totals, open, now),
        };
        let same = before.is_some_and(|old| Summary { changed_at: old.changed_at, ..summary.clone() } == *old);
        let changed = !same || !writes.0.is_empty();
        let mut change = Commit::new();
        if !same {
            change = change.overwrite(&summary);
        }
        if changed {
            let held = tenant.take(turn).await?;
            match before {
                // Without a summary nobody else writes findings.
                None => writes.alone(&tenant).await?,
                Some(_) => writes.held(&tenant, held).await?,
            }
            change = change.check::<Turn>(&(), Condition::version(held), "turn");
        }
        Ok(Kept { summary, change, changed })
    }

    /// Takes the turn and writes nothing: a first scan under way reads again what the company decided.
    ///
    /// # Errors
    /// [`Conflict::State`] `turn` when somebody else took it.
    pub async fn disturb(self) -> Result<()> {
        self.tenant.take(self.turn).await.map(|_| ())
    }

    /// What is stored of the last scan, settled by what the company decided; `None` before the first scan.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn settled(&self, summary: &Summary, currency: Currency, today: Date) -> Result<Option<Outcome>> {
        let Some(licenses) = self.tenant.get_strong::<Licenses>(&()).await? else { return Ok(None) };
        let (skus, subscriptions) = licenses.value.open()?;
        let directory = Directory::bought(skus, Ok(subscriptions));
        let basis = Basis::of(directory, licenses.value.settings, &summary.totals, summary.not_evaluated.clone());
        let mut affected: BTreeMap<FindingId, Vec<Affected>> = BTreeMap::new();
        for part in self.tenant.all_strong::<AffectedPart>().await? {
            affected.entry(part.value.finding).or_default().append(&mut part.value.open()?);
        }
        let with_people = |stored: &StoredFinding| {
            let people = affected.remove(&stored.finding).unwrap_or_default();
            Finding { affected: people, ..stored.found.clone() }
        };
        let findings = self.old.values().map(with_people).collect();
        let prices = self.terms.price_list(currency);
        Ok(Some(settle(findings, &basis, &prices, &self.terms.exceptions(), &self.terms.mended(), today)))
    }
}

impl Terms {
    /// Until when somebody does not want to see a finding.
    fn snoozed_until(&self, finding: FindingId, now: Timestamp) -> Option<Timestamp> {
        self.snoozes.iter().find(|snooze| snooze.finding == finding && snooze.until > now).map(|snooze| snooze.until)
    }
}

/// What is to be written of findings.
#[derive(Default)]
struct Writes(Vec<Write>);

struct Write {
    key: String,
    what: What,
}

impl Write {
    fn put<T: TenantRecord>(record: &T) -> Result<Self> {
        debug_assert_eq!(T::COLLECTION, StoredFinding::COLLECTION);
        let item = crate::commit::item_of(record, 1)?;
        Ok(Self { key: T::sort_key(&record.id()), what: What::Put { item, condition: Condition::default() } })
    }
    fn delete<T: TenantRecord>(id: &T::Id) -> Self {
        Self { key: T::sort_key(id), what: What::Delete { condition: Condition::default() } }
    }
}

impl Writes {
    /// What of a finding and its people is other than before.
    fn replace(&mut self, known: Option<&StoredFinding>, stored: &StoredFinding, affected: &[Affected]) -> Result<()> {
        if known.is_none_or(|known| known.affected_hash != stored.affected_hash) {
            for (part, people) in (0u16..).zip(affected.chunks(AFFECTED_PER_PART)) {
                self.0.push(Write::put(&AffectedPart::pack(stored.finding, part, people)?)?);
            }
            let kept = affected.len().div_ceil(AFFECTED_PER_PART);
            self.drop_affected(stored.finding, kept, known.map_or(0, |known| known.people))?;
        }
        if known.is_none_or(|known| undated(known) != undated(stored)) {
            self.0.push(Write::put(stored)?);
        }
        Ok(())
    }

    /// A finding that is no more.
    fn drop(&mut self, gone: &StoredFinding, now: Timestamp) -> Result<()> {
        self.drop_affected(gone.finding, 0, gone.people)?;
        self.0.push(Write::put(&GoneFinding {
            finding: gone.finding,
            headline: gone.found.headline.clone(),
            first_found: gone.first_found,
            at: now,
        })?);
        self.0.push(Write::delete::<StoredFinding>(&gone.finding));
        Ok(())
    }

    fn drop_affected(&mut self, finding: FindingId, from: usize, people: u32) -> Result<()> {
        for part in from..(people as usize).div_ceil(AFFECTED_PER_PART) {
            let part = u16::try_from(part).map_err(|error| StoreError::corrupt(AffectedPart::KIND, error))?;
            self.0.push(Write::delete::<AffectedPart>(&(finding, part)));
        }
        Ok(())
    }

    /// Each by itself: half the price of a transaction, for who is alone.
    async fn alone(self, tenant: &Tenant<'_>) -> Result<()> {
        for write in self.0 {
            let key = write.key_of(tenant);
            match write.what {
                What::Put { item, condition } => {
                    tenant.store().put_one(key, item, condition, Conflict::Version).await?;
                }
                What::Delete { .. } => tenant.store().delete_one(&key).await?,
                what @ (What::Check { .. } | What::Set { .. }) => {
                    tenant.store().transact(vec![(key, what, Conflict::Version)]).await?;
                }
            }
        }
        Ok(())
    }

    /// As long as the turn is held.
    async fn held(self, tenant: &Tenant<'_>, turn: u64) -> Result<()> {
        let mut writes = self.0.into_iter().peekable();
        while writes.peek().is_some() {
            let mut actions: Vec<_> = writes
                .by_ref()
                .take(AT_ONCE)
                .map(|write| (write.key_of(tenant), write.what, Conflict::Version))
                .collect();
            let check = Write { key: Turn::sort_key(&()), what: What::Check { condition: Condition::version(turn) } };
            actions.push((check.key_of(tenant), check.what, Conflict::State("turn")));
            tenant.store().transact(actions).await?;
        }
        Ok(())
    }
}

impl Write {
    fn key_of(&self, tenant: &Tenant<'_>) -> crate::key::Key {
        crate::key::Key::new(StoredFinding::COLLECTION.partition(tenant.id(), None), self.key.clone())
    }
}

/// The course of what could be saved, up to now. Amounts of another currency tell nothing about these.
fn course(before: Option<&Summary>, totals: &Totals, findings: u32, now: Timestamp) -> Course {
    let known = before.filter(|before| before.totals.monthly.currency == totals.monthly.currency);
    known.map(|before| before.course.clone()).unwrap_or_default().with(Turning {
        day: model::utc_date(now),
        minor: totals.monthly.amount_minor,
        findings,
        unassigned: totals.paid_seats_bought.saturating_sub(totals.assigned),
    })
}

/// The id of a finding: of directory, check and [subject](checks::outcome::Subject::key), so that it stays over scans.
pub fn finding_id(directory: DirectoryId, check: CheckId, subject: &str) -> FindingId {
    let hash = digest(&SHA256, format!("{directory}\n{check}\n{subject}").as_bytes());
    let mut bits = [0; 16];
    bits.copy_from_slice(&hash.as_ref()[..16]);
    FindingId::from_bits(u128::from_be_bytes(bits))
}

/// What there is to do about a finding, unless it is accepted, fixed, put off, or neither worth money nor in need of a
/// price.
fn to_do(stored: &StoredFinding) -> Option<TopAction> {
    let found = &stored.found;
    let saving = found.saving.as_ref();
    let asks_price = found.check.check().stake == Stake::Saving && !found.price_missing.is_empty();
    let worth = saving.is_some_and(|saving| saving.monthly.amount_minor > 0) || asks_price;
    let done = matches!(found.state, FindingState::Accepted | FindingState::Fixed);
    let open = !done && stored.snoozed_until.is_none();
    (worth && open).then(|| TopAction {
        finding: stored.finding,
        check: found.check,
        headline: found.headline.clone(),
        count: if stored.people > 0 { stored.people.saturating_sub(found.fixed) } else { found.seats },
        monthly: saving.map(|saving| saving.monthly),
        realisable_on: saving.and_then(|saving| saving.realisable_on),
        remedy: found.remedy,
        undo: found.undo,
    })
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
fn affected_hash(affected: &[Affected]) -> Result<u64> {
    let mut hash = digest::Context::new(&SHA256);
    for person in affected {
        let mut person = person.clone();
        person.evidence.iter_mut().for_each(|evidence| evidence.as_of = None);
        hash.update(&serde_json::to_vec(&person).map_err(|error| StoreError::corrupt(AffectedPart::KIND, error))?);
    }
    let mut bits = [0; 8];
    bits.copy_from_slice(&hash.finish().as_ref()[..8]);
    Ok(u64::from_be_bytes(bits))
}
