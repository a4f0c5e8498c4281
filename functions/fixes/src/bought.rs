//! What a company has bought, as of its last check: what is in a licence, what it is called and when it renews.

use std::collections::{BTreeMap, BTreeSet};

use api::Error;
use checks::{
    catalogue::l15_add_on_without_base,
    facts::{Sku, SkuStatus, Subscription},
    plans::{Content, Feature},
};
use jiff::civil::Date;
use model::{Assignment, Change, Held, PersonId, PlanId, SkuId, State};
use store::{Freed, Tenant};

use crate::change::Names;

/// Licence types and subscriptions as of the last check.
#[derive(Debug, Default)]
pub struct Bought {
    skus: Vec<Sku>,
    subscriptions: Vec<Subscription>,
}

impl Bought {
    /// As stored by the last check.
    ///
    /// # Errors
    /// When the table does not answer or the item does not read.
    pub async fn of(tenant: Tenant<'_>) -> Result<Self, Error> {
        let (skus, subscriptions) = tenant.bought().await?;
        Ok(Self { skus, subscriptions })
    }

    /// These licence types and no subscription.
    #[cfg(test)]
    pub fn with(skus: Vec<Sku>) -> Self {
        Self { skus, subscriptions: Vec::new() }
    }

    fn sku(&self, sku: SkuId) -> Option<&Sku> {
        self.skus.iter().find(|known| known.id == sku)
    }

    /// When a licence type's next subscription renews, from `today` on. What has ended renews no more.
    pub fn renews_on(&self, sku: SkuId, today: Date) -> Option<Date> {
        let renewing = |one: &&Subscription| one.sku == sku && !one.trial && one.status == SkuStatus::Enabled;
        let own = self.subscriptions.iter().filter(renewing);
        own.filter_map(|own| own.next_lifecycle).map(model::utc_date).filter(|on| *on >= today).min()
    }

    /// Names of the licence types.
    pub fn names(&self) -> BTreeMap<SkuId, String> {
        let name = |sku: &Sku| checks::product_name(sku.id).map_or_else(|| sku.part_number.clone(), str::to_owned);
        self.skus.iter().map(|sku| (sku.id, name(sku))).collect()
    }

    /// Seats that are nobody's once these changes of people are done.
    pub fn freed<'a>(
        &self,
        done: impl Iterator<Item = (Option<PersonId>, &'a Change, &'a State)>,
        today: Date,
    ) -> Vec<Freed> {
        let mut people: BTreeMap<Option<PersonId>, Vec<(&Change, &State)>> = BTreeMap::new();
        done.for_each(|(person, change, before)| people.entry(person).or_default().push((change, before)));
        let mut seats: BTreeMap<SkuId, u32> = BTreeMap::new();
        for changes in people.into_values() {
            Change::all_free(changes).into_iter().for_each(|sku| *seats.entry(sku).or_default() += 1);
        }
        let names = Names { skus: self.names(), ..Names::default() };
        seats
            .into_iter()
            .map(|(sku, seats)| Freed { sku, product: names.sku(sku), seats, renews_on: self.renews_on(sku, today) })
            .collect()
    }

    /// What is in the licences of a state, by licence.
    fn contents(&self, state: &State) -> Vec<Content> {
        let working = state.licences.iter().filter(|held| held.error.is_none());
        working.filter_map(|held| Some(Content::new(&self.sku(held.sku)?.plans, &held.disabled_plans))).collect()
    }

    /// What somebody has before and has not after: by plan and ladder, so that a licence that contains another's plans
    /// loses nothing (G7).
    pub fn lost(&self, before: &State, after: &State) -> BTreeSet<Feature> {
        let (before, after) = (self.contents(before), self.contents(after));
        let after: Vec<&Content> = after.iter().collect();
        before.iter().flat_map(|had| had.missing_in(&after)).filter_map(checks::plans::feature).collect()
    }

    /// Whether what a licence builds on is missing where it is found: once taken, Microsoft does not give it again. By
    /// the rule of L15, which knows what cannot be seen of somebody `synced`.
    pub fn lacks_base(&self, sku: SkuId, before: &State, synced: bool) -> bool {
        let content = |held: &Held| Some(Content::new(&self.sku(held.sku)?.plans, &held.disabled_plans));
        let working = before.licences.iter().filter(|held| held.error.is_none());
        let rights = working.filter_map(|held| Some(content(held)?.without_empty_rights(held.sku)));
        let rights: Vec<Content> = rights.collect();
        let has = |feature| rights.iter().any(|content| content.has(feature));
        let own = before.direct(sku).and_then(content);
        own.is_some_and(|own| l15_add_on_without_base::lacks_base(&own, has, synced))
    }

    /// The licence an exchange gives: what was turned off stays off.
    pub fn instead(&self, to: SkuId, disabled: &[PlanId]) -> Assignment {
        let in_it = |plan: &PlanId| self.sku(to).is_some_and(|sku| sku.plans.iter().any(|own| own.id == *plan));
        Assignment { sku: to, disabled_plans: disabled.iter().copied().filter(in_it).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREMIUM: SkuId = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");

    #[test]
    fn only_a_subscription_that_is_in_force_renews() {
        let one = |status, trial, day: &str| Subscription {
            id: day.into(),
            sku: PREMIUM,
            created: None,
            next_lifecycle: Some(format!("{day}T10:00:00Z").parse().unwrap()),
            trial,
            status,
            seats: 5,
            through_partner: false,
        };
        let subscriptions = vec![
            one(SkuStatus::Warning, false, "2026-11-25"),
            one(SkuStatus::Suspended, false, "2026-11-26"),
            one(SkuStatus::LockedOut, false, "2026-11-27"),
            one(SkuStatus::Enabled, true, "2026-11-28"),
            one(SkuStatus::Enabled, false, "2026-11-20"),
            one(SkuStatus::Enabled, false, "2026-12-01"),
        ];
        let bought = Bought { skus: Vec::new(), subscriptions };
        let day = |text: &str| -> Date { text.parse().unwrap() };
        assert_eq!(bought.renews_on(PREMIUM, day("2026-11-21")), Some(day("2026-12-01")));
        assert_eq!(bought.renews_on(PREMIUM, day("2026-12-02")), None);
    }
}
