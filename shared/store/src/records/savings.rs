//! The ledger of savings: what was approved, and which seats were really given back.

use checks::PriceBasis;
use jiff::{Timestamp, civil::Date};
use model::{FixId, ScanId, SkuId};
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
use crate::key::Collection;

/// A fix that was carried out: what it is worth once its seats are given back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    /// The fix.
    pub fix: FixId,
    /// When it ended, the first time it had done anything.
    pub at: Timestamp,
    /// When a retry of what had failed last did more of it.
    #[serde(default)]
    pub retried_at: Option<Timestamp>,
    /// Items done.
    pub items: u32,
    /// Of these, undone since.
    pub undone: u32,
    /// What those that stand save a month, minor units of the tenant's currency.
    pub monthly_minor: i64,
    /// The same by department, as whoever it changed was in when it, or its undo, ended; `None`: in none.
    #[serde(default)]
    pub departments: Vec<(Option<String>, i64)>,
    /// Licence types of which those that stand freed seats.
    #[serde(default)]
    pub freed: Vec<SkuId>,
    /// How many seats of which, and what came instead. Not known of old ones.
    #[serde(default)]
    pub seats: Vec<FreedSeats>,
    /// Licences that those that stand gave instead of others, by type.
    #[serde(default)]
    pub given: Vec<(SkuId, u32)>,
}

impl Approval {
    /// When it last freed anything, as far as is known.
    pub fn freed_at(&self) -> Timestamp {
        self.retried_at.unwrap_or(self.at)
    }
}

/// Seats of one licence type that nobody has any more because of a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreedSeats {
    /// The licence type.
    pub sku: SkuId,
    /// How many.
    pub seats: u32,
    /// What was given instead of all of them costs a month, minor units of the tenant's currency; `None` where a price
    /// is missing.
    pub instead_minor: Option<i64>,
    /// What nobody had of it before. Not known of old ones.
    #[serde(default)]
    pub before: Option<UnusedSeats>,
}

/// Seats of one licence type that nobody had before a fix freed more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnusedSeats {
    /// How many.
    pub seats: u32,
    /// Of these, what earlier fixes freed.
    pub freed: u32,
}

impl Ours for Approval {}
impl TenantRecord for Approval {
    const KIND: &'static str = "approval";
    const COLLECTION: Collection = Collection::Trend;
    const PREFIX: &'static str = "APPROVED#";
    type Id = FixId;
    fn id(&self) -> FixId {
        self.fix
    }
    fn sort_key(id: &FixId) -> String {
        format!("APPROVED#{id}")
    }
}

/// Where the seats of one licence type stand in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatLedger {
    /// The licence type.
    pub sku: SkuId,
    /// The scan it was last brought up to.
    pub scan: ScanId,
    /// Seats that were paid for then, with those in their days of grace that may yet be.
    pub seats: u32,
    /// Of these, seats in their days of grace.
    #[serde(default)]
    pub grace: u32,
    /// The renewal that subscriptions did not live to see whose seats are in grace; `None` where there are none, or
    /// where none passed.
    #[serde(default)]
    pub lapsed_on: Option<Date>,
    /// Seats given back so far that counted as a saving, or that something else came instead of.
    pub credited: u32,
    /// Of these, seats bought again: giving them back once more is no new saving.
    pub reopened: u32,
    /// Days on which its subscriptions renew, as known then.
    pub renewals: Vec<Date>,
    /// The last renewal that passed.
    pub renewed_on: Option<Date>,
}

impl SeatLedger {
    /// The last renewal before the one that is next now, as far as one was seen.
    pub fn renewed_before(&self, next: Date) -> Option<Date> {
        self.renewals.iter().copied().chain(self.renewed_on).filter(|day| *day < next).max()
    }
}

impl Ours for SeatLedger {}
impl TenantRecord for SeatLedger {
    const KIND: &'static str = "ledger of seats";
    const COLLECTION: Collection = Collection::Trend;
    const PREFIX: &'static str = "LEDGER#";
    type Id = SkuId;
    fn id(&self) -> SkuId {
        self.sku
    }
    fn sort_key(id: &SkuId) -> String {
        format!("LEDGER#{id}")
    }
}

/// Why seats that are gone count as a saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The subscription renewed with fewer seats.
    Renewal,
    /// A fix was applied shortly before.
    Fix,
}

