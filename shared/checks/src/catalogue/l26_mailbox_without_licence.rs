//! L26: a shared or room mailbox without the licence it needs.
//!
//! Rule: the account is a shared, room or equipment mailbox and no licence of it gives a mailbox. It needs one where it
//! may sign in and did so successfully within 30 days, or holds 50 GB and more: then it soon receives no mail. No money:
//! it is the reverse of waste.
//!
//! Traps: attempts that failed are no use; mail arriving is no sign-in; meeting rooms with a room licence are left out
//! with all devices; an archive is not told of for sure, so it alone says nothing. Not evaluated: conditional access and
//! roles for a time, which Microsoft counts by their use and not by person.

use jiff::civil::Date;

use super::{Candidate, Check, CheckId, Conclusion, Rule, Severity, Stake, Text, Verdict, l4_shared_mailbox::evidence as size};
use crate::{
    evaluation::Context,
    facts::SignIn,
    footprint::Mailbox,
    licence::days,
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    plans::Feature,
};

/// A sign-in longer ago than this, in days, says nothing about today.
const RECENT: i64 = 30;

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L26,
    severity: Severity::Medium,
    stake: Stake::Nothing,
    text: Text {
        title: "Shared mailboxes that need a licence",
        why_it_matters: "A shared mailbox is free up to 50 GB, and as long as people open it from their own account. \
                         Above 50 GB it stops receiving mail. If somebody signs in to it, it needs a licence, and nobody \
                         can tell who wrote what.",
        what_changes: "You block sign-in of the shared mailbox and give people access to it, or make room in it, or you \
                       give it a licence.",
        what_people_notice: "They open the shared mailbox from their own Outlook, without a password of its own.",
        undo: "You can allow the sign-in again at any time.",
        technical_detail: "userPurpose is not user and no enabled plan of the account is an Exchange mailbox plan; \
                           either accountEnabled is true and lastSuccessfulSignInDateTime is within 30 days, or Storage \
                           Used of the mailbox report is 50 GB or more.",
    },
    steps: &[
        "Where the mailbox is full, delete old mail, or give it Exchange Online Plan 2.",
        "Where somebody signs in to it, ask who, and why.",
        "In the Microsoft 365 admin centre choose Teams and groups, then Shared mailboxes, and give those people access \
         to it.",
        "Then choose Users, find the mailbox and block its sign-in. If a program needs the sign-in, give the mailbox a \
         licence instead.",
        "Check again here: the finding goes away once there is room, 30 days after the last sign-in, or as soon as it is \
         blocked.",
    ],
    rule: Rule::Person { judge, headline, held_back: "Held back", remedy: Remedy::Guided, activity: false },
};

fn headline(count: u32, _: u32) -> String {
    let (noun, verb, has) = if count == 1 { ("mailbox", "needs", "has") } else { ("mailboxes", "need", "have") };
    format!("{count} shared {noun} {verb} a licence and {has} none")
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let has_one = || {
        let mut held = candidate.held.iter();
        held.any(|(own, licence)| licence.rights_of(own).has(Feature::Mail))
    };
    if !candidate.is_no_person() || has_one() {
        return Verdict::Clear;
    }
    let worked_with = worked_with(context, candidate)
        .map(|last| Evidence::new("Last successful sign-in", last, crate::activity::SIGN_INS, None));
    let full = candidate.footprint.mailbox.ok().filter(|mailbox| mailbox.used_mib >= Mailbox::FREE_MIB);
    let evidence: Vec<Evidence> = worked_with.into_iter().chain(full.iter().flat_map(size)).collect();
    if evidence.is_empty() {
        return Verdict::Clear;
    }
    Verdict::Found(Conclusion {
        certainty: Certainty::Certain,
        confidence: Confidence::Medium,
        advice: Advice::Review,
        licences: vec![],
        evidence,
        from_activity: false,
    })
}

/// The day somebody last signed in to it, where that is of now and they still may.
fn worked_with(context: &Context, candidate: &Candidate<'_>) -> Option<Date> {
    let SignIn::Known { successful: Some(last), .. } = candidate.person.sign_in else { return None };
    (candidate.person.enabled == Some(true) && days(last, context.today) <= RECENT).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{MailboxPurpose, Person},
        footprint::Footprint,
        testing::*,
    };

    fn shared(skus: &[&str], sign_in: SignIn) -> Person {
        Person { purpose: Some(MailboxPurpose::Shared), sign_in, ..person(1, skus) }
    }

    fn run(person: Person) -> Outcome {
        evaluate(full(), &[(person, idle_report(), None)])
    }

    #[test]
    fn one_that_is_signed_in_to_without_a_mailbox_licence_is_found() {
        for skus in [&[][..], &[POWER_BI][..]] {
            let outcome = run(shared(skus, signed_in(30)));
            let finding = outcome.of(CheckId::L26).expect("a finding");
            assert_eq!((finding.affected.len(), finding.seats, finding.remedy), (1, 0, Remedy::Guided));
            assert_eq!(outcome.totals.monthly.amount_minor, 0);
        }
    }

    #[test]
    fn one_that_is_full_without_a_licence_is_found_though_nobody_signs_in() {
        let full_of = |gib: u32, skus: &[&str]| {
            let mailbox = Mailbox {
                as_of: ago(2),
                used_mib: gib * 1024,
                archive: true,
                purpose: Some(MailboxPurpose::Shared),
                last: None,
            };
            let blocked = Person { enabled: Some(false), ..shared(skus, never_signed_in()) };
            evaluate_one(full(), &blocked, &Footprint { mailbox: Ok(mailbox), ..busy() })
        };
        let outcome = full_of(50, &[]);
        let finding = outcome.of(CheckId::L26).expect("a finding");
        assert_eq!((finding.affected.len(), &*finding.headline), (1, "1 shared mailbox needs a licence and has none"));
        assert!(full_of(49, &[]).of(CheckId::L26).is_none());
        assert!(full_of(80, &[EXCHANGE_2]).of(CheckId::L26).is_none());
    }

    #[test]
    fn a_licence_a_blocked_account_an_old_sign_in_an_attempt_and_a_person_are_nothing() {
        assert!(run(shared(&[EXCHANGE_2], signed_in(1))).of(CheckId::L26).is_none());
        assert!(run(shared(&[], signed_in(31))).of(CheckId::L26).is_none());
        assert!(run(Person { enabled: Some(false), ..shared(&[], signed_in(1)) }).of(CheckId::L26).is_none());
        let attempt = SignIn::Known { successful: None, interactive: Some(ago(1)), non_interactive: None };
        assert!(run(shared(&[], attempt)).of(CheckId::L26).is_none());
        assert!(run(shared(&[], SignIn::Unavailable)).of(CheckId::L26).is_none());
        assert!(run(person(1, &[])).of(CheckId::L26).is_none());
        assert!(run(Person { purpose: None, ..shared(&[], signed_in(1)) }).of(CheckId::L26).is_none());
    }
}
