//! What a day looked like: one item a day with a scan, from which trends and base loads are read.

use jiff::civil::Date;
use model::{Money, SkuId};
use serde::{Deserialize, Serialize};

use super::{Ours, Summary, TenantRecord};
use crate::key::Collection;

/// A day with a scan, in numbers: those of the first screen, so that trends never say otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The day, UTC.
    pub day: Date,
    /// People seen.
    pub people: u32,
    /// What the bought seats cost a month, where there is a price.
    pub spend_monthly: Money,
    /// Certain saving a month.
    pub certain_monthly: Money,
    /// Likely saving a month.
    pub likely_monthly: Money,
    /// Findings open.
    pub findings: u32,
    /// Seats by licence type.
    pub seats: Vec<SeatsOfDay>,
}

impl Snapshot {
    /// The day as the first screen tells it.
    pub fn of(day: Date, summary: &Summary, seats: Vec<SeatsOfDay>) -> Self {
        let totals = &summary.totals;
        Self {
            day,
            people: totals.people,
            spend_monthly: totals.spend_monthly,
            certain_monthly: totals.certain_monthly,
            likely_monthly: totals.likely_monthly,
            findings: summary.findings,
            seats,
        }
    }
}

/// Seats of one licence type on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatsOfDay {
    /// The licence type.
    pub sku: SkuId,
    /// Usable seats bought.
    pub enabled: u32,
    /// Seats assigned.
    pub consumed: u32,
}

impl Ours for Snapshot {}
impl TenantRecord for Snapshot {
    const KIND: &'static str = "snapshot";
    const COLLECTION: Collection = Collection::Trend;
    const PREFIX: &'static str = "DAY#";
    type Id = Date;
    fn id(&self) -> Date {
        self.day
    }
    fn sort_key(day: &Date) -> String {
        format!("DAY#{day}")
    }
}
