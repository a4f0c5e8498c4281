//! Keys. Private to this crate but for the list of partition kinds, which export and purge walk (C16).

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use model::{EventId, TenantId};

/// A DynamoDB item.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The partitions a tenant's data lies in. A new kind of partition is a new line here, so purge cannot forget it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Collection {
    /// `TENANT#<id>`: what the tenant is.
    Root,
    /// `TENANT#<id>#EVENTS#<yyyymm>`: its log, by month.
    Events,
    /// `TENANT#<id>#FINDINGS`: what checks found.
    Findings,
    /// `TENANT#<id>#PEOPLE`: people of its directory, in buckets.
    People,
    /// `TENANT#<id>#STAGE`: pages of a running scan.
    Stage,
    /// `TENANT#<id>#CHAIN`: the seals of its log.
    Chain,
    /// `TENANT#<id>#TREND`: what each day looked like.
    Trend,
    /// `TENANT#<id>#FIXES`: changes in its Microsoft 365, item by item, with their undo.
    Fixes,
}

/// All of them.
pub const COLLECTIONS: &[Collection] = &[
    Collection::Root,
    Collection::Events,
    Collection::Findings,
    Collection::People,
    Collection::Stage,
    Collection::Chain,
    Collection::Trend,
    Collection::Fixes,
];

impl Collection {
    /// The partition key of this collection; `month` only matters to [`Collection::Events`].
    pub(crate) fn partition(self, tenant: TenantId, month: Option<Month>) -> String {
        match self {
            Self::Root => format!("TENANT#{tenant}"),
            Self::Events => format!("TENANT#{tenant}#EVENTS#{}", month.unwrap_or(Month::FIRST)),
            Self::Findings => format!("TENANT#{tenant}#FINDINGS"),
            Self::People => format!("TENANT#{tenant}#PEOPLE"),
            Self::Stage => format!("TENANT#{tenant}#STAGE"),
            Self::Chain => format!("TENANT#{tenant}#CHAIN"),
            Self::Trend => format!("TENANT#{tenant}#TREND"),
            Self::Fixes => format!("TENANT#{tenant}#FIXES"),
        }
    }
}

/// A calendar month in UTC, as months since year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month(i32);

impl Month {
    /// Before anything of ours.
    pub(crate) const FIRST: Self = Self(2026 * 12);
    /// The month of an instant.
    pub(crate) fn of(at: Timestamp) -> Self {
        let date = model::utc_date(at);
        Self(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }
    /// The month an event id was made in.
    pub(crate) fn of_event(id: EventId) -> Self {
        let millis = i64::try_from(id.bits() >> 80).unwrap_or(0);
        Self::of(Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH))
    }
    /// The month before.
    pub(crate) const fn before(self) -> Self {
        Self(self.0 - 1)
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

/// Partition and sort key of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    pub(crate) fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }
    pub(crate) fn item(&self) -> Item {
        HashMap::from([
            ("PK".to_owned(), AttributeValue::S(self.pk.clone())),
            ("SK".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_partition_of_a_tenant_begins_with_its_id() {
        let tenant = TenantId::from_bits(7);
        let own = format!("TENANT#{tenant}");
        for &collection in COLLECTIONS {
            let pk = collection.partition(tenant, Some(Month(24_322)));
            // Exactly the two patterns LeadingKeys grants (data.md D4).
            assert!(pk == own || pk.starts_with(&format!("{own}#")), "{pk}");
        }
    }

    #[test]
    fn months_count_back_over_new_year() {
        let january = Month::of("2026-01-31T23:59:59Z".parse().unwrap());
        assert_eq!((january.to_string(), january.before().to_string()), ("202601".into(), "202512".into()));
    }
}
