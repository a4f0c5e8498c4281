//! What Microsoft's usage reports say of one person, beside when they were last active, and which of the reports a
//! directory needs at all.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    facts::{MailboxPurpose, Missing, Person, SignIn, Sku, SkuStatus},
    licence::days,
    plans::{Feature, feature, needs_desktop},
    products::is_copilot,
};

/// Somebody who signed in within so many days works with the account.
const WORKED_WITHIN_DAYS: i64 = 30;

/// What the reports say of one person, each part from its own report, or why that report says nothing of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Footprint {
    /// Their mailbox.
    pub mailbox: Result<Mailbox, Missing>,
    /// Their OneDrive; one never opened is not in the report.
    pub drive: Result<Drive, Missing>,
    /// Where they use the Office apps.
    pub apps: Result<Apps, Missing>,
    /// Where they installed desktop programs.
    pub desktop: Result<Desktop, Missing>,
    /// Their calls and meetings in Teams.
    pub teams: Result<Teams, Missing>,
    /// Their use of Copilot.
    pub copilot: Result<Copilot, Missing>,
}

impl Footprint {
    /// Nothing is known, for one reason.
    pub const fn unavailable(why: Missing) -> Self {
        Self {
            mailbox: Err(why),
            drive: Err(why),
            apps: Err(why),
            desktop: Err(why),
            teams: Err(why),
            copilot: Err(why),
        }
    }
}

/// A mailbox, as `getMailboxUsageDetail` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// `Report Refresh Date`.
    pub as_of: Date,
    /// `Storage Used (Byte)`, in MiB.
    pub used_mib: u32,
    /// `Has Archive`; `true` where the report does not say.
    pub archive: bool,
    /// `Recipient Type`, where it is one we know.
    pub purpose: Option<MailboxPurpose>,
    /// `Last Activity Date`.
    pub last: Option<Date>,
}

impl Mailbox {
    /// What one of nobody's own may hold without a licence: 50 GB (Microsoft, "About shared mailboxes").
    pub const FREE_MIB: u32 = 50 * 1024;

    /// Whether even one of nobody's own needs a licence, as far as the report tells: a hold it does not.
    pub const fn needs_licence(&self) -> bool {
        self.used_mib >= Self::FREE_MIB || self.archive
    }
}

/// A OneDrive, as `getOneDriveUsageAccountDetail` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drive {
    /// `Report Refresh Date`.
    pub as_of: Date,
    /// `Storage Used (Byte)`, in MiB.
    pub used_mib: u32,
    /// `Last Activity Date`.
    pub last: Option<Date>,
}

/// Use of the Office apps by platform in the report's period, as `getM365AppUserDetail` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Apps {
    /// `Report Refresh Date`.
    pub as_of: Date,
    /// `Windows` or `Mac`.
    pub desktop: bool,
    /// `Mobile` or `Web`.
    pub elsewhere: bool,
}

/// Desktop programs a person has installed, as `getOffice365ActivationsUserDetail` has them: the day of the latest
/// activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desktop {
    /// `Report Refresh Date`.
    pub as_of: Date,
    /// Word, Excel and the others.
    pub office: Option<Date>,
    /// Visio.
    pub visio: Option<Date>,
    /// Project.
    pub project: Option<Date>,
}

/// Teams in the report's period, as `getTeamsUserActivityUserDetail` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teams {
    /// `Report Refresh Date`.
    pub as_of: Date,
    /// `Call Count`: calls of every kind, to telephones or between people.
    pub calls: u32,
    /// `Meeting Count`.
    pub meetings: u32,
}

/// Copilot, as `getMicrosoft365CopilotUsageUserDetail` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copilot {
    /// `Report Refresh Date`.
    pub as_of: Date,
    /// Latest `… Last Activity Date`.
    pub last: Option<Date>,
}

