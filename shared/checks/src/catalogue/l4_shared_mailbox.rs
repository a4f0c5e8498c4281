//! L4: licences on a shared mailbox.
//!
//! Rule: the mailbox is a shared one and the account has paid licences. Up to 50 GB and without an archive it needs
//! none: all are taken. Larger, or with an archive, it needs Exchange Online Plan 2 and nothing else: a suite is
//! exchanged for it.
//!
//! Traps: a legal hold needs a licence too and cannot be seen; a mailbox close to 50 GB stops receiving once it is over;
//! an account somebody signs in to is worked with, whatever the mailbox is called; a licence taken before the mailbox is
//! a shared one loses the mailbox.
//!
//! Source: Microsoft, "Remove a license from a shared mailbox".

use model::SkuId;

use super::{Candidate, Check, CheckId, Claim, Conclusion, Rule, Severity, Stake, Text, Verdict, licences};
use crate::{
    evaluation::Context,
    facts::{MailboxPurpose, SignIn},
    footprint::Mailbox,
    licence::days,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    plans::Feature,
    products::named::EXCHANGE_2,
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L4,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Licences of shared mailboxes",
        why_it_matters: "A shared mailbox is free up to 50 GB. Its licences pay for a person who is not there.",
        what_changes: "The licences are taken back. A mailbox above 50 GB, or with an archive, keeps the one small \
                       licence it needs.",
        what_people_notice: "Nothing, as long as the mailbox stays a shared one. Nobody may sign in to it.",
        undo: "You can give the licences back within 25 days.",
        technical_detail: "userPurpose is shared, or Recipient Type of the mailbox report is Shared; the account holds \
                           paid licences. Storage Used below 50 GB and Has Archive false: remove all. Otherwise \
                           exchange for Exchange Online Plan 2. A hold cannot be read through Microsoft Graph.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "Shared mailboxes somebody signs in to, left alone",
        remedy: Remedy::RemoveLicences,
        activity: false,
    },
};

/// From here on it is soon full.
const NEARLY_FULL_MIB: u32 = 45 * 1024;
/// A sign-in within so many days is somebody at work.
const SIGNED_IN_WITHIN_DAYS: i64 = 30;

const MAILBOXES: &str = "Microsoft mailbox report";

fn headline(people: u32, seats: u32) -> String {
    match people {
        1 => format!("1 shared mailbox has {} it does not need", licences(seats)),
        _ => format!("{people} shared mailboxes have {} they do not need", licences(seats)),
    }
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    if candidate.person.purpose != Some(MailboxPurpose::Shared) || candidate.paid().next().is_none() {
        return Verdict::Clear;
    }
    let mailbox = match candidate.footprint.mailbox {
        Ok(mailbox) => mailbox,
        Err(missing) => return Verdict::CannotTell(missing),
    };
    if is_worked_with(candidate.person.sign_in, context) {
        return Verdict::HeldBack;
    }
    let paid: Vec<SkuId> = candidate.paid().map(|(license, _)| license.sku).collect();
    let needs_licence = mailbox.needs_licence();
    let Some(claims) = (if needs_licence { smaller(candidate, &paid) } else { Some(claims(&paid)) }) else {
        return Verdict::Clear;
    };
    let nearly_full = !needs_licence && mailbox.used_mib >= NEARLY_FULL_MIB;
    // The report's word for it is not documented: where Microsoft says it of the mailbox itself too, it is sure.
    let agreed = mailbox.purpose == Some(MailboxPurpose::Shared);
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: if agreed && !nearly_full { Confidence::High } else { Confidence::Medium },
        advice: if nearly_full { Advice::Review } else { Advice::Remove },
        licences: claims,
        evidence: evidence(&mailbox),
        from_activity: true,
    })
}

pub(super) fn claims(skus: &[SkuId]) -> Vec<Claim> {
    skus.iter().copied().map(Claim::from).collect()
}

/// What a mailbox is told to be.
pub(super) fn evidence(mailbox: &Mailbox) -> Vec<Evidence> {
    let as_of = Some(mailbox.as_of);
    let size = format!("{:.1} GB", f64::from(mailbox.used_mib) / 1024.0);
    let archive = if mailbox.archive { "yes" } else { "no" };
    vec![
        Evidence::new("Size of the mailbox", size, MAILBOXES, as_of),
        Evidence::new("Mail archive", archive, MAILBOXES, as_of),
    ]
}

fn is_worked_with(sign_in: SignIn, context: &Context) -> bool {
    let SignIn::Known { successful, .. } = sign_in else { return false };
    successful.is_some_and(|day| days(day, context.today) <= SIGNED_IN_WITHIN_DAYS)
}

