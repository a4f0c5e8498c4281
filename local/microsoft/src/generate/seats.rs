//! What the company bought: seats of each licence type, and the subscriptions they come by.

use model::DirectoryId;

use super::{BY_MONTH, Draft, Generator, slack};
use crate::{directory::Subscription, products as p};

/// The longest a free or trial seat count a synthetic cap may claim.
const FLOW_FREE_SEATS: u32 = 10_000;
const POWER_BI_FREE_SEATS: u32 = 1_000_000;

impl Generator<'_> {
    /// L29: a company that is about to outgrow its Business plan bought ahead. Nobody else fits into it then.
    pub(super) fn buys_ahead(&self) -> bool {
        self.recipe.oddities.waste && (280..=300).contains(&self.recipe.people)
    }

    pub(super) fn seats(&mut self) -> Vec<Subscription> {
        let odd = self.recipe.oddities;
        if odd.traps {
            // Lapsed and empty: nothing to tell.
            let unused = if self.recipe.people <= 300 { p::OFFICE_E1 } else { p::BUSINESS_BASIC };
            self.sku(unused);
        }
        let consumed = self.used();
        let buys_ahead = self.buys_ahead();
        let owner = self.recipe.partner.then(|| DirectoryId(self.dice.guid()));
        let mut subscriptions = Vec::new();
        for (at, used) in consumed.into_iter().enumerate() {
            let id = self.skus[at].id;
            let more = self.dice.between(3, 7);
            let in_grace = self.dice.percent(50);
            let sku = &mut self.skus[at];
            let mut status = "Enabled";
            match id {
                p::FLOW_FREE => sku.enabled = FLOW_FREE_SEATS,
                p::POWER_BI_FREE => sku.enabled = POWER_BI_FREE_SEATS,
                p::TEAMS_PREMIUM => sku.enabled = used.max(25),
                _ if id == p::UNLISTED.0 => sku.enabled = used,
                p::PROJECT_P3 if in_grace => (status, sku.warning) = ("Warning", used + 1),
                p::PROJECT_P3 => (status, sku.suspended) = ("Suspended", used + 1),
                _ if used == 0 && at >= 3 => (status, sku.suspended) = ("Suspended", 25),
                // Bought for more people than came: the first suite, and Copilot.
                _ if odd.waste && (at == 0 || id == p::COPILOT) => {
                    let wasted = u32::from(more) + used / 12;
                    let ahead = if at == 0 && buys_ahead { 270 } else { 0 };
                    sku.enabled = (used + slack(used) + wasted).max(ahead);
                }
                // More were assigned than bought: somebody cut the number at the last renewal.
                p::VISIO_P2 if odd.waste && used > 1 => sku.enabled = used - 1,
                // Seats for the next hires, to the last that is still slack.
                _ if odd.traps && at % 2 == 0 => sku.enabled = used + slack(used),
                _ => sku.enabled = used,
            }
            sku.status = status;
            let seats = sku.enabled.max(sku.warning).max(sku.suspended);
            // The first suite was bought twice, with a renewal each.
            let parts = if at == 0 && seats >= 10 { vec![seats - seats / 3, seats / 3] } else { vec![seats] };
            let trial = id == p::TEAMS_PREMIUM;
            let free = matches!(id, p::FLOW_FREE | p::POWER_BI_FREE);
            for (nth, seats) in parts.into_iter().enumerate() {
                let offset = if nth == 0 { self.dice.between(20, 340) } else { self.dice.between(8, 19) };
                // A trial that ends soon is told of.
                let offset = match (trial, odd.waste) {
                    (true, true) => self.dice.between(5, 25),
                    (true, false) => self.dice.between(35, 55),
                    (false, _) => offset,
                };
                let next = self.today.after(offset);
                // A year's term, some renewals old; a trial runs for 60 days.
                let created = if trial { next.before(60) } else { next.before(365 * self.dice.between(1, 3)) };
                // By the month: none of the second suite is to spare.
                let by_month = self.recipe.aged && at == BY_MONTH;
                let (created, next) = match by_month {
                    true => (self.today.before(10), self.today.after(20)),
                    false => (created, next),
                };
                subscriptions.push(Subscription {
                    id: self.dice.guid().to_string(),
                    sku: u16::try_from(at).unwrap_or(0),
                    created,
                    next_lifecycle: (!free).then_some(next),
                    trial,
                    status,
                    seats,
                    owner: owner.filter(|_| !free && !trial),
                    raw: None,
                });
            }
        }
        subscriptions
    }

    /// How many people hold each licence type.
    pub(super) fn used(&self) -> Vec<u32> {
        let holds = |d: &Draft, at| {
            !d.person.deleted && d.person.licenses.iter().any(|l| usize::from(l.sku) == at && !l.failed)
        };
        let count = |at| self.drafts.iter().filter(|draft| holds(draft, at)).count();
        (0..self.skus.len()).map(|at| u32::try_from(count(at)).unwrap_or(u32::MAX)).collect()
    }
}
