//! What the generator planted: the answer a faithful scan should come to, known by construction.

use std::collections::BTreeMap;

use model::{PersonId, SkuId};
use serde::Serialize;

/// Everything planted in one directory. A (person, licence type) pair stands in it once: under the first of L3, L4,
/// L5, L10, L7, L6, L13, L16, L14, L18, L24, L8.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// What was planted, in order of check, licence type and person.
    pub entries: Vec<Planted>,
}

/// One planted fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Planted {
    /// The catalogue's name of the check that should see it, such as L1.
    pub check: &'static str,
    /// The licence type.
    pub sku: SkuId,
    /// What the person gets instead, where the licence is exchanged.
    pub to: Option<SkuId>,
    /// Whose licence; `None` for L1 and L20, which are about a licence type.
    pub person: Option<PersonId>,
    /// Seats: 1 for a person's licence; seats beyond the slack for L1; seats in use for L20.
    pub seats: u32,
    /// Whether it follows from what is bought and assigned. L6 and L7 never do: inactivity can have reasons Graph does
    /// not know, so somebody is asked. L3 does not at a first scan: Graph does not say when an account was blocked.
    pub certain: bool,
}

impl Planted {
    /// What one seat saves a month, in the minor units of `price`: less what comes instead; nothing without a price.
    pub fn worth(&self, price: impl Fn(SkuId) -> Option<i64>) -> i64 {
        let instead = self.to.map_or(Some(0), &price);
        price(self.sku).zip(instead).map_or(0, |(price, instead)| price - instead)
    }
}

impl Ledger {
    /// Entries of one check.
    pub fn of<'a>(&'a self, check: &'a str) -> impl Iterator<Item = &'a Planted> {
        self.entries.iter().filter(move |entry| entry.check == check)
    }
    /// Money a month, in the minor units of `price`; licence types it does not know count nothing, and L20 is no
    /// saving.
    pub fn monthly(&self, price: impl Fn(SkuId) -> Option<i64>) -> i64 {
        let savings = self.entries.iter().filter(|entry| entry.check != "L20");
        savings.map(|entry| i64::from(entry.seats) * entry.worth(&price)).sum()
    }
    /// Entries and seats by check.
    pub fn totals(&self) -> BTreeMap<&str, (usize, u64)> {
        let mut totals = BTreeMap::new();
        for entry in &self.entries {
            let (count, seats) = totals.entry(entry.check).or_insert((0, 0));
            *count += 1;
            *seats += u64::from(entry.seats);
        }
        totals
    }
}
