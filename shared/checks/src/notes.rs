//! What could not be evaluated, and why, in plain words.

use std::collections::BTreeMap;

use crate::{
    catalogue::{CATALOGUE, CheckId, Rule, l22_monthly_term::is_too_early, people},
    evaluation::{Context, Directory, Sources},
    facts::Missing,
    outcome::{Extent, Finding, NotEvaluated},
};

const SUBSCRIPTIONS: &str = "your subscriptions";
const ADMINISTRATORS: &str = "your administrators";
const DELETED: &str = "your deleted people";

/// What the checks could not say for want of a source: without a note a check has said all it looks for.
pub(crate) fn not_evaluated(
    context: &Context,
    sources: &Sources,
    cannot_tell: &BTreeMap<CheckId, BTreeMap<Missing, u32>>,
    findings: &[Finding],
) -> Vec<NotEvaluated> {
    let mut notes = of_directory(&context.directory);
    notes.extend(of_history(context, findings));
    let Some(reports) = sources.reports else { return notes };
    let of_activity = CATALOGUE.iter().filter(|check| matches!(check.rule, Rule::Person { activity: true, .. }));
    for check in of_activity.map(|check| check.id) {
        let unknown = cannot_tell.get(&check);
        let people = unknown.map_or(0, |reasons| reasons.values().sum());
        let found = findings.iter().any(|finding| finding.check == check);
        let (extent, reason) = match (reports, sources.sign_ins) {
            // L3 still finds what our own scans have seen blocked.
            (Err(report), Err(sign_in)) if check != CheckId::L3 && !found => {
                let reason = if report == Missing::NamesConcealed { report } else { sign_in };
                (Extent::Whole, reason)
            }
            (reports, sign_ins) => {
                let missing = reports.err().or(sign_ins.err());
                let commonest = unknown.and_then(|reasons| {
                    reasons.iter().max_by_key(|(missing, count)| (**count, std::cmp::Reverse(**missing)))
                });
                match (commonest, missing) {
                    (Some((reason, _)), _) => (Extent::Part, *reason),
                    (None, Some(reason)) if check != CheckId::L3 => (Extent::Weaker, reason),
                    (None, _) => continue,
                }
            }
        };
        let detail = detail(extent, reports.err(), sources.sign_ins.err(), people);
        notes.push(NotEvaluated { check, reason, extent, people, detail });
    }
    notes.extend(of_reports(&context.directory, cannot_tell, findings));
    notes.sort_by_key(|note| note.check);
    notes
}

/// What the checks that rest on one list of the directory each could not say. What nobody asked for is not missing.
fn of_directory(directory: &Directory) -> Vec<NotEvaluated> {
    let whole = |check, reason, why: &str| {
        let detail = format!("This check cannot be evaluated: {why}.");
        NotEvaluated { check, reason, extent: Extent::Whole, people: 0, detail }
    };
    let asked = |reason: &Missing| *reason != Missing::NotCovered;
    let mut notes = Vec::new();
    if let Err(reason) = directory.subscriptions {
        let why = why_no_list(SUBSCRIPTIONS, reason);
        notes.extend([CheckId::L19, CheckId::L21, CheckId::L22].map(|check| whole(check, reason, &why)));
        let detail = format!(
            "Renewal dates are not known: {why}. So it is not known when a saving becomes real, and trials are not \
             seen."
        );
        notes.push(NotEvaluated { check: CheckId::L1, reason, extent: Extent::Weaker, people: 0, detail });
    }
    if let Some(reason) = directory.administrators.as_ref().err().copied().filter(asked) {
        notes.push(whole(CheckId::L18, reason, &why_no_list(ADMINISTRATORS, reason)));
    }
    if let Some(reason) = directory.deleted.as_ref().err().copied().filter(asked) {
        notes.push(whole(CheckId::L25, reason, &why_no_list(DELETED, reason)));
    }
    if let Some(reason) = directory.orphaned_drives.err().filter(asked) {
        notes.push(whole(CheckId::L28, reason, why_no_reports(reason)));
    }
    notes
}

/// That our own record is too short for what is bought by the month.
fn of_history(context: &Context, findings: &[Finding]) -> Option<NotEvaluated> {
    let (check, reason) = (CheckId::L22, Missing::NotCovered);
    let early = context.licences.values().any(|licence| is_too_early(context, licence));
    let some = findings.iter().any(|finding| finding.check == check);
    let detail = "How many licences bought by the month are used all year is not known yet: that needs a year of our \
                  own daily checks.";
    early.then(|| NotEvaluated {
        check,
        reason,
        extent: if some { Extent::Part } else { Extent::Whole },
        people: 0,
        detail: detail.into(),
    })
}

