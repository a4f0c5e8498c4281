//! L18: a suite on an account that is only used to administer.
//!
//! Rule: the account holds a privileged role, has a paid suite, and neither its mailbox nor the Office apps were used
//! for 90 days. An account to administer with needs no mailbox: the suite is exchanged for the part of it that protects
//! the sign-in (Entra ID P1 or P2), or taken where it has none.
//!
//! Traps: people who administer beside their work use their mailbox; privileged identity management needs Entra ID P2;
//! emergency accounts are in the settings and left out; roles given by a group are not seen.
//!
//! Source: CIS Microsoft 365 Foundations 1.1.4, "reduced licence" for administrators.

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, people};
use crate::{
    evaluation::Context,
    facts::Missing,
    licence::days,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    plans,
    products::named::{ENTRA_P1, ENTRA_P2},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L18,
    severity: Severity::Medium,
    stake: Stake::Saving,
    text: Text {
        title: "Suites on accounts only used to administer",
        why_it_matters: "An account with power over everything should not read mail: that is how it gets attacked. Its \
                         mailbox and Office apps are paid for and not used.",
        what_changes: "The account keeps what protects its sign-in and gives back the rest.",
        what_people_notice: "The mailbox of the account goes. Its owner works with their own account as before.",
        undo: "You can exchange the licences back within 25 days.",
        technical_detail: "A role assignment of a role Microsoft marks as privileged; Last Activity Date in the mailbox \
                           report empty or more than 90 days before it; no platform in getM365AppUserDetail(D180). \
                           Exchange for Entra ID P2 where the suite has AAD_PREMIUM_P2, for P1 where it has \
                           AAD_PREMIUM, else removal. CIS 1.1.4. Roles given by a group are not seen.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "Administrators licensed not long ago, left alone for now",
        remedy: Remedy::RemoveLicences,
        activity: false,
    },
};

/// Days without mail.
const IDLE_DAYS: i64 = 90;

const MAILBOXES: &str = "Microsoft mailbox report";

fn headline(count: u32, _: u32) -> String {
    match count {
        1 => "1 account only used to administer has a full suite".into(),
        _ => format!("{} only administer and have full suites", people(count)),
    }
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let suite = candidate.paid().find(|(_, licence)| licence.is_suite());
    let Some((license, licence)) = suite.filter(|_| candidate.is_at_work()) else { return Verdict::Clear };
    match &context.directory.administrators {
        Ok(administrators) if !administrators.contains(&candidate.person.id) => return Verdict::Clear,
        // Nobody in particular could not be judged: who administers is not known.
        Err(_) => return Verdict::Clear,
        Ok(_) => {}
    }
    let (mailbox, apps) = match (candidate.footprint.mailbox, candidate.footprint.apps) {
        (Ok(mailbox), Ok(apps)) => (mailbox, Some(apps)),
        // A suite without Office apps is not in the report of them.
        (Ok(mailbox), Err(Missing::NotCovered)) => (mailbox, None),
        (Err(missing), _) | (_, Err(missing)) => return Verdict::CannotTell(missing),
    };
    let mails = mailbox.last.is_some_and(|last| days(last, mailbox.as_of) <= IDLE_DAYS);
    if mails || apps.is_some_and(|apps| apps.desktop || apps.elsewhere) {
        return Verdict::Clear;
    }
    if !candidate.aged(context).any(|(held, _)| held.sku == license.sku) {
        return Verdict::HeldBack;
    }
    let content = licence.content_of(license);
    let to = if content.contains(plans::ENTRA_P2) {
        Some(ENTRA_P2)
    } else {
        content.contains(plans::ENTRA_P1).then_some(ENTRA_P1)
    };
    let last = mailbox.last.map_or_else(|| "none recorded".to_owned(), |last| last.to_string());
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: Confidence::Medium,
        advice: Advice::Review,
        licences: vec![Claim { to, ..Claim::from(license.sku) }],
        evidence: vec![
            Evidence::new("Role", "may change your Microsoft 365", "Microsoft directory", Some(context.today)),
            Evidence::new("Last mail activity", last, MAILBOXES, Some(mailbox.as_of)),
        ],
        from_activity: true,
    })
}

#[cfg(test)]
mod tests {
    use model::SkuId;

    use super::*;
    use crate::{
        Directory, Outcome,
        facts::{License, Person, Plan},
        footprint::{Apps, Footprint, Mailbox},
        testing::*,
    };

    fn directory() -> Directory {
        let mut directory = full();
        let premium = directory.skus.iter_mut().find(|sku| sku.id == sku_id(PREMIUM)).expect("Premium");
        premium.plans.push(Plan { id: plans::ENTRA_P1, name: String::new(), for_users: true });
        directory.administrators = Ok([person(1, &[]).id].into());
        directory
    }

    fn idle(last: Option<jiff::civil::Date>) -> Footprint {
        let mailbox = Mailbox { last, ..busy().mailbox.unwrap() };
        let apps = Apps { as_of: ago(2), desktop: false, elsewhere: false };
        Footprint { mailbox: Ok(mailbox), apps: Ok(apps), ..busy() }
    }

    fn found(outcome: &Outcome) -> Option<Option<SkuId>> {
        outcome.of(CheckId::L18).map(|finding| finding.affected[0].skus[0].to)
    }

    #[test]
    fn what_protects_the_sign_in_stays_and_the_rest_goes() {
        let outcome = evaluate_one(directory(), &person(1, &[PREMIUM]), &idle(None));
        assert_eq!(found(&outcome), Some(Some(ENTRA_P1)));
        assert_eq!(outcome.totals.likely_monthly.amount_minor, 2200 - 700);
        let outcome = evaluate_one(directory(), &person(1, &[STANDARD]), &idle(None));
        assert_eq!(found(&outcome), Some(None), "nothing in it protects the sign-in");
        assert_eq!(outcome.totals.likely_monthly.amount_minor, 1400);
    }

    #[test]
    fn who_reads_mail_or_uses_the_apps_or_is_no_administrator_is_left_alone() {
        let premium = person(1, &[PREMIUM]);
        assert_eq!(found(&evaluate_one(directory(), &premium, &idle(Some(ago(92))))), None, "90 days");
        assert!(found(&evaluate_one(directory(), &premium, &idle(Some(ago(93))))).is_some());
        let apps = Footprint { apps: busy().apps, ..idle(None) };
        assert_eq!(found(&evaluate_one(directory(), &premium, &apps)), None);
        assert_eq!(found(&evaluate_one(directory(), &person(2, &[PREMIUM]), &idle(None))), None);
        assert_eq!(found(&evaluate_one(full(), &premium, &idle(None))), None, "who administers is not known");
        assert_eq!(found(&evaluate_one(directory(), &person(1, &[EXCHANGE_1]), &idle(None))), None, "no suite");
    }

    #[test]
    fn a_new_licence_and_a_missing_report_say_nothing() {
        let new = License { changed: Some(ago(30)), ..license(PREMIUM) };
        let new = Person { licenses: vec![new], ..person(1, &[]) };
        assert_eq!(found(&evaluate_one(directory(), &new, &idle(None))), None);
        let nothing = Footprint::unavailable(Missing::Permission);
        let outcome = evaluate_one(directory(), &person(1, &[PREMIUM]), &nothing);
        assert_eq!(found(&outcome), None);
        assert!(outcome.not_evaluated.iter().any(|note| note.check == CheckId::L18));
    }
}
