//! L29: close to, or above, the most licences Microsoft sells of a Business plan.
//!
//! Rule: the licences bought of one Business plan, with and without Teams together, are 270 or more; the limit is 300.
//! No money.
//!
//! Traps: the limit is per plan (that it is not over all of them is commonly stated and not verified), so Basic, Standard
//! and Premium each have their own; Enterprise licences beside them have none.

use super::{Check, CheckId, LicenceVerdict, Rule, Severity, Stake, Text, licences};
use crate::{
    containment::{BUSINESS_LIMIT, bought_of, business_plan},
    evaluation::Context,
    licence::LicenceType,
    outcome::{Evidence, Remedy},
};

/// From here on it is told.
const NEAR: u32 = 270;

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L29,
    severity: Severity::Medium,
    stake: Stake::Nothing,
    text: Text {
        title: "Close to the limit of a Business plan",
        why_it_matters: "Microsoft sells at most 300 licences of each Business plan to a company. Beyond that, new people \
                         need an Enterprise licence, which costs more.",
        what_changes: "You plan ahead: take back unused licences of the plan, or decide who gets an Enterprise licence.",
        what_people_notice: "Nothing today. Above the limit the next person you hire cannot get this licence.",
        undo: "There is nothing to undo: this only counts.",
        technical_detail: "prepaidUnits.enabled and warning of the licence types of one Business plan, with and without \
                           Teams, are 270 or more together. The limit of 300 is from Microsoft's frequently asked \
                           questions; that it holds per plan is not verified.",
    },
    steps: &[
        "Take back the licences of this plan that nobody uses: the other findings here name them.",
        "If you grow further, choose the people who get an Enterprise licence. Both kinds may stand side by side.",
        "Check again here: the finding goes away below 270.",
    ],
    rule: Rule::Licence(judge),
};

fn judge(context: &Context, licence: &LicenceType) -> Option<LicenceVerdict> {
    let plan = business_plan(licence.sku.id)?;
    // Told once for a plan: with the first of its licence types the directory has.
    let first = plan.iter().find(|sku| context.licences.get(sku).is_some_and(|own| own.is_paid()))?;
    let bought = bought_of(context, plan);
    if *first != licence.sku.id || bought < NEAR {
        return None;
    }
    let place = if bought > BUSINESS_LIMIT { "above" } else { "close to" };
    let today = Some(context.today);
    Some(LicenceVerdict {
        headline: format!("{} of {} bought, {place} the limit of {BUSINESS_LIMIT}", licences(bought), licence.name()),
        seats: bought,
        lists_holders: false,
        evidence: vec![Evidence::new("Licences bought", bought, "Microsoft licence inventory", today)],
        remedy: Remedy::Guided,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, facts::Sku, testing::*};

    const STANDARD_NO_TEAMS: &str = "5a1c7b8d-0739-4ca8-bf69-ec87e69133ac";
    const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";

    fn run(skus: Vec<Sku>) -> Outcome {
        evaluate(directory(skus), &[])
    }

    fn headline(outcome: &Outcome) -> Option<&str> {
        outcome.of(CheckId::L29).map(|finding| finding.headline.as_str())
    }

    #[test]
    fn it_is_told_from_two_hundred_and_seventy_and_above_three_hundred_otherwise() {
        assert_eq!(headline(&run(vec![sku(STANDARD, 269, 269)])), None);
        let close = "270 licences of Microsoft 365 Business Standard bought, close to the limit of 300";
        assert_eq!(headline(&run(vec![sku(STANDARD, 270, 270)])), Some(close));
        assert!(headline(&run(vec![sku(STANDARD, 300, 300)])).is_some_and(|text| text.contains("close to")));
        assert!(headline(&run(vec![sku(STANDARD, 301, 301)])).is_some_and(|text| text.contains("above")));
    }

    #[test]
    fn with_and_without_teams_count_together_once_and_other_plans_apart() {
        let outcome = run(vec![sku(STANDARD, 150, 150), sku(STANDARD_NO_TEAMS, 150, 150)]);
        assert_eq!(outcome.findings.iter().filter(|f| f.check == CheckId::L29).count(), 1);
        assert!(run(vec![sku(STANDARD, 150, 150), sku(BASIC, 150, 150)]).of(CheckId::L29).is_none());
        assert!(run(vec![sku(E3, 400, 400)]).of(CheckId::L29).is_none());
    }
}
