//! L5: licences on a room or on equipment.
//!
//! Rule: the mailbox is that of a room or of equipment, below 50 GB and without an archive, and the account has paid
//! licences. A resource mailbox needs none.
//!
//! Traps: Teams Rooms and shared phones are licensed by device, and no check speaks of accounts that hold such a
//! licence; as with shared mailboxes a large one, or one with an archive, needs a licence.

use model::SkuId;

use super::{
    Candidate, Check, CheckId, Conclusion, Rule, Severity, Stake, Text, Verdict,
    l4_shared_mailbox::{claims, evidence},
    licences,
};
use crate::{
    evaluation::Context,
    facts::MailboxPurpose,
    outcome::{Advice, Certainty, Confidence, Remedy},
};

/// The check.
pub const CHECK: Check = Check {
    id: CheckId::L5,
    severity: Severity::Low,
    stake: Stake::Saving,
    text: Text {
        title: "Licences of rooms and equipment",
        why_it_matters: "A room or a projector that people book needs no licence, and you pay for one.",
        what_changes: "The licences are taken back. People book the room as before.",
        what_people_notice: "Nothing. A room with a Teams device of its own has another kind of licence and is not in \
                             this list.",
        undo: "You can give the licences back within 25 days.",
        technical_detail: "userPurpose is room or equipment, or Recipient Type of the mailbox report is Room or \
                           Equipment; below 50 GB, no archive; paid licences other than Teams Rooms and shared \
                           devices.",
    },
    steps: &[],
    rule: Rule::Person {
        judge,
        headline,
        held_back: "Rooms left alone for now",
        remedy: Remedy::RemoveLicences,
        activity: false,
    },
};

fn headline(people: u32, seats: u32) -> String {
    match people {
        1 => format!("1 room or piece of equipment has {}", licences(seats)),
        _ => format!("{people} rooms or pieces of equipment have {}", licences(seats)),
    }
}

fn judge(_: &Context, candidate: &Candidate<'_>) -> Verdict {
    let purpose = candidate.person.purpose;
    let resource = matches!(purpose, Some(MailboxPurpose::Room | MailboxPurpose::Equipment));
    if !resource || candidate.paid().next().is_none() {
        return Verdict::Clear;
    }
    let mailbox = match candidate.footprint.mailbox {
        Ok(mailbox) => mailbox,
        Err(missing) => return Verdict::CannotTell(missing),
    };
    if mailbox.needs_licence() {
        return Verdict::Clear;
    }
    let paid: Vec<SkuId> = candidate.paid().map(|(license, _)| license.sku).collect();
    Verdict::Found(Conclusion {
        certainty: Certainty::Likely,
        confidence: if mailbox.purpose == purpose { Confidence::High } else { Confidence::Medium },
        advice: Advice::Remove,
        licences: claims(&paid),
        evidence: evidence(&mailbox),
        from_activity: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Outcome,
        facts::{Missing, Person},
        footprint::{Footprint, Mailbox},
        testing::*,
    };

    fn run(purpose: MailboxPurpose, skus: &[&str], used_mib: u32, archive: bool) -> Outcome {
        let person = Person { purpose: Some(purpose), sign_in: never_signed_in(), ..person(1, skus) };
        let mailbox = Mailbox { as_of: ago(2), used_mib, archive, purpose: Some(purpose), last: None };
        let mut directory = full();
        directory.skus.push(sku(TEAMS_ROOMS, 1, 1));
        evaluate_one(directory, &person, &Footprint { mailbox: Ok(mailbox), ..busy() })
    }

    const TEAMS_ROOMS: &str = "4cde982a-ede4-4409-9ae6-b003453c8ea6";

    #[test]
    fn rooms_and_equipment_need_none() {
        for purpose in [MailboxPurpose::Room, MailboxPurpose::Equipment] {
            let outcome = run(purpose, &[EXCHANGE_1], 10, false);
            let finding = outcome.of(CheckId::L5).expect("a finding");
            assert_eq!(finding.saving.as_ref().map(|saving| saving.monthly.amount_minor), Some(400));
        }
        for purpose in [MailboxPurpose::User, MailboxPurpose::Other] {
            assert!(run(purpose, &[EXCHANGE_1], 10, false).of(CheckId::L5).is_none());
        }
    }

    #[test]
    fn a_room_with_a_device_of_its_own_and_a_large_one_are_left_alone() {
        assert!(run(MailboxPurpose::Room, &[EXCHANGE_1, TEAMS_ROOMS], 10, false).findings.is_empty());
        assert!(run(MailboxPurpose::Room, &[EXCHANGE_1], 50 * 1024, false).of(CheckId::L5).is_none());
        assert!(run(MailboxPurpose::Room, &[EXCHANGE_1], 10, true).of(CheckId::L5).is_none());
    }

    #[test]
    fn without_the_report_nothing_is_said() {
        let room = Person { purpose: Some(MailboxPurpose::Room), ..person(1, &[EXCHANGE_1]) };
        let outcome = evaluate_one(full(), &room, &Footprint::unavailable(Missing::Permission));
        assert!(outcome.of(CheckId::L5).is_none());
        assert!(outcome.not_evaluated.iter().any(|note| note.check == CheckId::L5));
    }
}