/// What the checks that rest on one report each could not say.
fn of_reports<'a>(
    directory: &'a Directory,
    cannot_tell: &'a BTreeMap<CheckId, BTreeMap<Missing, u32>>,
    findings: &'a [Finding],
) -> impl Iterator<Item = NotEvaluated> + 'a {
    let own = |check: CheckId| matches!(check.check().rule, Rule::Person { activity: false, .. });
    cannot_tell.iter().filter(move |(check, _)| own(**check)).filter_map(move |(&check, reasons)| {
        let (&reason, _) = reasons.iter().max_by_key(|(missing, count)| (**count, std::cmp::Reverse(**missing)))?;
        // An E5 is left alone where its holder may be an administrator.
        let roles = check == CheckId::L8 && directory.administrators.as_ref().err() == Some(&reason);
        let why = if roles { why_no_list(ADMINISTRATORS, reason) } else { why_no_reports(reason).to_owned() };
        let count: u32 = reasons.values().sum();
        let some = reason == Missing::NotCovered || findings.iter().any(|finding| finding.check == check);
        let (extent, detail) = match some {
            true => (Extent::Part, format!("Nothing can be said about {}: {why}.", people(count))),
            false => (Extent::Whole, format!("This check cannot be evaluated: {why}.")),
        };
        Some(NotEvaluated { check, reason, extent, people: count, detail })
    })
}

/// Why a list of the directory is missing.
fn why_no_list(what: &str, reason: Missing) -> String {
    match reason {
        Missing::Permission => format!("Microsoft refused to list {what}"),
        Missing::Licence => format!("your Microsoft 365 does not list {what}"),
        Missing::NamesConcealed | Missing::Error | Missing::NotCovered => format!("{what} could not be read"),
    }
}

pub(crate) const fn why_no_reports(missing: Missing) -> &'static str {
    match missing {
        Missing::NamesConcealed => "Microsoft's usage reports hide names",
        Missing::Permission => "Microsoft refused the usage reports",
        Missing::Licence => "your Microsoft 365 has no usage reports",
        Missing::Error => "the usage reports could not be read",
        Missing::NotCovered => "the usage reports do not cover this",
    }
}

const fn why_no_sign_ins(missing: Missing) -> &'static str {
    match missing {
        Missing::Licence => "sign-in dates need Microsoft Entra ID P1",
        Missing::Permission => "Microsoft refused the sign-in dates",
        Missing::NamesConcealed | Missing::Error => "the sign-in dates could not be read",
        Missing::NotCovered => "the sign-in dates do not cover this",
    }
}

fn detail(extent: Extent, reports: Option<Missing>, sign_ins: Option<Missing>, count: u32) -> String {
    let causes = [reports.map(why_no_reports), sign_ins.map(why_no_sign_ins)];
    let why: Vec<&str> = causes.into_iter().flatten().collect();
    let why = if why.is_empty() { "Microsoft says too little about them".into() } else { why.join(", and ") };
    match extent {
        Extent::Whole => format!("This check cannot be evaluated: {why}. Nobody is called inactive without evidence."),
        Extent::Part => format!("Nothing can be said about {}: {why}.", people(count)),
        Extent::Weaker => format!("This check rests on one source: {why}. Its findings are less sure."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, testing::*};

    /// What is said of a check.
    fn said(outcome: &Outcome, check: CheckId) -> Option<(Extent, Missing, &str)> {
        let mut notes = outcome.not_evaluated.iter().filter(|note| note.check == check);
        let note = notes.next()?;
        assert!(notes.next().is_none(), "{check} twice");
        Some((note.extent, note.reason, note.detail.as_str()))
    }

    #[test]
    fn a_check_whose_list_is_missing_has_not_passed_and_says_which_list() {
        let known = Directory { administrators: Ok(Default::default()), ..full() };
        for (reason, refused) in [(Missing::Permission, "refused to list"), (Missing::Error, "could not be read")] {
            let cases = [
                (Directory { administrators: Err(reason), ..known.clone() }, vec![CheckId::L18], ADMINISTRATORS),
                (Directory { deleted: Err(reason), ..known.clone() }, vec![CheckId::L25], DELETED),
                (
                    Directory { subscriptions: Err(reason), ..known.clone() },
                    vec![CheckId::L19, CheckId::L21, CheckId::L22],
                    SUBSCRIPTIONS,
                ),
            ];
            for (directory, checks, list) in cases {
                let outcome = evaluate(directory, &[]);
                for &check in CheckId::ALL.iter().filter(|check| **check != CheckId::L1) {
                    let Some((extent, why, detail)) = said(&outcome, check) else {
                        assert!(!checks.contains(&check), "{check} passes without {list}");
                        continue;
                    };
                    assert!(checks.contains(&check), "{check} does not need {list}");
                    assert_eq!((extent, why), (Extent::Whole, reason), "{check}");
                    assert!(detail.contains(list) && detail.contains(refused), "{check}: {detail}");
                }
            }
        }
        assert!(evaluate(known, &[]).not_evaluated.is_empty(), "everything is there");
    }

    #[test]
    fn who_may_be_an_administrator_keeps_an_e5_and_the_reports_are_not_blamed_for_it() {
        let e5 = "06ebc4ee-1bb5-47dd-8120-11324bc54e06";
        let mut directory = Directory { administrators: Err(Missing::Permission), ..full() };
        directory.skus.push(crate::facts::Sku { id: sku_id(e5), ..sku(STANDARD, 10, 10) });
        let outcome = evaluate_one(directory, &person(1, &[e5]), &busy());
        let (extent, reason, detail) = said(&outcome, CheckId::L8).expect("a note");
        assert_eq!((extent, reason), (Extent::Whole, Missing::Permission));
        assert!(detail.contains(ADMINISTRATORS) && !detail.contains("reports"), "{detail}");
    }
}
