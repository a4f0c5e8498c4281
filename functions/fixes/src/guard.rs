//! What is looked at before anything is changed: guards G1 to G8 (checks.md 1.0.5), evaluated against the directory as
//! it is now.

use checks::{outcome::GuardId, plans::Feature};
use serde::{Deserialize, Serialize};
use store::Doubt;
use utoipa::ToSchema;

/// What a guard asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// To know before deciding.
    Inform,
    /// To confirm: its id goes into `accept`.
    Confirm,
    /// Those it is about are left alone.
    Block,
}

/// What a guard says of a whole fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuardFound {
    /// Which guard.
    pub id: GuardId,
    /// What it asks for.
    pub level: Level,
    /// What to know, in plain words; may hold names from the directory: escape it.
    #[schema(example = "4 mailboxes are deleted 30 days after their licence is gone")]
    pub text: String,
    /// How many people it is about.
    #[schema(example = 4)]
    pub people: u32,
}

/// Why one change is not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Blocked {
    /// The guard.
    pub guard: GuardId,
    /// A stable code.
    #[schema(example = "comes_from_a_group")]
    pub reason: String,
    /// In plain words; may hold names from the directory: escape it.
    #[schema(example = "The licence comes from the group Sales. Take them out of the group instead.")]
    pub text: String,
}

impl Blocked {
    /// Left alone because of a guard.
    pub fn by(guard: GuardId, reason: &str, text: impl Into<String>) -> Self {
        Self { guard, reason: reason.into(), text: text.into() }
    }
}

/// What a doubt asks for.
pub const fn level(doubt: Doubt) -> Level {
    match doubt {
        Doubt::AddOnStays => Level::Inform,
        _ => Level::Confirm,
    }
}

/// What a doubt gives to know of `people`.
pub fn words(doubt: Doubt, people: u32) -> String {
    let (who, s) = if people == 1 { ("1 person".into(), "s") } else { (format!("{people} people"), "") };
    match doubt {
        Doubt::GroupOpensMore => {
            format!("{who} also lose{s} what else the group opens: its mailbox, files, team or roles.")
        }
        Doubt::GroupMayOpenMore => format!(
            "{who} leave{s} a security group. It may also open files and apps: Microsoft does not tell Steward which."
        ),
        Doubt::MailboxOfNobody => {
            format!("{who} may have a shared, large or archived mailbox, which may need the licence. Look first.")
        }
        Doubt::MailboxGoes => format!(
            "{who} lose{s} the mailbox. Microsoft deletes it about 30 days later. If one is kept for legal reasons, \
             stop here: Microsoft does not tell us."
        ),
        Doubt::MailboxStays if people == 1 => {
            "1 shared or room mailbox stays without a licence, up to 50 GB. If it is kept for legal reasons, stop \
             here: then it needs one."
                .into()
        }
        Doubt::MailboxStays => format!(
            "{people} shared or room mailboxes stay without a licence, up to 50 GB each. If one is kept for legal \
             reasons, stop here: then it needs one."
        ),
        Doubt::Administrator => format!("{who} may administer your Microsoft 365. Check that somebody else can."),
        Doubt::RolesUnknown => {
            "Microsoft did not tell who administers your Microsoft 365. Check that nobody here does.".into()
        }
        Doubt::AddOnStays => {
            format!("{who} keep{s} another licence that may need this one. Microsoft may then refuse.")
        }
        Doubt::SignInsUnknown => format!(
            "Microsoft does not tell when {who} last signed in: that takes Microsoft Entra ID P1 and the permission to \
             read it. Check that nobody here has come back since the last check."
        ),
        Doubt::ProtectionGoes => {
            format!("{who} lose{s} a protection: sign-in rules, device management, mail archive or a Defender product.")
        }
    }
}

/// Whether losing a feature weakens the company, not only the person.
pub const fn protects(feature: Feature) -> bool {
    matches!(
        feature,
        Feature::Archive
            | Feature::Identity
            | Feature::Devices
            | Feature::MailProtection
            | Feature::DeviceProtection
            | Feature::CloudProtection
    )
}

/// Whether so many people at once need a typed confirmation: more than `most`, or more than a tenth of those who have
/// licences (G6). One person never does.
pub fn typed(people: u32, licensed: u32, most: u32) -> bool {
    people > most || (people > 1 && u64::from(people) * 10 > u64::from(licensed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_loses_and_more_people_lose() {
        assert!(words(Doubt::ProtectionGoes, 1).starts_with("1 person loses a protection"));
        assert!(words(Doubt::GroupMayOpenMore, 1).starts_with("1 person leaves a security group"));
        assert!(words(Doubt::MailboxGoes, 2).starts_with("2 people lose the mailbox"));
    }

    #[test]
    fn many_people_at_once_are_typed() {
        for (people, licensed, want) in
            [(1, 1, false), (2, 19, true), (2, 20, false), (10, 100, false), (11, 100, true), (26, 1000, true)]
        {
            assert_eq!(typed(people, licensed, 25), want, "{people} of {licensed}");
        }
    }
}
