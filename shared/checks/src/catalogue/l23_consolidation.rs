//! L23: somebody's licences together cost more than one suite that contains them all.
//!
//! Rule: two or more paid licences, one of them a suite, are all contained in a larger suite the person does not have,
//! and by Steward's dollar list they cost more together. Proposed are Business Premium, Microsoft 365 E3 and E5; the one
//! that saves most is named. The suite among the licences is exchanged and the rest taken, all together or not at all.
//!
//! Which suite is named follows from list prices; the money is by the company's own, and an exchange that saves nothing
//! by those counts nothing.
//!
//! Traps: what is contained in another licence of the person anyway is L9's and L10's, and no part of the sum; no more
//! than 300 licences of a Business plan; the new suite has to be bought first, so the seats left over save money at
//! their renewal; a licence in error, on trial or ending is not counted on.

use model::SkuId;

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, licences, people};
use crate::{
    containment::{by_price, fits_limit, names, redundant},
    evaluation::Context,
    facts::SkuStatus,
    licence::LicenceType,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    prices::PriceList,
    products::product_name,
};

/// What is proposed.
const SUITES: &[SkuId] = &[
    SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"), // Microsoft 365 Business Premium
    SkuId::literal("05e9a617-0261-4cee-bb44-138d3ef5d965"), // Microsoft 365 E3
    SkuId::literal("06ebc4ee-1bb5-47dd-8120-11324bc54e06"), // Microsoft 365 E5
];

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L23,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Several licences where one larger one is cheaper",
        why_it_matters: "Bought one by one, these licences cost more than a single one that contains them all.",
        what_changes: "The person gets the larger licence, and the others are taken back in the same step. You buy the \
                       larger one first.",
        what_people_notice: "Nothing is lost: mail, files and apps stay. Some people get more than they had.",
        undo: "You can exchange the licences back at any time, as long as they are free.",
        technical_detail: "All value-bearing plans of the licences that are on for the person are in the larger suite, \
                           and the sum of their list prices is above its own. One assignLicense call adds and removes \
                           together, so that there is no moment without a mailbox. At most 300 licences of a Business \
                           plan.",
    },
    steps: &[],
    rule: Rule::Person { judge, headline, held_back: "Held back", remedy: Remedy::SwapLicences, activity: false },
};

fn headline(count: u32, seats: u32) -> String {
    let verb = if count == 1 { "has" } else { "have" };
    format!("{} {verb} {} that one larger licence each would replace for less", people(count), licences(seats))
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let good = |licence: &LicenceType| licence.sku.status == SkuStatus::Enabled && licence.trial_seats == 0;
    if candidate.paid().filter(|(_, licence)| good(licence)).nth(1).is_none() || candidate.is_no_person() {
        return Verdict::Clear;
    }
    let spare: Vec<SkuId> = redundant(candidate, |licence| !licence.is_suite(), |_| true)
        .into_iter()
        .chain(redundant(candidate, LicenceType::is_suite, LicenceType::is_suite))
        .map(|claim| claim.sku)
        .collect();
    let held: Vec<_> =
        candidate.paid().filter(|(license, licence)| good(licence) && !spare.contains(&license.sku)).collect();
    if held.len() < 2 {
        return Verdict::Clear;
    }
    let mut best: Option<(i64, SkuId, Vec<SkuId>)> = None;
    for suite in SUITES.iter().filter(|suite| candidate.held.iter().all(|(license, _)| license.sku != **suite)) {
        let (Some(content), Some(price)) = (context.content(*suite), PriceList::rank(*suite)) else { continue };
        let inside = held.iter().filter(|(license, licence)| {
            let own = licence.content_of(license);
            !own.is_empty() && own.missing_in(&[&content]).next().is_none()
        });
        let inside: Vec<_> = inside.collect();
        let exchanged = inside.iter().filter(|(_, licence)| licence.is_suite()).map(|(license, _)| license.sku);
        let exchanged: Vec<SkuId> = exchanged.collect();
        let sum: Option<i64> = inside.iter().map(|(license, _)| PriceList::rank(license.sku)).sum();
        let saves = sum.map_or(0, |sum| sum - price);
        let fits = exchanged.iter().all(|from| fits_limit(context, *from, *suite));
        if inside.len() > 1 && !exchanged.is_empty() && fits && saves > best.as_ref().map_or(0, |best| best.0) {
            best = Some((saves, *suite, inside.iter().map(|(license, _)| license.sku).collect()));
        }
    }
    let Some((_, suite, skus)) = best else { return Verdict::Clear };
    // The dearest suite among them is what is exchanged; the rest goes with it.
    let suites = held.iter().filter(|(license, licence)| skus.contains(&license.sku) && licence.is_suite());
    let exchanged = suites.map(|(license, _)| license.sku).max_by_key(|sku| by_price(*sku));
    let claim = |sku: &SkuId| Claim { to: (Some(*sku) == exchanged).then_some(suite), ..Claim::from(*sku) };
    let larger = product_name(suite).unwrap_or_default();
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: Confidence::Medium,
        advice: Advice::Keep,
        licences: skus.iter().map(claim).collect(),
        evidence: vec![
            Evidence::new("Licences", names(context, &skus), "Microsoft licence inventory", Some(context.today)),
            Evidence::new("All of them are in", larger, "Microsoft product table", None),
        ],
        from_activity: false,
    })
}

