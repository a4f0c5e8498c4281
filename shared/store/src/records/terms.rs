//! What a company decided for itself: what it pays, what its checks look for, what it lives with, what it does not want
//! to see for now. All of it lies side by side, so that a scan reads it in one query.

use std::collections::BTreeMap;

use checks::{Exception, OwnPrice, Settings};
use jiff::Timestamp;
use model::{ExceptionId, FindingId, SkuId, event::Actor};
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
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
