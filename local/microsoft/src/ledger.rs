//! What the generator planted: the answer a faithful scan should come to, known by construction.

use std::collections::{BTreeMap, BTreeSet};

use model::{PersonId, SkuId};
use serde::Serialize;

/// Checks that tell of something and save nothing by it.
const WITHOUT_SAVING: &[&str] = &["L2", "L11", "L12", "L19", "L20", "L21", "L25", "L29"];

/// Checks whose saving is a part of the price, in percent.
const SHARES: &[(&str, i64)] = &[("L22", 20)];

/// Everything planted in one directory. A (person, licence type) pair stands in it once among the checks that save
/// money: under the first of L3, L4, L5, L9, L10, L15, L17, L7, L6, L13, L16, L14, L30, L23, L18, L24, L8.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// What was planted, in order of check, licence type and person.
    pub entries: Vec<Planted>,
    /// Accounts that a check should name for what they do, whatever licences they have: check and account, in order.
    pub accounts: Vec<(&'static str, PersonId)>,
    /// What should be told beside once a year has been seen, with as many licences in use on every day as now.
    pub after_a_year: Vec<Planted>,
    /// L27: what the people of each department have.
    pub departments: Vec<Department>,
    /// L28: OneDrives of people without a licence, not used for long.
    pub drives: Drives,
}

/// The paid licences of one department's people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Department {
    /// Its name; `None`: those of people without one.
    pub name: Option<&'static str>,
    /// People with a paid licence.
    pub people: u32,
    /// Their paid licences.
    pub seats: BTreeMap<SkuId, u32>,
}

impl Department {
    /// Money a month, in the minor units of `price`; `None` where it knows none of the licence types.
    pub fn monthly(&self, price: impl Fn(SkuId) -> Option<i64>) -> Option<i64> {
        let priced = self.seats.iter().filter_map(|(sku, seats)| Some(price(*sku)? * i64::from(*seats)));
        priced.reduce(|sum, one| sum + one)
    }
    /// Whether it has a licence type that `price` does not know.
    pub fn lacks_a_price(&self, price: impl Fn(SkuId) -> Option<i64>) -> bool {
        self.seats.keys().any(|sku| price(*sku).is_none())
    }
}

/// OneDrives together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Drives {
    /// How many.
    pub count: u32,
    /// What they hold, each rounded down to whole MiB.
    pub used_mib: u64,
}

/// One planted fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Planted {
    /// The catalogue's name of the check that should see it.
    pub check: &'static str,
    /// The licence type.
    pub sku: SkuId,
    /// What the person gets instead, where the licence is exchanged.
    pub to: Option<SkuId>,
    /// Whose licence; `None` for checks that are about a licence type.
    pub person: Option<PersonId>,
    /// Seats: 1 for a person's licence; otherwise those the check tells of.
    pub seats: u32,
    /// Whether it follows from what is bought and assigned. L6 and L7 never do: inactivity can have reasons Graph does
    /// not know, so somebody is asked. L3 does not at a first scan: Graph does not say when an account was blocked.
    pub certain: bool,
}

impl Planted {
    /// Money a month, in the minor units of `price`.
    pub fn monthly(&self, price: impl Fn(SkuId) -> Option<i64>) -> i64 {
        let price = |sku| price(sku).unwrap_or(0);
        let unit = price(self.sku) - self.to.map_or(0, price);
        let share = SHARES.iter().find(|(check, _)| *check == self.check).map_or(100, |(_, percent)| *percent);
        i64::from(self.seats) * (unit * share / 100)
    }
}

impl Ledger {
    /// The same once a year has been seen.
    #[must_use]
    pub fn after_a_year(mut self) -> Self {
        self.entries.append(&mut self.after_a_year);
        self.entries.sort_unstable();
        self
    }
    /// The checks something was planted for.
    pub fn checks(&self) -> BTreeSet<&'static str> {
        let entries = self.entries.iter().chain(&self.after_a_year).map(|entry| entry.check);
        let departments = (self.departments.len() > 1).then_some("L27");
        let drives = (self.drives.count > 0).then_some("L28");
        entries.chain(self.accounts.iter().map(|(check, _)| *check)).chain(departments).chain(drives).collect()
    }
    /// Entries of one check.
    pub fn of<'a>(&'a self, check: &'a str) -> impl Iterator<Item = &'a Planted> {
        self.entries.iter().filter(move |entry| entry.check == check)
    }
    /// Entries that are a saving. A share of the price is planted for every seat in use, and saved of those only that
    /// nobody is to lose: a seat somebody loses is saved as a whole.
    pub fn savings(&self) -> impl Iterator<Item = Planted> + '_ {
        let saves = |entry: &&Planted| !WITHOUT_SAVING.contains(&entry.check);
        let lost = move |sku: SkuId| {
            let entries = self.entries.iter().filter(saves).filter(|entry| entry.person.is_some() && entry.sku == sku);
            entries.fold(0u32, |sum, entry| sum.saturating_add(entry.seats))
        };
        self.entries.iter().filter(saves).map(move |entry| {
            let share = SHARES.iter().any(|(check, _)| *check == entry.check);
            let seats = if share { entry.seats.saturating_sub(lost(entry.sku)) } else { entry.seats };
            Planted { seats, ..entry.clone() }
        })
    }
    /// Money a month, in the minor units of `price`; licence types it does not know count nothing.
    pub fn monthly(&self, price: impl Fn(SkuId) -> Option<i64>) -> i64 {
        self.savings().map(|entry| entry.monthly(&price)).sum()
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
