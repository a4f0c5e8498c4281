//! What checks found, and the one item that serves the first screen.

use checks::{
    CheckId, Finding, Settings, Totals,
    outcome::{NotEvaluated, Remedy, UndoClass},
};
use jiff::Timestamp;
use model::{FindingId, Money};
use serde::{Deserialize, Serialize};

use super::{Course, Ours, TenantRecord};
use crate::key::Collection;

/// A finding without its people, who are in [`AffectedPart`]s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredFinding {
    /// Which; the same over scans.
    pub finding: FindingId,
    /// What the check found; `affected` is empty here.
    pub found: Finding,
    /// How many people it affects.
    pub people: u32,
    /// When it was first found.
    pub first_found: Timestamp,
    /// Hash of the people in it, so that their parts are rewritten only when they changed.
    pub affected_hash: u64,
    /// Until when somebody does not want to see it.
    #[serde(default)]
    pub snoozed_until: Option<Timestamp>,
}

impl Ours for StoredFinding {}
impl TenantRecord for StoredFinding {
    const KIND: &'static str = "finding";
    const COLLECTION: Collection = Collection::Findings;
    const PREFIX: &'static str = "FINDING#";
    type Id = FindingId;
    fn id(&self) -> FindingId {
        self.finding
    }
    fn sort_key(id: &FindingId) -> String {
        format!("FINDING#{id}")
    }
}

/// Some of the people a finding affects, deflated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AffectedPart {
    /// Of which finding.
    pub finding: FindingId,
    /// Which part, from 0.
    pub part: u16,
    /// Deflated JSON of `Vec<checks::Affected>`.
    #[serde(with = "serde_bytes")]
    pub people: Vec<u8>,
}

impl Ours for AffectedPart {}
impl TenantRecord for AffectedPart {
    const KIND: &'static str = "affected";
    const COLLECTION: Collection = Collection::Findings;
    const PREFIX: &'static str = "AFFECTED#";
    type Id = (FindingId, u16);
    fn id(&self) -> Self::Id {
        (self.finding, self.part)
    }
    fn sort_key((finding, part): &Self::Id) -> String {
        format!("AFFECTED#{finding}#{part:05}")
    }
}

/// One thing to do next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopAction {
    /// The finding.
    pub finding: FindingId,
    /// Its check.
    pub check: CheckId,
    /// The finding in one sentence.
    pub headline: String,
    /// How many people or seats.
    pub count: u32,
    /// Saving a month where there is a price.
    pub monthly: Option<Money>,
    /// When that saving can be had.
    pub realisable_on: Option<jiff::civil::Date>,
    /// Who acts, and how; from before it was kept, by hand.
    #[serde(default = "guided")]
    pub remedy: Remedy,
    /// Whether acting on it can be undone.
    #[serde(default = "no")]
    pub undo: UndoClass,
}

const fn guided() -> Remedy {
    Remedy::Guided
}

const fn no() -> UndoClass {
    UndoClass::No
}

/// The first screen in one item of at most 4 KB.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// When the numbers last changed. When they were last confirmed is told by the newest finished scan.
    pub changed_at: Timestamp,
    /// The directory's name; hostile text.
    pub directory: String,
    /// The numbers.
    pub totals: Totals,
    /// The three things to do next.
    pub top: Vec<TopAction>,
    /// Findings open.
    pub findings: u32,
    /// Findings accepted as they are, beside those.
    #[serde(default)]
    pub accepted: u32,
    /// What could not be evaluated, and why.
    pub not_evaluated: Vec<NotEvaluated>,
    /// How the potential saving came to be what it is.
    #[serde(default)]
    pub course: Course,
}

impl Ours for Summary {}
impl TenantRecord for Summary {
    const KIND: &'static str = "summary";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "SCAN#~SUMMARY";
    type Id = ();
    fn id(&self) {}
    // Behind every scan in the order of sort keys, so that one backward query brings it and the newest scan.
    fn sort_key((): &()) -> String {
        "SCAN#~SUMMARY".into()
    }
}

/// Licence types of the directory, as of a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Licenses {
    /// Deflated JSON of what Graph said: `Vec<checks::facts::Sku>` and `Vec<checks::facts::Subscription>`.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    /// The settings the scan ran with; ours where it says none.
    #[serde(default)]
    pub settings: Settings,
}

impl Ours for Licenses {}
impl TenantRecord for Licenses {
    const KIND: &'static str = "licenses";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "LICENSES";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        "LICENSES".into()
    }
}

/// Whose turn it is to write findings: each taking of it moves its version, and whoever had it before finds at the next
/// write that it is no longer theirs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Turn {}

impl Ours for Turn {}
impl TenantRecord for Turn {
    const KIND: &'static str = "turn";
    const COLLECTION: Collection = Collection::Findings;
    const PREFIX: &'static str = "TURN";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        Self::PREFIX.into()
    }
}
