//! L30: a product Microsoft has retired, still paid for.
//!
//! Rule: the person holds a plan that is no longer sold, or whose service has ended, whether they use it or not. Each is
//! exchanged for the plan that has what is left of it; of several of one person the dearest first. What was never installed either is taken back by L14, which comes
//! first.
//!
//! Traps: before its day nothing is said; programs on computers go on working, so nothing is to be taken without
//! something in its place; a price that is missing is said to be missing; who cannot sign in or is a guest is told of by
//! the checks of accounts.
//!
//! Sources: Microsoft message center MC812729 (Project Online ends on 30 September 2026); Microsoft's announcement of
//! plans for Planner (Plan 5 is not sold since 1 May 2026), read second-hand.

use jiff::civil::{Date, date};
use model::SkuId;

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, people, swap};
use crate::{
    evaluation::Context,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    prices::PriceList,
    products::{
        named::{PROJECT_3, PROJECT_5, PROJECT_ONLINE, PROJECT_ONLINE_WITH_PROJECT},
        product_name,
    },
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L30,
    severity: Severity::Medium,
    stake: Stake::Saving,
    text: Text {
        title: "Products Microsoft has retired",
        why_it_matters: "Microsoft no longer sells these products, or has ended the service behind them. They are paid \
                         for all the same until somebody exchanges them.",
        what_changes: "These people get the plan that has what is left of the product, in one step. It has to be bought \
                       first if no licence is free.",
        what_people_notice: "Project on a computer goes on working. What was kept in Project Online is not there any \
                             more, with either licence.",
        undo: "You can exchange the licences back as long as one is free. One that was given back at Microsoft cannot \
               be bought again.",
        technical_detail: "PROJECTPREMIUM (Planner and Project Plan 5, end of sale 1 May 2026), PROJECTONLINE_PLAN_1 and \
                           PROJECTONLINE_PLAN_2 (Project Online, retired on 30 September 2026, MC812729), held by \
                           somebody at work, installed or not. Exchanged for PROJECTPROFESSIONAL.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "People left alone for now",
        remedy: Remedy::SwapLicences,
        activity: false,
    },
};

const SOURCE: &str = "Microsoft's announcements";
const REPORT: &str = "Microsoft report of installed programs";

/// A product that is told of from a day on.
struct Retired {
    sku: SkuId,
    /// From this day on it is told of.
    since: Date,
    /// What has become of it.
    words: &'static str,
}

const PROJECT_ONLINE_ENDED: Date = date(2026, 9, 30);
const PLAN_5_NOT_SOLD: Date = date(2026, 5, 1);

const RETIRED: &[Retired] = &[
    Retired { sku: PROJECT_5, since: PLAN_5_NOT_SOLD, words: "not sold since 1 May 2026" },
    Retired { sku: PROJECT_ONLINE, since: PROJECT_ONLINE_ENDED, words: "retired on 30 September 2026" },
    Retired { sku: PROJECT_ONLINE_WITH_PROJECT, since: PROJECT_ONLINE_ENDED, words: "retired on 30 September 2026" },
];

/// What has become of a licence type, where its product is retired today.
pub(super) fn retired(sku: SkuId, today: Date) -> Option<Evidence> {
    let retired = RETIRED.iter().find(|retired| retired.sku == sku && retired.since <= today)?;
    let ended = today >= PROJECT_ONLINE_ENDED && retired.since < PROJECT_ONLINE_ENDED;
    let value = match ended {
        true => format!("{}; Project Online, which is part of it, ended on 30 September 2026", retired.words),
        false => retired.words.to_owned(),
    };
    Some(Evidence::new(product_name(sku).unwrap_or_default(), value, SOURCE, None))
}