/// Whether it is worth asking Microsoft what somebody's mailbox is for: it looks as if nobody worked with the account,
/// or as if it were a shared one.
pub fn asks_purpose(person: &Person, footprint: &Footprint, today: Date) -> bool {
    let recent = |day: Option<Date>| day.is_some_and(|day| days(day, today) <= WORKED_WITHIN_DAYS);
    let works = match person.sign_in {
        SignIn::Known { successful, interactive, .. } => recent(successful.or(interactive)),
        SignIn::Unavailable => footprint.apps.is_ok_and(|apps| apps.desktop || apps.elsewhere),
    };
    let (has_mailbox, shared) = match footprint.mailbox {
        Ok(mailbox) => (true, mailbox.purpose.is_some_and(|purpose| !purpose.is_person())),
        Err(why) => (why != Missing::NotCovered, false),
    };
    !person.guest && !person.licenses.is_empty() && has_mailbox && (shared || !works)
}

/// OneDrives whose owner has no licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrphanedDrives {
    /// `Report Refresh Date`.
    pub as_of: Date,
    /// How many.
    pub count: u32,
    /// What they hold, in MiB.
    pub used_mib: u64,
}

/// The reports beside those of activity that the licence types of a directory make worth reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Mailboxes: there are licences with one.
    pub mailboxes: bool,
    /// OneDrives.
    pub drives: bool,
    /// Desktop activations.
    pub activations: bool,
    /// Calls and meetings: there are telephone lines.
    pub teams: bool,
    /// Copilot.
    pub copilot: bool,
}

impl Wanted {
    /// What these licence types call for.
    pub fn by(skus: &[Sku]) -> Self {
        let held = || skus.iter().filter(|sku| sku.for_users && sku.consumed > 0 && sku.status != SkuStatus::Deleted);
        let plans = || held().flat_map(|sku| &sku.plans).filter(|plan| plan.for_users).map(|plan| plan.id);
        let has = |wanted: Feature| plans().any(|plan| feature(plan) == Some(wanted));
        Self {
            mailboxes: has(Feature::Mail),
            drives: has(Feature::Files),
            activations: plans().any(needs_desktop),
            teams: has(Feature::Phone),
            copilot: held().any(|sku| is_copilot(sku.id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{BASIC, STANDARD, TODAY, ago, never_signed_in, person, signed_in, sku};

    #[test]
    fn only_mailboxes_nobody_works_with_are_asked_about() {
        let mailbox = Mailbox { as_of: TODAY, used_mib: 1, archive: false, purpose: None, last: None };
        let seen = |purpose| Footprint { mailbox: Ok(Mailbox { purpose, ..mailbox }), ..unknown() };
        let asks = |sign_in, footprint| asks_purpose(&Person { sign_in, ..person(1, &[BASIC]) }, &footprint, TODAY);
        assert!(!asks(signed_in(30), seen(None)));
        assert!(asks(signed_in(31), seen(None)));
        assert!(asks(signed_in(1), seen(Some(MailboxPurpose::Shared))));
        assert!(asks(never_signed_in(), unknown()));
        assert!(!asks(never_signed_in(), Footprint::unavailable(Missing::NotCovered)), "no mailbox");
        assert!(!asks_purpose(&person(1, &[]), &unknown(), TODAY));
        let apps = Apps { as_of: ago(2), desktop: false, elsewhere: true };
        assert!(!asks(SignIn::Unavailable, Footprint { apps: Ok(apps), ..unknown() }));
        assert!(asks(SignIn::Unavailable, unknown()));
    }

    fn unknown() -> Footprint {
        Footprint::unavailable(Missing::Error)
    }

    #[test]
    fn a_report_is_worth_reading_for_licences_somebody_has() {
        let basic = Wanted { mailboxes: true, drives: true, ..Wanted::default() };
        assert_eq!(Wanted::by(&[sku(BASIC, 10, 1)]), basic);
        assert_eq!(Wanted::by(&[sku(BASIC, 10, 0)]), Wanted::default());
        assert_eq!(Wanted::by(&[sku(STANDARD, 10, 1)]), Wanted { activations: true, ..basic });
        let copilot = sku("639dec6b-bb19-468b-871c-c5c441c4b0cb", 5, 1);
        assert_eq!(Wanted::by(&[copilot]), Wanted { copilot: true, ..Wanted::default() });
    }
}
