//! Who has which licences: the company's suites, extras that people at work need, add-ons that are waste, and add-ons
//! that only look like it.

use model::{PlanId, SkuId};

use super::{Draft, Fate, Generator};
use crate::{
    directory::{Kind, License, SignIn, Sku},
    products as p,
};

impl Generator<'_> {
    pub(super) fn sku(&mut self, id: SkuId) -> u16 {
        if let Some(at) = self.skus.iter().position(|sku| sku.id == id) {
            return u16::try_from(at).unwrap_or(0);
        }
        let (part_number, plans) = match p::product(id) {
            Some(product) => (
                product.part_number,
                // Graph says Company of the plans that every product of a service carries.
                product.plans().map(|(name, id)| (name.to_owned(), id, !name.ends_with("_FOUNDATION"))).collect(),
            ),
            None => (p::UNLISTED.1, vec![(p::UNLISTED.3.to_owned(), p::UNLISTED.2, true)]),
        };
        self.skus.push(Sku::without_seats(id, part_number.to_owned(), "Enabled", plans));
        u16::try_from(self.skus.len() - 1).unwrap_or(0)
    }

    pub(super) fn give(&mut self, at: usize, sku: SkuId, disabled: u16) {
        let sku = self.sku(sku);
        let draft = &self.drafts[at];
        if draft.person.licenses.iter().any(|l| l.sku == sku) {
            return;
        }
        let changed = match draft.fate {
            Fate::JustCreated => draft.person.created,
            Fate::JustLicensed => self.today.before(self.dice.between(3, 18)),
            _ => {
                let age = u16::try_from(draft.person.created.until(self.today)).unwrap_or(0);
                self.today.before(self.dice.between(45.min(age), age.max(45)))
            }
        };
        let changed = changed.max(draft.person.created);
        self.drafts[at].person.licenses.push(License { sku, group: None, disabled, changed, failed: false });
    }

    /// Suites of a company like this, and out of a hundred how many hold each.
    pub(super) fn mix(&self) -> &'static [(SkuId, usize)] {
        match (self.recipe.people <= 300, self.recipe.p1) {
            (true, true) => &[(p::BUSINESS_PREMIUM, 55), (p::BUSINESS_STANDARD, 30), (p::BUSINESS_BASIC, 15)],
            (true, false) => &[(p::BUSINESS_STANDARD, 60), (p::BUSINESS_BASIC, 40)],
            (false, true) => &[(p::MICROSOFT_E3, 62), (p::MICROSOFT_E5, 14), (p::MICROSOFT_F3, 24)],
            (false, false) => &[(p::OFFICE_E3, 70), (p::OFFICE_E1, 30)],
        }
    }

    pub(super) fn licenses(&mut self) {
        let mix = self.mix();
        // The company's first suite comes first among its licence types.
        for (suite, _) in mix {
            self.sku(*suite);
        }
        for at in 0..self.drafts.len() {
            let (kind, fate) = (self.drafts[at].person.kind, self.drafts[at].fate);
            match kind {
                Kind::Employee if fate != Fate::Left => self.license_employee(at, mix),
                Kind::Service if fate == Fate::Service => self.give(at, p::EXCHANGE_P1, 0),
                _ => {}
            }
        }
        self.add_ons();
        self.usage();
    }

    fn license_employee(&mut self, at: usize, mix: &[(SkuId, usize)]) {
        let mut draw = self.dice.below(100);
        let mut suite = mix[0].0;
        for (candidate, weight) in mix {
            suite = *candidate;
            if draw < *weight {
                break;
            }
            draw -= weight;
        }
        self.drafts[at].suite = Some(suite);
        self.give(at, suite, 0);
        if self.dice.percent(40) {
            self.give(at, p::FLOW_FREE, 0);
        }
        if self.dice.percent(15) {
            self.give(at, p::POWER_BI_FREE, 0);
        }
        // Paid extras of people at work, none of which a suite of theirs contains.
        if self.drafts[at].fate == Fate::Active && self.recipe.people >= 40 {
            let extras: &[(SkuId, usize)] =
                &[(p::VISIO_P2, 3), (p::COPILOT, 6), (p::POWER_BI_PRO, 5), (p::TEAMS_PHONE, 4)];
            for (extra, chance) in extras {
                let contained = suite == p::MICROSOFT_E5 && (*extra == p::POWER_BI_PRO || *extra == p::TEAMS_PHONE);
                let without_teams = suite == p::MICROSOFT_F3 && *extra == p::TEAMS_PHONE;
                // Beside Power BI it would make a larger suite cheaper: no extra of a tidy company.
                let dearer = suite == p::MICROSOFT_E3 && *extra == p::TEAMS_PHONE && !self.recipe.oddities.waste;
                if self.dice.percent(*chance) && !contained && !without_teams && !dearer {
                    self.give(at, *extra, 0);
                }
            }
        }
    }

    /// Active employees on one of `suites` that nothing was planted on yet, `count` of them.
    pub(super) fn pick(&mut self, suites: &[SkuId], count: u32) -> Vec<usize> {
        let mut picked = Vec::new();
        let start = self.dice.below(self.drafts.len());
        for step in 0..self.drafts.len() {
            let at = (start + step) % self.drafts.len();
            let draft = &self.drafts[at];
            let plain = draft.fate == Fate::Active
                && draft.redundant.is_none()
                && draft.planted.is_empty()
                && draft.uses.is_none()
                && !draft.person.global_admin
                && draft.suite.is_some_and(|suite| suites.contains(&suite))
                && !draft.person.licenses.iter().any(|l| l.disabled != 0)
                && !self
                    .holds_any(draft, &[p::EXCHANGE_P1, p::EXCHANGE_P2, p::ENTRA_P1, p::POWER_BI_PRO, p::PROJECT_P3]);
            if plain {
                picked.push(at);
                if picked.len() == count as usize {
                    break;
                }
            }
        }
        picked
    }

    pub(super) fn holds_any(&self, draft: &Draft, skus: &[SkuId]) -> bool {
        draft.person.licenses.iter().any(|l| skus.contains(&self.skus[usize::from(l.sku)].id))
    }

    fn add_ons(&mut self) {
        let odd = self.recipe.oddities;
        let with_mail = [p::BUSINESS_STANDARD, p::BUSINESS_BASIC, p::BUSINESS_PREMIUM, p::OFFICE_E3, p::MICROSOFT_E3];
        if odd.waste {
            // L10: Exchange beside a suite that has it, for those at work and for some who are gone.
            let mut holders = self.pick(&with_mail, self.share(50, 1));
            let gone = |d: &Draft| d.fate == Fate::Inactive && d.suite.is_some_and(|suite| with_mail.contains(&suite));
            holders.extend(self.drafts.iter().position(gone));
            for at in holders {
                self.plant_redundant(at, p::EXCHANGE_P1);
            }
            if self.recipe.p1 {
                for at in self.pick(&[p::BUSINESS_PREMIUM, p::MICROSOFT_E3], self.share(80, 1)) {
                    self.plant_redundant(at, p::ENTRA_P1);
                }
                for at in self.pick(&[p::MICROSOFT_E5], self.share(120, 1)) {
                    self.plant_redundant(at, p::POWER_BI_PRO);
                }
            }
            // L20: people on a subscription that lapsed.
            for at in self.pick(&with_mail, self.share(100, 2)) {
                self.give(at, p::PROJECT_P3, 0);
            }
            self.plant_directory_only();
            if self.recipe.aged {
                self.retired_products();
            }
        }
        if odd.traps {
            // A larger mailbox is no duplicate.
            for at in self.pick(&[p::BUSINESS_STANDARD, p::BUSINESS_PREMIUM], self.share(60, 1)) {
                self.give(at, p::EXCHANGE_P2, 0);
            }
            for at in self.pick(&[p::MICROSOFT_F3], self.share(100, 1)) {
                self.give(at, p::EXCHANGE_P1, 0);
            }
            // The suite's own Exchange is turned off: the add-on is the mailbox.
            for at in self.pick(&with_mail, self.share(80, 1)) {
                self.turn_off(at, &[p::EXCHANGE_S_STANDARD, p::EXCHANGE_S_ENTERPRISE]);
                self.give(at, p::EXCHANGE_P1, 0);
            }
            // Entra ID P1 where the suite lacks it.
            if self.recipe.p1 {
                for at in self.pick(&[p::BUSINESS_BASIC, p::BUSINESS_STANDARD], self.share(60, 1)) {
                    self.give(at, p::ENTRA_P1, 0);
                }
            }
            // A trial, held by people at work and by one who is gone.
            let mut holders = self.pick(&with_mail, 3);
            holders.extend(self.drafts.iter().position(|draft| draft.fate == Fate::Inactive));
            for at in holders {
                self.give(at, p::TEAMS_PREMIUM, 0);
            }
            // A guest who works with us, licensed.
            let guest = |d: &Draft| d.person.kind == Kind::Guest && d.person.sign_in.successful.is_some();
            if let Some(at) = self.drafts.iter().position(guest) {
                // The reports do not list guests by an address we know: the sign-in must show it, or nothing could.
                if self.recipe.p1 {
                    self.give(at, p::POWER_BI_PRO, 0);
                }
            }
            // A shared mailbox with an archive, blocked as it should be, and receiving mail.
            if !self.recipe.concealed
                && let Some(at) = self.drafts.iter().position(|d| d.person.kind == Kind::Shared)
            {
                self.drafts[at].person.usage.exchange = Some(self.today.before(3));
                self.give(at, p::EXCHANGE_P2, 0);
            }
            // A meeting room that signs in by itself; the licence contains P1.
            if self.recipe.p1
                && let Some(at) = self.drafts.iter().position(|d| d.person.kind == Kind::Room)
            {
                let person = &mut self.drafts[at].person;
                person.enabled = true;
                let last = Some(self.today.before(1));
                person.sign_in = SignIn { successful: last, interactive: None, non_interactive: last };
                self.give(at, p::TEAMS_ROOMS_PRO, 0);
            }
        }
        if odd.unlisted_sku {
            for at in self.pick(&with_mail, self.share(200, 2)) {
                self.give(at, p::UNLISTED.0, 0);
            }
        }
    }

    /// Turns plans of somebody's suite off for them.
    pub(super) fn turn_off(&mut self, at: usize, plans: &[PlanId]) {
        let suite = self.drafts[at].suite.unwrap_or(p::BUSINESS_STANDARD);
        let sku = usize::from(self.sku(suite));
        let off = self.skus[sku].plans.iter().map(|(_, id, _)| *id).filter(|id| plans.contains(id));
        let mut off: Vec<PlanId> = off.collect();
        off.sort_unstable();
        let set = match self.plan_sets.iter().position(|set| *set == off) {
            Some(set) => set,
            None => {
                self.plan_sets.push(off);
                self.plan_sets.len() - 1
            }
        };
        let set = u16::try_from(set).unwrap_or(0);
        for license in self.drafts[at].person.licenses.iter_mut().filter(|l| usize::from(l.sku) == sku) {
            license.disabled = set;
        }
    }

    fn plant_redundant(&mut self, at: usize, sku: SkuId) {
        self.give(at, sku, 0);
        self.drafts[at].redundant = Some(sku);
    }
}
