//! L14: Visio and Project that were never installed.
//!
//! Rule: Visio Plan 2 or Planner and Project Plan 3 or 5, held for more than 90 days, and the program was never
//! installed. To be looked at: there is no report of use, and somebody may use the web version alone.
//!
//! Traps: Visio Plan 1 and Planner Plan 1 have no program to install, so nothing can be said of them (that they are
//! contained in the larger plan is L10's); an activation is made once a computer, so an old one is no sign of disuse;
//! Plan 5 is retired, which is said here and, also of those who use it, by L30.

use model::SkuId;

use super::{
    Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, l30_retired_product::retired,
    licences,
};
use crate::{
    evaluation::Context,
    footprint::Desktop,
    licence::LicenceType,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    plans::{PROJECT_DESKTOP, VISIO_DESKTOP},
    products::named::{PROJECT_3, PROJECT_5, VISIO_2},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L14,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Visio and Project never installed",
        why_it_matters: "These licences are bought for one drawing or one plan, and are paid for long after it.",
        what_changes: "The licences are taken back from people who never installed the program.",
        what_people_notice: "Drawings and plans stay where they are. They can be opened for reading, and no longer \
                             changed.",
        undo: "You can give the licence back at any time as long as one is free.",
        technical_detail: "No VISIO or PROJECT row in getOffice365ActivationsUserDetail, licence older than 90 days, \
                           the desktop plan is on. Microsoft Graph has no report of use, so this is to be looked at. \
                           Planner and Project Plan 5 is not sold since 1 May 2026.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "People licensed for less than 90 days, left alone for now",
        remedy: Remedy::RemoveLicences,
        activity: false,
    },
};

/// A licence is left alone for so long.
const HELD_DAYS: i64 = 90;

const REPORT: &str = "Microsoft report of installed programs";

fn headline(people: u32, seats: u32) -> String {
    match people {
        1 => format!("1 person has {} for Visio or Project and never installed it", licences(seats)),
        _ => format!("{people} people have {} for Visio or Project and never installed it", licences(seats)),
    }
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let program = |(license, licence): &(&crate::facts::License, &LicenceType)| match license.sku {
        VISIO_2 => licence.content_of(license).contains(VISIO_DESKTOP),
        PROJECT_3 | PROJECT_5 => licence.content_of(license).contains(PROJECT_DESKTOP),
        _ => false,
    };
    if !candidate.is_at_work() || !candidate.paid().any(|held| program(&held)) {
        return Verdict::Clear;
    }
    let desktop = match candidate.footprint.desktop {
        Ok(desktop) => desktop,
        Err(missing) => return Verdict::CannotTell(missing),
    };
    let missing = |sku: SkuId| !is_installed(sku, desktop);
    if !candidate.paid().filter(program).any(|(license, _)| missing(license.sku)) {
        return Verdict::Clear;
    }
    let old = candidate.held_for(HELD_DAYS, context.today).filter(program);
    let found: Vec<SkuId> = old.map(|(license, _)| license.sku).filter(|sku| missing(*sku)).collect();
    if found.is_empty() {
        return Verdict::HeldBack;
    }
    let mut evidence = vec![Evidence::new("Visio or Project installed", "never", REPORT, Some(desktop.as_of))];
    evidence.extend(found.iter().filter_map(|sku| retired(*sku, context.today)));
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: Confidence::Medium,
        advice: Advice::Review,
        licences: found.into_iter().map(Claim::from).collect(),
        evidence,
        from_activity: true,
    })
}

fn is_installed(sku: SkuId, desktop: Desktop) -> bool {
    match sku {
        VISIO_2 => desktop.visio.is_some(),
        _ => desktop.project.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{License, Missing, Person, Plan},
        footprint::Footprint,
        testing::*,
    };

    const VISIO: &str = "c5928f49-12ba-48f7-ada3-0d743a3601d5";
    const VISIO_WEB: &str = "4b244418-9658-4451-a2b8-b5e2b364e9bd";
    const PROJECT: &str = "53818b1b-4a27-454b-8896-0dba576410e6";
    const PLAN_5: &str = "09015f9f-377f-4538-bbb5-f75ceb09358a";

    fn run(person: &Person, footprint: &Footprint) -> Outcome {
        let mut directory = full();
        for (id, plan) in [(VISIO, VISIO_DESKTOP), (PROJECT, PROJECT_DESKTOP), (PLAN_5, PROJECT_DESKTOP)] {
            let plans = vec![Plan { id: plan, name: String::new(), for_users: true }];
            directory.skus.push(crate::facts::Sku { plans, ..sku(id, 5, 5) });
        }
        directory.skus.push(sku(VISIO_WEB, 5, 5));
        evaluate_one(directory, person, footprint)
    }

    fn installed(visio: bool, project: bool) -> Footprint {
        let day = |there: bool| there.then(|| ago(800));
        let desktop =
            Desktop { as_of: ago(2), office: Some(ago(9)), visio: day(visio), project: day(project) };
        Footprint { desktop: Ok(desktop), ..busy() }
    }

    fn found(outcome: &Outcome) -> Vec<SkuId> {
        let skus = |finding: &crate::Finding| finding.affected[0].skus.iter().map(|license| license.sku).collect();
        outcome.of(CheckId::L14).map(skus).unwrap_or_default()
    }

    #[test]
    fn each_program_is_looked_for_by_itself() {
        let both = person(1, &[VISIO, PROJECT]);
        assert_eq!(found(&run(&both, &installed(false, true))), [sku_id(VISIO)]);
        assert_eq!(found(&run(&both, &installed(true, false))), [sku_id(PROJECT)]);
        assert!(found(&run(&both, &installed(true, true))).is_empty(), "installed long ago is installed");
        let outcome = run(&both, &installed(false, false));
        assert_eq!(outcome.totals.likely_monthly.amount_minor, 1500 + 3000);
        assert_eq!(outcome.of(CheckId::L14).expect("a finding").affected[0].advice, Advice::Review);
    }

    #[test]
    fn ninety_days_are_not_longer_than_ninety_days_and_plans_without_a_program_are_left_alone() {
        let since = |days| Person {
            licenses: vec![License { changed: Some(ago(days)), ..license(VISIO) }],
            ..person(1, &[])
        };
        assert!(found(&run(&since(90), &installed(false, false))).is_empty());
        assert_eq!(found(&run(&since(91), &installed(false, false))).len(), 1);
        assert!(found(&run(&person(1, &[VISIO_WEB]), &installed(false, false))).is_empty());
    }

    #[test]
    fn a_retired_product_is_said_to_be_with_its_dates() {
        let outcome = run(&person(1, &[PLAN_5]), &installed(false, false));
        let evidence = &outcome.of(CheckId::L14).expect("a finding").affected[0].evidence;
        assert!(evidence.iter().any(|evidence| evidence.value.contains("not sold since 1 May 2026")));
    }

    #[test]
    fn without_the_report_nothing_is_said() {
        let outcome = run(&person(1, &[VISIO]), &Footprint::unavailable(Missing::Permission));
        assert!(found(&outcome).is_empty());
        assert!(outcome.not_evaluated.iter().any(|note| note.check == CheckId::L14));
    }
}
