//! What is planted for the checks that need only the directory: duplicate suites, failed assignments, add-ons without
//! their base, licensed guests, licences one suite would replace, and seats beyond what was bought.

use model::SkuId;

use super::{Fate, Generator, slack};
use crate::{
    directory::{Kind, License, Subscription},
    ledger::Planted,
    products as p,
};

/// A planted licence: the check that should count it, and what comes instead where it is exchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plant {
    pub check: &'static str,
    pub sku: SkuId,
    pub to: Option<SkuId>,
    pub certain: bool,
}

/// Days before a renewal or the end of a trial in which the catalogue tells of it.
const SOON: i32 = 30;
/// Seats of one Business plan from which the catalogue tells of its limit of 300.
const NEAR_LIMIT: u32 = 270;

impl Generator<'_> {
    fn plant(&mut self, at: usize, check: &'static str, sku: SkuId, certain: bool) {
        self.give(at, sku, 0);
        self.drafts[at].planted.push(Plant { check, sku, to: None, certain });
    }

    pub(super) fn plant_directory_only(&mut self) {
        // L9: a smaller suite beside a larger one.
        let pairs: &[(&[SkuId], SkuId)] = &[
            (&[p::BUSINESS_PREMIUM, p::BUSINESS_STANDARD], p::BUSINESS_BASIC),
            (&[p::MICROSOFT_E3, p::OFFICE_E3], p::OFFICE_E1),
        ];
        for (larger, smaller) in pairs {
            for at in self.pick(larger, self.share(100, 1)) {
                self.plant(at, "L9", *smaller, true);
            }
        }
        // L12: a second suite that no seat was free for.
        let (first, second) = (self.mix()[0].0, self.mix()[1].0);
        for at in self.pick(&[first], self.share(150, 1)) {
            let sku = self.sku(second);
            let changed = self.today.before(5);
            self.drafts[at].person.licenses.push(License { sku, group: None, disabled: 0, changed, failed: true });
            self.drafts[at].planted.push(Plant { check: "L12", sku: second, to: None, certain: true });
        }
        // L15: a telephone line for somebody whose Teams is turned off.
        for at in self.pick(&[p::BUSINESS_STANDARD, p::BUSINESS_PREMIUM, p::MICROSOFT_E3, p::OFFICE_E3], 1) {
            if self.holds_any(&self.drafts[at], &[p::TEAMS_PHONE]) {
                continue;
            }
            self.turn_off(at, &[p::TEAMS1, p::MCOSTANDARD]);
            self.plant(at, "L15", p::TEAMS_PHONE, true);
        }
        // L17: a guest with a mailbox; the first guests may be traps. The reports do not list guests by an address we
        // know, so without sign-in dates nobody could tell whether they are active.
        let guests = self.drafts.iter().filter(|draft| draft.person.kind == Kind::Guest).count();
        let last = self.drafts.iter().rposition(|draft| draft.person.kind == Kind::Guest);
        if let (Some(at), true) = (last, guests > 1 && self.recipe.p1) {
            let suite = self.mix()[self.mix().len() - 1].0;
            self.plant(at, "L17", suite, false);
        }
        // L23: three licences that Business Premium replaces for less, where there is room in it.
        if self.recipe.p1 && !self.buys_ahead() {
            for at in self.pick(&[p::BUSINESS_STANDARD], self.share(100, 1)) {
                for (sku, to) in
                    [(p::BUSINESS_STANDARD, Some(p::BUSINESS_PREMIUM)), (p::ENTRA_P1, None), (p::INTUNE, None)]
                {
                    self.give(at, sku, 0);
                    self.drafts[at].planted.push(Plant { check: "L23", sku, to, certain: false });
                }
            }
        }
    }

    /// L30: somebody works with what Microsoft has retired since it was bought.
    pub(super) fn retired_products(&mut self) {
        let suite = self.mix()[0].0;
        for at in self.pick(&[suite], self.share(150, 1)) {
            let (sku, to) = (p::PROJECT_P5, Some(p::PROJECT_P3));
            self.give(at, sku, 0);
            self.drafts[at].planted.push(Plant { check: "L30", sku, to, certain: false });
        }
    }

    /// L25: somebody deleted of late, whose licences still show.
    pub(super) fn deleted_people(&mut self) {
        if !self.recipe.oddities.waste {
            return;
        }
        let suite = self.mix()[0].0;
        for nth in 0..self.share(150, 1) {
            let mut draft = self.draft(Kind::Employee, Fate::Left, nth);
            (draft.person.deleted, draft.person.deleted_on) = (true, Some(self.today.before(12)));
            draft.planted.push(Plant { check: "L25", sku: suite, to: None, certain: true });
            self.drafts.push(draft);
            self.give(self.drafts.len() - 1, suite, 0);
        }
    }

    /// What a scan should say of that and of what follows from other plants. `used` tells how many hold a licence type.
    pub(super) fn directory_only_entries(&self, subscriptions: &[Subscription], used: &[u32]) -> Vec<Planted> {
        let mut entries = Vec::new();
        for draft in &self.drafts {
            for Plant { check, sku, to, certain } in draft.planted.iter().copied() {
                let person = Some(draft.person.id);
                entries.push(Planted { check, sku, to, person, seats: 1, certain });
            }
            // L23: with both of these, Microsoft 365 E5 is cheaper.
            let parts = [(p::MICROSOFT_E3, Some(p::MICROSOFT_E5)), (p::TEAMS_PHONE, None), (p::POWER_BI_PRO, None)];
            if draft.planted.is_empty() && parts.iter().all(|(sku, _)| self.holds_any(draft, &[*sku])) {
                let person = Some(draft.person.id);
                let entry = |(sku, to)| Planted { check: "L23", sku, to, person, seats: 1, certain: false };
                entries.extend(parts.map(entry));
            }
            // L11: some keep the direct licence of old beside the group's.
            let licenses = || draft.person.licenses.iter().filter(|license| !license.failed);
            for license in licenses().filter(|license| license.group.is_none()) {
                if licenses().any(|other| other.sku == license.sku && other.group.is_some()) {
                    let (check, sku) = ("L11", self.skus[usize::from(license.sku)].id);
                    let person = Some(draft.person.id);
                    entries.push(Planted { check, sku, to: None, person, seats: 1, certain: true });
                }
            }
        }
        // L29: the plans differ, so each is told of by itself.
        let business = [p::BUSINESS_PREMIUM, p::BUSINESS_STANDARD, p::BUSINESS_BASIC];
        let near = self.skus.iter().filter(|sku| business.contains(&sku.id) && sku.enabled >= NEAR_LIMIT);
        entries.extend(near.map(|sku| {
            let (check, seats) = ("L29", sku.enabled);
            Planted { check, sku: sku.id, to: None, person: None, seats, certain: true }
        }));
        for (at, (sku, used)) in self.skus.iter().zip(used).enumerate() {
            let soon = |sub: &&Subscription| {
                let until = |next| self.today.until(next);
                usize::from(sub.sku) == at && sub.next_lifecycle.is_some_and(|next| (0..=SOON).contains(&until(next)))
            };
            let renewing: u32 = subscriptions.iter().filter(soon).map(|sub| sub.seats).sum();
            let mut tell = |check, seats| {
                if seats > 0 {
                    entries.push(Planted { check, sku: sku.id, to: None, person: None, seats, certain: true });
                }
            };
            match sku.id {
                p::TEAMS_PREMIUM => tell("L19", renewing.min(*used)),
                p::VISIO_P2 => tell("L2", used.saturating_sub(sku.enabled)),
                id if at == 0 || id == p::COPILOT => tell("L21", renewing.min(sku.enabled - used - slack(*used))),
                _ => {}
            }
        }
        entries
    }
}