/// Seats of one licence type became fewer or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeatChange {
    /// The scan that saw it.
    pub scan: ScanId,
    /// The licence type.
    pub sku: SkuId,
    /// The day it was seen, in UTC; of seats that went out of their days of grace, the day their subscription ended.
    pub day: Date,
    /// Seats before.
    pub before: u32,
    /// Seats after.
    pub after: u32,
    /// Seats that count as a saving: never more than are gone, and none of them twice.
    pub realised: u32,
    /// Why they count; `None` where none do.
    pub cause: Option<Cause>,
    /// What a seat cost a month that day, minor units of the tenant's currency; `None` where the price was missing, or
    /// that of what a fix gave instead.
    pub seat_minor: Option<i64>,
    /// What that price rests on; `None` where it was missing.
    #[serde(default)]
    pub basis: Option<PriceBasis>,
    /// Of the seats that are gone, those that fixes had freed, by fix.
    #[serde(default)]
    pub freed_by: Vec<(FixId, u32)>,
    /// Other licence types that were bought instead of seats no fix had freed: the change that saw them, and how much
    /// of what they cost a month this one takes off, minor units.
    #[serde(default)]
    pub bought_instead: Vec<(ScanId, SkuId, i64)>,
    /// What it saves a month, less what came instead, minor units of the tenant's currency; `None` where a price is
    /// missing, and of old ones, which have nothing taken off.
    #[serde(default)]
    pub net_minor: Option<i64>,
}

impl SeatChange {
    /// What it saves a month, minor units of the tenant's currency; `None` where it saves something whose price is
    /// missing.
    pub fn monthly_minor(&self) -> Option<i64> {
        if self.realised == 0 {
            return Some(0);
        }
        let whole = self.seat_minor?.saturating_mul(i64::from(self.realised));
        Some(self.net_minor.unwrap_or(whole))
    }
}

impl Ours for SeatChange {}
impl TenantRecord for SeatChange {
    const KIND: &'static str = "change of seats";
    const COLLECTION: Collection = Collection::Trend;
    const PREFIX: &'static str = "SEATS#";
    type Id = (ScanId, SkuId);
    fn id(&self) -> Self::Id {
        (self.scan, self.sku)
    }
    fn sort_key((scan, sku): &Self::Id) -> String {
        format!("SEATS#{scan}#{sku}")
    }
}

/// What is saved so far: the sum of the ledger, where the first screen reads it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// What seats given back save a month, minor units of the tenant's currency, at the prices of the days they were
    /// seen to be gone.
    pub monthly_minor: i64,
    /// Seats given back, with those whose price was missing.
    pub seats: u32,
}

impl Saved {
    /// With a change of seats on top.
    pub fn with(self, change: &SeatChange) -> Self {
        Self {
            monthly_minor: self.monthly_minor.saturating_add(change.monthly_minor().unwrap_or(0)),
            seats: self.seats.saturating_add(change.realised),
        }
    }
}

impl Ours for Saved {}
impl TenantRecord for Saved {
    const KIND: &'static str = "sum of savings";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "SCAN#~SAVED";
    type Id = ();
    fn id(&self) {}
    // Behind every scan in the order of sort keys, beside the summary.
    fn sort_key((): &()) -> String {
        Self::PREFIX.into()
    }
}

/// When a company is to be told of renewals, and of which it was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewalWatch {
    /// When to look next; `None` while nothing is to be told.
    pub next: Option<Timestamp>,
    /// What was told: licence type, day of the renewal, and how many days before it; 0 once it had renewed.
    pub told: Vec<(SkuId, Date, u16)>,
}

impl RenewalWatch {
    /// Partitions of the index of companies that are to be told of renewals.
    pub const SHARDS: u8 = 1;
}

impl Ours for RenewalWatch {}
impl TenantRecord for RenewalWatch {
    const KIND: &'static str = "watch of renewals";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "RENEWALS";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        "RENEWALS".into()
    }
    const DUE: &'static str = "DUE_RENEWALS";
    fn due(&self) -> Option<Timestamp> {
        self.next
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_kept_before_exchanges_were_known_is_read_and_has_nothing_taken_off() {
        let sku = "05e9a617-0261-4cee-bb44-138d3ef5d965";
        let (fix, scan) = (FixId::from_bits(1), ScanId::from_bits(1));
        let at = "2026-11-20T08:00:00Z";
        let old = json!({ "fix": fix, "at": at, "items": 1, "undone": 0, "monthly_minor": 3900, "freed": [sku] });
        let approval: Approval = serde_json::from_value(old).expect("an approval");
        assert_eq!((approval.freed.len(), approval.seats.len(), approval.given.len()), (1, 0, 0));
        assert_eq!(approval.freed_at(), approval.at);
        let old = json!({ "sku": sku, "seats": 4, "instead_minor": 0 });
        assert_eq!(serde_json::from_value::<FreedSeats>(old).expect("seats").before, None);
        let old = json!({
            "scan": scan, "sku": sku, "day": "2026-12-01", "before": 10, "after": 6, "realised": 4,
            "cause": "renewal", "seat_minor": 3900,
        });
        let change: SeatChange = serde_json::from_value(old).expect("a change");
        assert_eq!((change.monthly_minor(), change.freed_by.len()), (Some(4 * 3900), 0));
        assert_eq!(SeatChange { net_minor: Some(500), ..change }.monthly_minor(), Some(500));
    }
}