#[cfg(test)]
mod tests {
    use model::{Currency, Money};

    use super::*;
    use crate::{Directory, Evaluation, Outcome, PriceList, Settings, Sources,
        facts::{Person, Sku},
        testing::*,
    };

    const ENTRA: &str = "078d2b04-f1bd-4111-bbd4-b4b1b354cef4";
    const INTUNE: &str = "061f9ace-7d42-4136-88ac-31dc755f143f";
    const P1: &str = "41781fb2-bc02-4b7c-bd55-b576c07bb09d";
    const DEVICES: &str = "c1ec4a95-1f05-45b3-a911-aa3fa01094f5";

    fn tenant() -> Directory {
        let skus = [sku(STANDARD, 10, 10), with_plans(ENTRA, &[P1]), with_plans(INTUNE, &[DEVICES]), sku(EXCHANGE_1, 5, 5)];
        directory(skus.to_vec())
    }

    fn run_with(directory: Directory, prices: PriceList, people: Vec<Person>) -> Outcome {
        let mut evaluation = Evaluation::new(directory, Settings::default(), prices, now());
        people.iter().for_each(|person| evaluation.person(person, &idle_report(), None));
        evaluation.finish(&Sources::both(TODAY))
    }

    fn run(directory: Directory, person: Person) -> Outcome {
        run_with(directory, prices(), vec![person])
    }

    #[test]
    fn three_licences_become_business_premium_and_save_the_difference() {
        let outcome = run(tenant(), person(1, &[STANDARD, ENTRA, INTUNE]));
        let finding = outcome.of(CheckId::L23).expect("a finding");
        assert_eq!((finding.remedy, finding.certainty, finding.seats), (Remedy::SwapLicences, Certainty::Likely, 3));
        let to: Vec<_> = finding.affected[0].skus.iter().filter_map(|l| Some((l.sku, l.to?))).collect();
        assert_eq!(to, [(sku_id(STANDARD), sku_id(PREMIUM))]);
        // 14 + 7 + 8 - 22
        assert_eq!(outcome.totals.likely_monthly.amount_minor, 700);
        let saving = finding.saving.as_ref().expect("a saving");
        assert_eq!(saving.parts.iter().map(|part| part.monthly.amount_minor).sum::<i64>(), 700);
        assert!(finding.guards.iter().all(|guard| guard.lost.is_empty()), "{:?}", finding.guards);
    }

    #[test]
    fn a_sum_below_the_suite_and_a_single_licence_are_nothing() {
        assert!(run(tenant(), person(1, &[STANDARD, ENTRA])).of(CheckId::L23).is_none(), "21 is less than 22");
        assert!(run(tenant(), person(1, &[STANDARD])).of(CheckId::L23).is_none());
    }

    #[test]
    fn what_is_contained_anyway_is_no_part_of_the_sum() {
        let outcome = run(tenant(), person(1, &[STANDARD, ENTRA, EXCHANGE_1]));
        assert!(outcome.of(CheckId::L10).is_some());
        assert!(outcome.of(CheckId::L23).is_none(), "14 + 7 without Exchange");
    }

    #[test]
    fn three_hundred_of_a_business_plan_are_the_limit() {
        let of = |premium: u32, used: u32| {
            let mut directory = tenant();
            let seats = sku(PREMIUM, premium, used);
            let plans = with_plans(PREMIUM, &[MAIL_1, TEAMS, FILES_1, OFFICE, P1, DEVICES]).plans;
            directory.skus.push(Sku { plans, ..seats });
            run(directory, person(1, &[STANDARD, ENTRA, INTUNE]))
        };
        assert!(of(290, 290).of(CheckId::L23).is_some());
        assert!(of(291, 291).of(CheckId::L23).is_none(), "with the ten to move it would be 301");
        assert!(of(300, 290).of(CheckId::L23).is_some(), "they take what was bought already");
        assert!(of(300, 291).of(CheckId::L23).is_none(), "one more would have to be bought");
    }

    #[test]
    fn by_own_prices_the_money_changes_and_not_the_finding() {
        let own = |minor: i64| {
            let premium = Money::new(minor, Currency::Usd);
            prices().with_override(sku_id(PREMIUM), premium, TODAY).expect("a price")
        };
        let one = || vec![person(1, &[STANDARD, ENTRA, INTUNE])];
        assert_eq!(run_with(tenant(), own(1900), one()).totals.monthly.amount_minor, 1000);
        let dear = run_with(tenant(), own(3500), one());
        assert_eq!(dear.totals.monthly.amount_minor, 0, "it saves nothing by their prices");
        assert!(dear.of(CheckId::L23).is_some());
    }

    #[test]
    fn who_loses_a_licence_elsewhere_is_not_consolidated() {
        let gone = Person { sign_in: signed_in(200), ..person(1, &[STANDARD, ENTRA, INTUNE]) };
        let outcome = run(tenant(), gone);
        let finding = outcome.of(CheckId::L23).expect("a finding");
        assert!(finding.affected[0].skus.iter().all(|l| l.counted_in == Some(CheckId::L6)));
        assert_eq!(outcome.totals.monthly.amount_minor, 2900, "the removal counts");
    }
}
