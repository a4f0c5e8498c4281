//! What a company decided for itself: what it pays, what its checks look for, what it lives with, what it does not want
//! to see for now, what it had fixed. All of it lies side by side, so that a scan reads it in one query.

use std::collections::{BTreeMap, BTreeSet};

use checks::{CheckId, Exception, OwnPrice, Settings};
use jiff::Timestamp;
use model::{Change, ExceptionId, FindingId, FixId, PersonId, SkuId, event::Actor};
use serde::{Deserialize, Serialize};

use super::{Fix, FixItem, Ours, TenantRecord};
use crate::key::Collection;

/// What the company says it pays: at most [`Prices::MOST`] licence types, in one item, so that a file changes all or
/// nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Prices {
    /// By licence type.
    pub own: BTreeMap<SkuId, OwnPrice>,
}

impl Prices {
    /// Most licence types with a price of their own: with the longest notes they fit an item of 400 KB.
    pub const MOST: usize = 500;
}

impl Ours for Prices {}
impl TenantRecord for Prices {
    const KIND: &'static str = "prices";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "TERMS#PRICES";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        Self::PREFIX.into()
    }
}

/// What the company's checks look for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CheckSettings {
    /// The settings.
    pub settings: Settings,
}

impl Ours for CheckSettings {}
impl TenantRecord for CheckSettings {
    const KIND: &'static str = "settings of checks";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "TERMS#SETTINGS";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        Self::PREFIX.into()
    }
}

/// Something the company decided to live with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accepted {
    /// What is accepted, why, by whom, until when.
    pub exception: Exception,
    /// The finding it is about, where it is about one.
    pub finding: Option<FindingId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: Actor,
}

impl Accepted {
    /// Most of a company: a scan reads them all.
    pub const MOST: usize = 500;
    /// Longest reason, in characters.
    pub const REASON_MOST: usize = 500;
}

impl Ours for Accepted {}
impl TenantRecord for Accepted {
    const KIND: &'static str = "exception";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "TERMS#EXCEPTION#";
    type Id = ExceptionId;
    fn id(&self) -> ExceptionId {
        self.exception.id
    }
    fn sort_key(id: &ExceptionId) -> String {
        format!("{}{id}", Self::PREFIX)
    }
    const DUE: &'static str = "DUE_TERMS";
    fn due(&self) -> Option<Timestamp> {
        self.exception.expires_at
    }
}

/// A finding that is not to be among what to do next until a day. Its money counts on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snooze {
    /// Which.
    pub finding: FindingId,
    /// Until when.
    pub until: Timestamp,
    /// Who wanted it.
    pub by: Actor,
}

impl Ours for Snooze {}
impl TenantRecord for Snooze {
    const KIND: &'static str = "snooze";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "TERMS#SNOOZE#";
    type Id = FindingId;
    fn id(&self) -> FindingId {
        self.finding
    }
    fn sort_key(id: &FindingId) -> String {
        format!("{}{id}", Self::PREFIX)
    }
    const DUE: &'static str = "DUE_TERMS";
    fn due(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}

/// What a fix has changed, until a scan sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mending {
    /// The fix.
    pub fix: FixId,
    /// The check whose finding it came from.
    pub check: Option<CheckId>,
    /// When it, or its undo, last ended.
    pub ended_at: Timestamp,
    /// Whom it changed: at most as many people as a fix has.
    pub people: Vec<MendedPerson>,
}

/// What a fix has changed of somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MendedPerson {
    /// Who.
    pub person: PersonId,
    /// Licence types they have no more.
    pub freed: BTreeSet<SkuId>,
    /// Licence types they still have, of which what the check said is no longer so.
    pub kept: BTreeSet<SkuId>,
}

impl Mending {
    /// What of a fix stands; `None` where nothing does, or nothing that a finding speaks of.
    pub fn of<'a>(fix: &Fix, items: impl Iterator<Item = &'a FixItem>) -> Option<Self> {
        let mut by_person: BTreeMap<PersonId, Vec<&FixItem>> = BTreeMap::new();
        for item in items.filter(|item| item.stands()) {
            by_person.entry(item.person?).or_default().push(item);
        }
        let people: Vec<MendedPerson> = by_person
            .into_iter()
            .map(|(person, items)| {
                let freed = Change::all_free(items.iter().map(|item| (&item.change, &item.before)));
                let kept = items.iter().flat_map(|item| match &item.change {
                    Change::Licences { remove, .. } => remove.clone(),
                    Change::Reprocess => item.before.failed().collect(),
                    _ => Vec::new(),
                });
                let kept = kept.filter(|sku| !freed.contains(sku)).collect();
                MendedPerson { person, freed, kept }
            })
            .filter(|one| !one.freed.is_empty() || !one.kept.is_empty())
            .collect();
        let ended_at = fix.ended_at.filter(|_| !people.is_empty())?;
        Some(Self { fix: fix.fix, check: fix.check, ended_at, people })
    }
}

impl Ours for Mending {}
impl TenantRecord for Mending {
    const KIND: &'static str = "what a fix has changed";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "TERMS#FIX#";
    type Id = FixId;
    fn id(&self) -> FixId {
        self.fix
    }
    fn sort_key(id: &FixId) -> String {
        format!("{}{id}", Self::PREFIX)
    }
}
