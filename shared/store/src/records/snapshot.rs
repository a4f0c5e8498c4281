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
    /// Seats by licence type; deflated, so that a day of an ordinary company is one write unit.
    #[serde(with = "crate::packed::field")]
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use model::Currency;

    use super::*;
    use crate::{
        commit::item_of,
        db::decode,
        records::sized::{bytes, size},
    };

    /// A day of a company with so many paid licence types.
    fn day(types: u64) -> Snapshot {
        let money = |minor| Money::new(minor, Currency::Usd);
        let seats = |n: u64| {
            // An id whose bits look like chance.
            let id = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31);
            let id = format!("{id:016x}{:016x}", id.wrapping_mul(0xbf58_476d_1ce4_e5b9));
            let id = format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]);
            let (enabled, consumed) = (u32::try_from(n * 977).unwrap(), u32::try_from(n * 911).unwrap());
            SeatsOfDay { sku: id.parse().expect("a GUID"), enabled, consumed }
        };
        Snapshot {
            day: date(2026, 11, 21),
            people: 4_999,
            spend_monthly: money(12_345_678),
            certain_monthly: money(1_234_567),
            likely_monthly: money(1_234_567),
            findings: 28,
            seats: (0..types).map(seats).collect(),
        }
    }

    #[test]
    fn a_day_of_fifteen_paid_licence_types_is_one_write_unit_and_one_from_before_is_read() {
        let snapshot = day(15);
        // What tells one conditional write from another comes on top.
        let bytes = bytes(&snapshot) + 17;
        assert!(bytes <= 1024, "{bytes} bytes");
        let mut item = item_of(&snapshot, 1).expect("an item");
        assert_eq!(decode::<Snapshot>(Snapshot::KIND, item.clone()).expect("a day"), snapshot);
        let plain = serde_dynamo::to_attribute_value(&snapshot.seats).expect("a value");
        assert!(size(&plain) > size(&item["seats"]), "it is worth it");
        item.insert("seats".into(), plain);
        assert_eq!(decode::<Snapshot>(Snapshot::KIND, item).expect("a day"), snapshot);
    }
}
