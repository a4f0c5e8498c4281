//! L25: people deleted not long ago who still show licences.
//!
//! Rule: somebody in the directory's recycle bin shows paid licences. For information: whether Microsoft still counts
//! their seats is not documented. They can be restored for 30 days, with what is left of those licences.

use model::SkuId;

use super::{Check, CheckId, DirectoryVerdict, Rule, Severity, Stake, Text, people};
use crate::{
    evaluation::{Context, Tally},
    facts::{DeletedPerson, License},
    licence::days,
    outcome::{Advice, Affected, AffectedSku, Certainty, Confidence, Evidence},
};

/// Days for which Microsoft keeps somebody who was deleted.
const KEPT_DAYS: i64 = 30;

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L25,
    severity: Severity::Info,
    stake: Stake::Nothing,
    text: Text {
        title: "Deleted people who still show licences",
        why_it_matters: "Until somebody is deleted for good, Microsoft keeps their mail and files, and their licences may \
                         look as if they were in use.",
        what_changes: "Nothing, unless you restore somebody deleted by mistake or delete them for good.",
        what_people_notice: "Nothing. They cannot sign in while they are deleted.",
        undo: "Somebody deleted can be restored for 30 days. After that nobody can.",
        technical_detail: "directory/deletedItems/microsoft.graph.user with assignedLicenses that are paid. Whether those \
                           units are still consumed is not documented.",
    },
    steps: &[
        "Look at the names for anybody who was deleted by mistake.",
        "To restore somebody, open the Microsoft 365 admin centre and choose Users, then Deleted users.",
        "Leave the rest as they are: Microsoft deletes them for good after 30 days.",
    ],
    rule: Rule::Directory(judge),
};

const SOURCE: &str = "Microsoft directory";

fn judge(context: &Context, _: &Tally) -> Option<DirectoryVerdict> {
    let deleted = context.directory.deleted.as_deref().ok()?;
    let paid = |sku: &&SkuId| context.licences.get(*sku).is_some_and(|licence| licence.is_paid());
    let still = |person: &&DeletedPerson| person.deleted.is_none_or(|on| days(on, context.today) <= KEPT_DAYS);
    let one = |person: &DeletedPerson| {
        let license = |sku: &SkuId| License {
            sku: *sku,
            disabled_plans: Vec::new(),
            direct: true,
            groups: Vec::new(),
            error: None,
            changed: None,
        };
        let on = person.deleted.map_or_else(|| "on an unknown day".to_owned(), |on| on.to_string());
        let skus: Vec<_> = person.skus.iter().filter(paid).map(|sku| AffectedSku::new(&license(sku))).collect();
        (!skus.is_empty()).then(|| Affected {
            person: person.id,
            name: person.name.clone(),
            upn: person.upn.clone(),
            skus,
            certainty: Certainty::Certain,
            confidence: Confidence::High,
            advice: Advice::Review,
            evidence: vec![Evidence::new("Deleted", on, SOURCE, Some(context.today))],
            guards: Vec::new(),
        })
    };
    let affected: Vec<Affected> = deleted.iter().filter(still).filter_map(one).collect();
    let count = u32::try_from(affected.len()).unwrap_or(u32::MAX);
    let seats = u32::try_from(affected.iter().map(|one| one.skus.len()).sum::<usize>()).unwrap_or(u32::MAX);
    let verb = if count == 1 { "shows" } else { "show" };
    let headline = format!("{} you deleted still {verb} licences", people(count));
    let evidence = vec![Evidence::new("Deleted people looked at", deleted.len(), SOURCE, Some(context.today))];
    (count > 0).then_some(DirectoryVerdict { headline, seats, affected, evidence, ..DirectoryVerdict::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Directory, Outcome, facts::Missing, outcome::Remedy, testing::*};

    fn gone(n: u128, days: i32, skus: &[&str]) -> DeletedPerson {
        DeletedPerson {
            id: person(n, &[]).id,
            upn: format!("p{n}@contoso.com"),
            name: format!("Person {n}"),
            deleted: Some(ago(days)),
            skus: skus.iter().map(|sku| sku_id(sku)).collect(),
        }
    }

    fn run(deleted: Result<Vec<DeletedPerson>, Missing>) -> Outcome {
        evaluate(Directory { deleted, ..full() }, &[])
    }

    #[test]
    fn those_still_kept_with_paid_licences_are_listed_without_money() {
        let free = "f30db892-07e9-47e9-837c-80727f46fd3d";
        let all = vec![gone(1, 30, &[STANDARD]), gone(2, 31, &[STANDARD]), gone(3, 1, &[free]), gone(4, 1, &[])];
        let outcome = run(Ok(all));
        let finding = outcome.of(CheckId::L25).expect("a finding");
        let ids: Vec<_> = finding.affected.iter().map(|one| one.person).collect();
        assert_eq!(ids, [person(1, &[]).id]);
        assert_eq!((finding.saving.clone(), finding.remedy), (None, Remedy::Guided));
        assert_eq!(outcome.totals.monthly.amount_minor, 0);
        assert!(!finding.check.check().steps.is_empty());
    }

    #[test]
    fn nothing_known_is_nothing_found() {
        assert!(run(Err(Missing::Permission)).findings.is_empty());
        assert!(run(Ok(vec![])).findings.is_empty());
    }
}
