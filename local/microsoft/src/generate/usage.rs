//! What only usage tells: shared mailboxes with licences or with sign-ins, rooms and administrators with licences, programs nobody installed, lines
//! nobody calls with, Copilot nobody asks; and everybody else at work using what they have.

use model::SkuId;

use super::{Draft, Fate, Generator};
use crate::{
    directory::{Kind, SignIn},
    ledger::Planted,
    products as p,
};

/// What is planted on an account, and what a faithful scan says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Use {
    pub check: &'static str,
    pub sku: SkuId,
    /// What the person should get instead.
    pub to: Option<SkuId>,
}

/// Before so many days the licence of a planted case was assigned: no check leaves it alone as new.
const HELD_DAYS: u16 = 150;

impl Generator<'_> {
    /// Plants what usage tells, then lets everybody else at work use what they have.
    pub(super) fn usage(&mut self) {
        let odd = self.recipe.oddities;
        // What the reports hide could not be told.
        if odd.waste && !self.recipe.concealed && self.recipe.people >= 40 {
            self.shared_mailboxes();
            self.rooms();
            self.programs();
            self.lines_and_copilot();
            if self.recipe.p1 {
                self.shared_sign_ins();
                self.administrators();
                self.enterprise_suites();
            }
        }
        for at in 0..self.drafts.len() {
            self.use_all(at);
        }
    }

    /// L4: shared mailboxes with a suite. A large company's are full, so that they need the one licence that holds them.
    fn shared_mailboxes(&mut self) {
        let suite = self.mix()[0].0;
        let large = [p::MICROSOFT_E3, p::OFFICE_E3].contains(&suite) && self.recipe.people > 300;
        let Some(at) = self.bare(Kind::Shared) else { return };
        self.give(at, suite, 0);
        self.mark(at, Use { check: "L4", sku: suite, to: large.then_some(p::EXCHANGE_P2) });
    }

    /// L26: a shared mailbox without a licence that somebody signs in to. Only sign-in dates tell.
    fn shared_sign_ins(&mut self) {
        let Some(at) = self.bare(Kind::Shared) else { return };
        let last = Some(self.today.before(5));
        let draft = &mut self.drafts[at];
        draft.person.enabled = true;
        draft.person.sign_in = SignIn { successful: last, interactive: last, non_interactive: None };
        draft.signed_in_to = true;
    }

    /// L5: a room that people book, with a licence for a mailbox.
    fn rooms(&mut self) {
        let Some(at) = self.bare(Kind::Room) else { return };
        self.give(at, p::EXCHANGE_P1, 0);
        self.mark(at, Use { check: "L5", sku: p::EXCHANGE_P1, to: None });
    }

    /// The last account of a kind that has no licence: the first are traps.
    fn bare(&self, kind: Kind) -> Option<usize> {
        self.drafts.iter().rposition(|d| d.person.kind == kind && d.person.licenses.is_empty())
    }

    /// L8: people who never installed a program.
    fn programs(&mut self) {
        for (suite, smaller) in [(p::BUSINESS_STANDARD, p::BUSINESS_BASIC), (p::OFFICE_E3, p::OFFICE_E1)] {
            for at in self.pick(&[suite], self.share(40, 1)) {
                self.drafts[at].person.usage.activated = None;
                self.mark(at, Use { check: "L8", sku: suite, to: Some(smaller) });
            }
        }
        // Nobody calls or meets them, so half of what E5 has more is of no use to them.
        for at in 0..self.drafts.len() {
            let silent = self.drafts[at].fate == Fate::SprayedUnclear && self.recipe.p1;
            if silent && self.drafts[at].suite == Some(p::MICROSOFT_E5) {
                self.mark(at, Use { check: "L8", sku: p::MICROSOFT_E5, to: Some(p::MICROSOFT_E3) });
            }
        }
    }

    /// L13, L14, L16: of those who have Copilot, Visio or a line, one in three does not use it.
    fn lines_and_copilot(&mut self) {
        for (check, sku) in [("L13", p::COPILOT), ("L14", p::VISIO_P2), ("L16", p::TEAMS_PHONE)] {
            let holders: Vec<usize> =
                (0..self.drafts.len()).filter(|at| self.holds_any(&self.drafts[*at], &[sku])).collect();
            let free = |at: &usize| {
                let draft = &self.drafts[*at];
                // Who has two programs would have to be told by each, and what makes a larger suite worth it is that
                // check's.
                let other = self.holds_any(draft, &[p::PROJECT_P3, p::POWER_BI_PRO]);
                draft.uses.is_none() && draft.planted.is_empty() && !other
            };
            for at in holders.into_iter().filter(free).step_by(3).collect::<Vec<_>>() {
                if check == "L16" {
                    self.drafts[at].person.usage.teams = None;
                }
                self.mark(at, Use { check, sku, to: None });
            }
        }
    }

    /// L18: an account to administer with, with a suite nobody needs on it.
    fn administrators(&mut self) {
        let suite = self.mix()[0].0;
        let Some(at) = self.bare(Kind::Admin) else { return };
        self.give(at, suite, 0);
        self.mark(at, Use { check: "L18", sku: suite, to: Some(p::ENTRA_P1) });
    }

    /// L24: an enterprise suite in a small company.
    fn enterprise_suites(&mut self) {
        if self.recipe.people > 300 {
            return;
        }
        for at in self.pick(&[p::BUSINESS_PREMIUM], self.share(60, 1)) {
            let old = self.sku(p::BUSINESS_PREMIUM);
            self.drafts[at].person.licenses.retain(|license| license.sku != old);
            self.give(at, p::MICROSOFT_E3, 0);
            self.drafts[at].suite = Some(p::MICROSOFT_E3);
            self.mark(at, Use { check: "L24", sku: p::MICROSOFT_E3, to: Some(p::BUSINESS_PREMIUM) });
        }
    }

    fn mark(&mut self, at: usize, planted: Use) {
        let (today, sku) = (self.today, self.sku(planted.sku));
        let draft = &mut self.drafts[at];
        for license in draft.person.licenses.iter_mut().filter(|license| license.sku == sku) {
            license.changed = today.before(HELD_DAYS).max(draft.person.created);
        }
        draft.uses = Some(planted);
    }

    /// Somebody at work uses every paid thing they have, but for what was planted.
    fn use_all(&mut self, at: usize) {
        let today = self.today;
        let (waste, large) = (self.recipe.oddities.waste, self.holds_any(&self.drafts[at], &[p::MICROSOFT_E5]));
        let draft = &mut self.drafts[at];
        if draft.fate == Fate::Left && !waste {
            // A tidy company has looked after the files of those who left.
            draft.person.usage.onedrive = None;
        }
        if self.recipe.aged && draft.fate == Fate::Left && draft.person.kind == Kind::Employee && waste {
            draft.person.usage.onedrive = Some(today.before(120).max(draft.person.created));
        }
        if draft.person.kind != Kind::Employee || matches!(draft.fate, Fate::NeverUsed | Fate::Blocked | Fate::Left) {
            return;
        }
        let uses = draft.uses;
        let not = |check| uses.is_none_or(|planted| planted.check != check);
        let (created, attempt) = (draft.person.created, draft.person.sign_in.interactive);
        let usage = &mut draft.person.usage;
        let long_ago = Some(today.before(300).max(created));
        if not("L8") {
            usage.activated = usage.activated.or(long_ago);
        }
        if not("L14") {
            usage.drawing = long_ago;
        }
        if draft.fate == Fate::Active && not("L13") {
            usage.copilot = usage.exchange;
        }
        if matches!(draft.fate, Fate::Active | Fate::MailOnly) && not("L16") {
            usage.teams = usage.teams.or(usage.exchange);
        }
        if large && draft.fate == Fate::SprayedUnclear && not("L8") {
            usage.teams = attempt;
        }
    }

    /// The entry of a licence in the ledger, where it was planted here.
    pub(super) fn entry_of(draft: &Draft, sku: SkuId) -> Option<Planted> {
        let Use { check, to, .. } = draft.uses.filter(|planted| planted.sku == sku)?;
        Some(Planted { check, sku, person: Some(draft.person.id), seats: 1, certain: false, to })
    }
}