/// Leaves Exchange Online Plan 2 and nothing else; `None` where that is so, or would not be less.
fn smaller(candidate: &Candidate<'_>, paid: &[SkuId]) -> Option<Vec<Claim>> {
    if paid.contains(&EXCHANGE_2) {
        let others: Vec<SkuId> = paid.iter().copied().filter(|sku| *sku != EXCHANGE_2).collect();
        return Some(claims(&others)).filter(|claims| !claims.is_empty());
    }
    // A licence for mail alone is about as small as the one it would become.
    let suite = candidate
        .paid()
        .find(|(license, licence)| licence.is_suite() && licence.content_of(license).has(Feature::Mail));
    let (suite, _) = suite?;
    let exchanged = |sku: SkuId| Claim { to: (sku == suite.sku).then_some(EXCHANGE_2), ..Claim::from(sku) };
    Some(paid.iter().copied().map(exchanged).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{Missing, Person},
        footprint::Footprint,
        products::named::EXCHANGE_2,
        testing::*,
    };

    fn shared(skus: &[&str]) -> Person {
        Person {
            purpose: Some(MailboxPurpose::Shared),
            enabled: Some(false),
            sign_in: never_signed_in(),
            ..person(1, skus)
        }
    }

    fn of_size(gib: u32, archive: bool) -> Footprint {
        let purpose = Some(MailboxPurpose::Shared);
        let mailbox = Mailbox { as_of: ago(2), used_mib: gib * 1024, archive, purpose, last: Some(ago(3)) };
        Footprint { mailbox: Ok(mailbox), ..busy() }
    }

    fn run(person: &Person, footprint: &Footprint) -> Outcome {
        evaluate_one(full(), person, footprint)
    }

    fn saved(outcome: &Outcome) -> Option<i64> {
        outcome.of(CheckId::L4)?.saving.as_ref().map(|saving| saving.monthly.amount_minor)
    }

    #[test]
    fn a_small_one_needs_none_of_its_licences() {
        let outcome = run(&shared(&[STANDARD, POWER_BI]), &of_size(44, false));
        let finding = outcome.of(CheckId::L4).expect("a finding");
        assert_eq!((finding.seats, saved(&outcome)), (2, Some(1400 + 1400)));
        assert_eq!((finding.certainty, finding.confidence), (Certainty::Likely, Confidence::High));
        assert_eq!(finding.remedy, Remedy::RemoveLicences);
        assert!(outcome.of(CheckId::L3).is_none(), "blocked by design");
    }

    #[test]
    fn from_45_gb_it_is_looked_at_first_and_from_50_gb_it_keeps_what_it_needs() {
        let nearly = run(&shared(&[STANDARD]), &of_size(45, false));
        assert_eq!(nearly.of(CheckId::L4).expect("a finding").affected[0].advice, Advice::Review);
        for footprint in [of_size(50, false), of_size(3, true)] {
            let outcome = run(&shared(&[PREMIUM]), &footprint);
            let finding = outcome.of(CheckId::L4).expect("a finding");
            assert_eq!(finding.affected[0].skus[0].to, Some(EXCHANGE_2));
            assert_eq!((finding.remedy, saved(&outcome)), (Remedy::SwapLicences, Some(2200 - 800)));
        }
    }

    #[test]
    fn one_that_has_just_what_it_needs_is_left_alone_and_loses_the_rest() {
        assert!(run(&shared(&[EXCHANGE_2_ID]), &of_size(60, false)).findings.is_empty());
        let outcome = run(&shared(&[EXCHANGE_2_ID, STANDARD]), &of_size(60, true));
        assert_eq!(saved(&outcome), Some(1400));
        assert_eq!(outcome.of(CheckId::L4).expect("a finding").affected[0].skus[0].sku, sku_id(STANDARD));
    }

    #[test]
    fn one_somebody_signs_in_to_is_left_alone() {
        let used = Person { sign_in: signed_in(30), enabled: Some(true), ..shared(&[STANDARD]) };
        assert!(run(&used, &of_size(1, false)).of(CheckId::L4).is_none());
        let unused = Person { sign_in: signed_in(31), ..used };
        assert!(run(&unused, &of_size(1, false)).of(CheckId::L4).is_some());
    }

    #[test]
    fn without_its_size_nothing_is_said_and_that_is_said() {
        let outcome = run(&shared(&[STANDARD]), &Footprint::unavailable(Missing::NamesConcealed));
        assert!(outcome.of(CheckId::L4).is_none());
        let note = outcome.not_evaluated.iter().find(|note| note.check == CheckId::L4).expect("a note");
        assert_eq!((note.reason, note.people), (Missing::NamesConcealed, 1));
    }

    #[test]
    fn a_person_and_a_free_licence_are_no_shared_mailbox() {
        let own = Person { purpose: Some(MailboxPurpose::User), ..shared(&[STANDARD]) };
        assert!(run(&own, &of_size(1, false)).of(CheckId::L4).is_none());
        assert!(run(&shared(&[]), &of_size(1, false)).of(CheckId::L4).is_none());
    }

    const EXCHANGE_2_ID: &str = crate::testing::EXCHANGE_2;
}
