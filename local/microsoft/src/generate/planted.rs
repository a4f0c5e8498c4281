//! The ledger of what was planted: what a faithful scan should find.

use std::collections::{BTreeMap, BTreeSet};

use model::SkuId;

use super::{BY_MONTH, Draft, Fate, Generator, slack};
use crate::{
    directory::{Kind, Person, Sku, Subscription},
    ledger::{Department, Drives, Ledger, Planted},
    products as p, reports, words,
};

impl Generator<'_> {
    pub(super) fn ledger(&self, subscriptions: &[Subscription]) -> Ledger {
        if !self.recipe.oddities.waste {
            return Ledger::default();
        }
        let mut entries = Vec::new();
        let seen = self.recipe.p1 || !self.recipe.concealed;
        let free = [p::FLOW_FREE, p::POWER_BI_FREE, p::TEAMS_PREMIUM];
        let planted = |d: &&Draft| !d.person.deleted && (d.person.kind == Kind::Employee || d.uses.is_some());
        for draft in self.drafts.iter().filter(planted) {
            let held = draft.person.licenses.iter().filter(|l| !l.failed);
            let mut skus: Vec<SkuId> = held.map(|l| self.skus[usize::from(l.sku)].id).collect();
            skus.sort_unstable();
            skus.dedup();
            for sku in skus.into_iter().filter(|sku| !free.contains(sku)) {
                let found = match draft.fate {
                    _ if draft.person.kind != Kind::Employee => None,
                    Fate::Blocked if seen => Some(("L3", false)),
                    _ if draft.redundant == Some(sku) => Some(("L10", true)),
                    Fate::NeverUsed if seen => Some(("L7", false)),
                    Fate::Inactive | Fate::SprayedDormant if seen => Some(("L6", false)),
                    _ => None,
                };
                match found {
                    Some((check, certain)) => {
                        let person = Some(draft.person.id);
                        entries.push(Planted { check, sku, to: None, person, seats: 1, certain });
                    }
                    None => entries.extend(Self::entry_of(draft, sku)),
                }
            }
        }
        let used = self.used();
        for (at, (sku, used)) in self.skus.iter().zip(&used).enumerate() {
            let (check, seats) = match sku.id {
                p::PROJECT_P3 => ("L20", *used),
                id if at == 0 || id == p::COPILOT => ("L1", sku.enabled - used - slack(*used)),
                _ => continue,
            };
            entries.push(Planted { check, sku: sku.id, to: None, person: None, seats, certain: true });
        }
        entries.extend(self.directory_only_entries(subscriptions, &used));
        entries.sort_unstable();
        let mut accounts: Vec<_> =
            self.drafts.iter().filter(|d| d.signed_in_to).map(|d| ("L26", d.person.id)).collect();
        accounts.sort_unstable();
        let after_a_year = match used.get(BY_MONTH).copied().filter(|used| self.recipe.aged && *used > 0) {
            Some(seats) => {
                let sku = self.skus[BY_MONTH].id;
                vec![Planted { check: "L22", sku, to: None, person: None, seats, certain: true }]
            }
            None => Vec::new(),
        };
        Ledger { entries, accounts, after_a_year, departments: self.departments(), drives: self.drives() }
    }

    /// L27: paid licences by department. Trials, free ones and what has lapsed are paid by nobody.
    fn departments(&self) -> Vec<Department> {
        let unpaid = [p::FLOW_FREE, p::POWER_BI_FREE, p::TEAMS_PREMIUM];
        let paid = |sku: &&Sku| !unpaid.contains(&sku.id) && ["Enabled", "Warning"].contains(&sku.status);
        let mut departments: BTreeMap<Option<&'static str>, Department> = BTreeMap::new();
        for draft in self.drafts.iter().filter(|draft| !draft.person.deleted) {
            let held = draft.person.licenses.iter().filter(|license| !license.failed);
            let held = held.map(|license| &self.skus[usize::from(license.sku)]).filter(paid);
            let held: BTreeSet<SkuId> = held.map(|sku| sku.id).collect();
            if held.is_empty() {
                continue;
            }
            let employee = draft.person.kind == Kind::Employee;
            let name = employee.then(|| words::DEPARTMENTS[usize::from(draft.person.department)]);
            let department = departments.entry(name).or_insert_with(|| Department { name, ..Department::default() });
            department.people += 1;
            held.into_iter().for_each(|sku| *department.seats.entry(sku).or_default() += 1);
        }
        departments.into_values().collect()
    }

    /// L28: what people without a licence left in OneDrive and nobody used for 90 days before the report.
    fn drives(&self) -> Drives {
        let refreshed = self.today.before(reports::LAG);
        let old = |person: &&Person| person.usage.onedrive.is_some_and(|day| day.until(refreshed) > 90);
        let left = self.drafts.iter().map(|draft| &draft.person).filter(|person| reports::left_drive(person));
        left.filter(old).fold(Drives::default(), |sum, person| Drives {
            count: sum.count + 1,
            used_mib: sum.used_mib + (reports::drive_bytes(person) >> 20),
        })
    }
}
