//! L26: a shared or room mailbox that somebody signs in to, without a licence.
//!
//! Rule: the account is a shared, room or equipment mailbox, may sign in, did so successfully within 30 days, and no
//! licence of it gives a mailbox. Such a mailbox is free as long as people open it with their own account; whoever signs
//! in to it needs a licence for it. No money: it is the reverse of waste.
//!
//! Traps: attempts that failed are no use; mail arriving is no sign-in; meeting rooms with a room licence are left out
//! with all devices; the size of a mailbox does not stand in the directory.

use super::{Candidate, Check, CheckId, Conclusion, Rule, Severity, Stake, Text, Verdict};
use crate::{
    evaluation::Context,
    facts::SignIn,
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
        title: "Shared mailboxes people sign in to",
        why_it_matters: "A shared mailbox is free as long as people open it from their own account. If somebody signs in \
                         to it, it needs a licence, and nobody can tell who wrote what.",
        what_changes: "You block sign-in of the shared mailbox and give people access to it, or you give it a licence.",
        what_people_notice: "They open the shared mailbox from their own Outlook, without a password of its own.",
        undo: "You can allow the sign-in again at any time.",
        technical_detail: "userPurpose is not user, accountEnabled is true, lastSuccessfulSignInDateTime is within 30 \
                           days and no enabled plan of the account is an Exchange mailbox plan.",
    },
    steps: &[
        "Ask who signs in to the mailbox, and why.",
        "In the Microsoft 365 admin centre choose Teams and groups, then Shared mailboxes, and give those people access \
         to it.",
        "Then choose Users, find the mailbox and block its sign-in. If a program needs the sign-in, give the mailbox a \
         licence instead.",
        "Check again here: the finding goes away 30 days after the last sign-in, or as soon as it is blocked.",
    ],
    rule: Rule::Person { judge, headline, held_back: "Held back", remedy: Remedy::Guided, activity: false },
};

fn headline(count: u32, _: u32) -> String {
    let (noun, verb) = if count == 1 { ("mailbox", "is") } else { ("mailboxes", "are") };
    format!("{count} shared {noun} {verb} signed in to without a licence")
}

fn judge(context: &Context, candidate: &Candidate<'_>) -> Verdict {
    let SignIn::Known { successful: Some(last), .. } = candidate.person.sign_in else { return Verdict::Clear };
    let recent = days(last, context.today) <= RECENT;
    if !candidate.is_no_person() || candidate.person.enabled != Some(true) || !recent {
        return Verdict::Clear;
    }
    let mailbox = candidate.held.iter().any(|(license, licence)| {
        licence.content_of(license).without_empty_rights(license.sku).features().contains(&Feature::Mail)
    });
    if mailbox {
        return Verdict::Clear;
    }
    Verdict::Found(Conclusion {
        certainty: Certainty::Certain,
        confidence: Confidence::Medium,
        advice: Advice::Review,
        licences: vec![],
        evidence: vec![Evidence::new("Last successful sign-in", last, crate::activity::SIGN_INS, None)],
        from_activity: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{MailboxPurpose, Person},
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