fn headline(count: u32, _: u32) -> String {
    let verb = if count == 1 { "has" } else { "have" };
    format!("{} {verb} a product Microsoft has retired", people(count))
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    if !candidate.is_at_work() {
        return Verdict::Clear;
    }
    let told = candidate.paid().filter_map(|(license, _)| Some((license.sku, retired(license.sku, context.today)?)));
    let mut told: Vec<(SkuId, Evidence)> = told.collect();
    // One at a time, the dearest first; what has no price on our list comes last, and is told beside.
    told.sort_by_key(|(sku, _)| (std::cmp::Reverse(PriceList::rank(*sku)), *sku));
    let Some(sku) = told.first().map(|(sku, _)| *sku) else { return Verdict::Clear };
    let mut evidence: Vec<Evidence> = told.into_iter().map(|(_, evidence)| evidence).collect();
    if let Ok(desktop) = candidate.footprint.desktop {
        let value = desktop.project.map_or_else(|| "never".to_owned(), |on| on.to_string());
        evidence.push(Evidence::new("Project installed", value, REPORT, Some(desktop.as_of)));
    }
    evidence.extend(swap::room(context, sku, PROJECT_3));
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: Confidence::Medium,
        advice: Advice::Review,
        licences: vec![Claim { to: Some(PROJECT_3), ..Claim::from(sku) }],
        evidence,
        from_activity: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Evaluation, Outcome, Settings, Sources,
        facts::{Missing, Person, Plan, SignIn, Sku, SkuStatus, Usage},
        footprint::{Desktop, Footprint},
        plans::PROJECT_DESKTOP,
        testing::*,
    };

    const PLAN_5: &str = "09015f9f-377f-4538-bbb5-f75ceb09358a";
    const PLAN_3: &str = "53818b1b-4a27-454b-8896-0dba576410e6";
    const ONLINE: &str = "2db84718-652c-47a7-860c-f10d8abbdae3";

    fn bought() -> Vec<Sku> {
        let plans = vec![Plan { id: PROJECT_DESKTOP, name: String::new(), for_users: true }];
        vec![Sku { plans: plans.clone(), ..sku(PLAN_5, 5, 5) }, sku(ONLINE, 5, 5), Sku { plans, ..sku(PLAN_3, 5, 5) }]
    }

    fn run_with(skus: Vec<Sku>, person: &Person, footprint: &Footprint) -> Outcome {
        let mut directory = full();
        directory.skus.extend(skus);
        evaluate_one(directory, person, footprint)
    }

    fn run(person: &Person, footprint: &Footprint) -> Outcome {
        run_with(bought(), person, footprint)
    }

    fn at(now: &str, person: &Person) -> Outcome {
        let mut directory = full();
        directory.skus.extend(bought());
        let now = now.parse().expect("a time");
        let mut evaluation = Evaluation::new(directory, Settings::default(), prices(), now);
        evaluation.person(person, &Usage::Unavailable(Missing::Error), None);
        evaluation.finish(&Sources::both(TODAY))
    }

    #[test]
    fn who_uses_it_is_told_of_with_its_dates_and_what_the_exchange_saves() {
        let outcome = run(&person(1, &[PLAN_5]), &busy());
        let finding = outcome.of(CheckId::L30).expect("a finding");
        assert_eq!(finding.remedy, Remedy::SwapLicences);
        assert_eq!(finding.saving.as_ref().map(|saving| saving.monthly.amount_minor), Some(5500 - 3000));
        let affected = &finding.affected[0];
        assert_eq!(affected.skus[0].to, Some(PROJECT_3));
        let told = |text: &str| affected.evidence.iter().any(|evidence| evidence.value.contains(text));
        assert!(told("1 May 2026") && told("30 September 2026") && told(&ago(400).to_string()));
        assert!(finding.guards.iter().all(|guard| guard.lost.is_empty()), "{:?}", finding.guards);
        assert!(outcome.of(CheckId::L14).is_none(), "it is installed");
    }

    #[test]
    fn who_never_installed_it_is_counted_once_by_the_check_that_takes_it_back() {
        let never = Desktop { as_of: ago(2), office: Some(ago(9)), visio: None, project: None };
        let outcome = run(&person(1, &[PLAN_5]), &Footprint { desktop: Ok(never), ..busy() });
        assert_eq!(outcome.totals.monthly.amount_minor, 5500);
        let listed = &outcome.of(CheckId::L30).expect("a finding").affected[0].skus[0];
        assert_eq!(listed.counted_in, Some(CheckId::L14));
    }

    #[test]
    fn of_two_retired_products_the_priced_one_is_exchanged_and_both_are_told() {
        for held in [[ONLINE, PLAN_5], [PLAN_5, ONLINE]] {
            let outcome = run(&person(1, &held), &busy());
            let finding = outcome.of(CheckId::L30).expect("a finding");
            assert_eq!(finding.saving.as_ref().map(|saving| saving.monthly.amount_minor), Some(5500 - 3000));
            let affected = &finding.affected[0];
            assert_eq!(affected.skus.iter().map(|own| own.sku).collect::<Vec<_>>(), [sku_id(PLAN_5)]);
            let told: Vec<&str> = affected.evidence.iter().map(|evidence| evidence.value.as_str()).collect();
            assert!(told[0].starts_with("not sold since 1 May 2026"), "{told:?}");
            assert_eq!(told[1], "retired on 30 September 2026");
        }
    }

    #[test]
    fn it_takes_no_report_and_nothing_is_said_before_the_day() {
        let one = person(1, &[PLAN_5]);
        assert!(run(&one, &Footprint::unavailable(Missing::NamesConcealed)).of(CheckId::L30).is_some());
        assert!(at("2026-04-30T12:00:00Z", &one).of(CheckId::L30).is_none());
        let told = at("2026-05-01T12:00:00Z", &one);
        let evidence = &told.of(CheckId::L30).expect("a finding").affected[0].evidence[0];
        assert_eq!(evidence.value, "not sold since 1 May 2026");
        let online = person(1, &[ONLINE]);
        assert!(at("2026-09-29T12:00:00Z", &online).of(CheckId::L30).is_none());
        let ended = at("2026-09-30T12:00:00Z", &online);
        let finding = ended.of(CheckId::L30).expect("a finding");
        assert_eq!(finding.affected[0].evidence[0].value, "retired on 30 September 2026");
        assert_eq!((finding.saving.is_none(), finding.price_missing.len()), (true, 1), "no price, no number");
    }

    #[test]
    fn what_comes_instead_costs_its_price_even_where_the_company_let_it_lapse() {
        let mut skus = bought();
        skus[2].status = SkuStatus::Suspended;
        let outcome = run_with(skus, &person(1, &[PLAN_5]), &busy());
        assert_eq!(outcome.totals.monthly.amount_minor, 5500 - 3000);
    }

    #[test]
    fn the_blocked_guests_and_who_has_another_plan_are_left_to_other_checks() {
        let blocked = Person { enabled: Some(false), sign_in: SignIn::Unavailable, ..person(1, &[PLAN_5]) };
        assert!(run(&blocked, &busy()).of(CheckId::L30).is_none());
        assert!(run(&Person { guest: true, ..person(1, &[PLAN_5]) }, &busy()).of(CheckId::L30).is_none());
        assert!(run(&person(1, &[PLAN_3]), &busy()).of(CheckId::L30).is_none());
    }
}
