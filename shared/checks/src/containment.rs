//! Which of a person's licences are contained in the others, and which licence type could stand in for several.

use std::{borrow::Cow, collections::BTreeMap};

use model::SkuId;

use crate::{
    catalogue::{Candidate, Claim},
    evaluation::Context,
    facts::{Sku, SkuStatus},
    licence::LicenceType,
    plans::Content,
    prices::PriceList,
};

/// Microsoft sells at most so many licences of one Business plan to a directory.
///
/// Source: Microsoft 365 for business frequently asked questions; that it is per plan, not over all of them, is
/// commonly stated and not verified.
pub(crate) const BUSINESS_LIMIT: u32 = 300;

/// Paid licences of a person that `judged` accepts and that the other licences `container` accepts contain.
///
/// They are tried from the cheapest up, by Steward's dollar list, and one found redundant no longer counts as containing
/// another: of two that contain each other only the cheaper is named (ties by id), and what is left always contains
/// what is named. A trial contains nothing: it ends.
pub(crate) fn redundant(
    candidate: &Candidate<'_>,
    judged: fn(&LicenceType) -> bool,
    container: fn(&LicenceType) -> bool,
) -> Vec<Claim> {
    let mut tried: Vec<_> = candidate.paid().filter(|(_, licence)| judged(licence)).collect();
    if tried.is_empty() || candidate.held.len() < 2 {
        return Vec::new();
    }
    tried.sort_by_key(|(license, _)| by_price(license.sku));
    let contains = |licence: &LicenceType| {
        licence.sku.status == SkuStatus::Enabled && licence.trial_seats == 0 && container(licence)
    };
    let mut provided: BTreeMap<SkuId, Cow<'_, Content>> = candidate
        .held
        .iter()
        .filter(|(_, licence)| contains(licence))
        .map(|(license, licence)| (license.sku, licence.rights_of(license)))
        .collect();
    let mut redundant = Vec::new();
    for (license, licence) in tried {
        let content = licence.content_of(license);
        let others: Vec<_> = provided.iter().filter(|(sku, _)| **sku != license.sku).collect();
        let contents: Vec<&Content> = others.iter().map(|(_, content)| content.as_ref()).collect();
        if content.is_empty() || content.missing_in(&contents).next().is_some() {
            continue;
        }
        // Every other licence that has some of its plans has to stay.
        let within = others.iter().filter(|(_, other)| content.overlaps(other)).map(|(sku, _)| **sku).collect();
        redundant.push(Claim { sku: license.sku, to: None, within });
        provided.remove(&license.sku);
    }
    redundant
}

/// Orders licence types from the cheapest up, by Steward's dollar list; those it does not name last.
pub(crate) fn by_price(sku: SkuId) -> (bool, Option<i64>, SkuId) {
    let price = PriceList::rank(sku);
    (price.is_none(), price, sku)
}

/// What the licences of `claims` are contained in, by name.
pub(crate) fn names(context: &Context, skus: &[SkuId]) -> String {
    let names: Vec<String> = skus.iter().filter_map(|sku| Some(context.licences.get(sku)?.name())).collect();
    names.join(", ")
}

/// The Business plans, each with its variants: those that share a limit.
const BUSINESS: &[&[SkuId]] = &[
    &[SkuId::literal("3b555118-da6a-4418-894f-7df1e2096870"), SkuId::literal("21502a13-c8dc-4744-be9c-177fd9d2eafc")],
    &[SkuId::literal("f245ecc8-75af-4f8e-b61f-27d8114de5f3"), SkuId::literal("5a1c7b8d-0739-4ca8-bf69-ec87e69133ac")],
    &[SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"), SkuId::literal("00e1ec7b-e4a3-40d1-9441-b69b597ab222")],
    &[SkuId::literal("cdd28e44-67e3-425e-be4c-737fab2899d3")],
];

/// The Business plan a licence type belongs to, with its variants.
pub(crate) fn business_plan(sku: SkuId) -> Option<&'static [SkuId]> {
    BUSINESS.iter().find(|plan| plan.contains(&sku)).copied()
}

/// Licences bought of a Business plan, over its variants: usable ones and those in grace.
pub(crate) fn bought_of(context: &Context, plan: &[SkuId]) -> u32 {
    let seats = plan.iter().filter_map(|sku| context.licences.get(sku)).map(|licence| licence.sku.seats);
    seats.fold(0, |sum, seats| sum.saturating_add(seats.enabled).saturating_add(seats.warning))
}

/// Free seats of a licence type.
pub(crate) fn free_of(context: &Context, sku: SkuId) -> u32 {
    context.licences.get(&sku).map_or(0, |licence| licence.sku.seats.enabled.saturating_sub(licence.sku.consumed))
}

/// Whether everybody who has `from` could be moved to `to` without passing the limit of a Business plan: free seats are
/// filled first, the rest has to be bought. Seats that more people have than were bought count as bought.
pub(crate) fn fits_limit(context: &Context, from: SkuId, to: SkuId) -> bool {
    let Some(plan) = business_plan(to).filter(|plan| !plan.contains(&from)) else { return true };
    let moved = context.licences.get(&from).map_or(0, |licence| licence.sku.consumed);
    let to_buy = moved.saturating_sub(free_of(context, to));
    let taken = |sku: &Sku| sku.seats.enabled.saturating_add(sku.seats.warning).max(sku.consumed);
    let licences = plan.iter().filter_map(|sku| context.licences.get(sku));
    let taken = licences.map(|licence| taken(&licence.sku)).fold(0, u32::saturating_add);
    to_buy == 0 || taken.saturating_add(to_buy) <= BUSINESS_LIMIT
}
