//! What could not be evaluated, and why, in plain words.

use std::collections::BTreeMap;

use crate::{
    catalogue::{CATALOGUE, CheckId, Rule, people},
    evaluation::Sources,
    facts::Missing,
    licence::no_renewal_dates,
    outcome::{Extent, Finding, NotEvaluated},
};

/// What the checks of activity, and those of renewals, could not say.
pub(crate) fn not_evaluated(
    subscriptions: Result<(), Missing>,
    sources: &Sources,
    drives: Option<Missing>,
    cannot_tell: &BTreeMap<CheckId, BTreeMap<Missing, u32>>,
    findings: &[Finding],
) -> Vec<NotEvaluated> {
    let mut notes = Vec::new();
    if let Err(reason) = subscriptions {
        let detail = no_renewal_dates(reason);
        notes.push(NotEvaluated { check: CheckId::L1, reason, extent: Extent::Weaker, people: 0, detail });
    }
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
    notes.extend(of_reports(cannot_tell, findings));
    if let Some(reason) = drives.filter(|reason| *reason != Missing::NotCovered) {
        let (check, extent, detail) = (CheckId::L28, Extent::Whole, unknown(reason));
        notes.push(NotEvaluated { check, reason, extent, people: 0, detail });
    }
    notes.sort_by_key(|note| note.check);
    notes
}

/// What the checks that rest on one report each could not say.
fn of_reports<'a>(
    cannot_tell: &'a BTreeMap<CheckId, BTreeMap<Missing, u32>>,
    findings: &'a [Finding],
) -> impl Iterator<Item = NotEvaluated> + 'a {
    let own = |check: CheckId| matches!(check.check().rule, Rule::Person { activity: false, .. });
    cannot_tell.iter().filter(move |(check, _)| own(**check)).filter_map(move |(&check, reasons)| {
        let (&reason, _) = reasons.iter().max_by_key(|(missing, count)| (**count, std::cmp::Reverse(**missing)))?;
        let people = reasons.values().sum();
        let some = reason == Missing::NotCovered || findings.iter().any(|finding| finding.check == check);
        let (extent, detail) = match some {
            true => (Extent::Part, detail(Extent::Part, Some(reason), None, people)),
            false => (Extent::Whole, unknown(reason)),
        };
        Some(NotEvaluated { check, reason, extent, people, detail })
    })
}

fn unknown(reason: Missing) -> String {
    format!("This check cannot be evaluated: {}.", why_no_reports(reason))
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
