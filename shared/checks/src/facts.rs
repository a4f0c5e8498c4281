//! What a scan knows about a directory: the input of every check. Made from Graph's answers by `graph::facts`.

use jiff::{Timestamp, civil::Date};
use model::{GroupId, PersonId, PlanId, SkuId};
use serde::{Deserialize, Serialize};

/// A licence type the directory owns (Graph `subscribedSku`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sku {
    /// The licence type.
    pub id: SkuId,
    /// Graph's `skuPartNumber`; shown raw where the product is unknown, never used as a key.
    pub part_number: String,
    /// `false` for `appliesTo: Company`.
    pub for_users: bool,
    /// Graph's `capabilityStatus`.
    pub status: SkuStatus,
    /// Seats by state (Graph `prepaidUnits`).
    pub seats: Seats,
    /// Graph's `consumedUnits`.
    pub consumed: u32,
    /// What is inside.
    pub plans: Vec<Plan>,
}

/// Graph's `capabilityStatus` of a licence type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SkuStatus {
    /// At least one enabled unit.
    Enabled,
    /// Expired, in the grace period.
    Warning,
    /// Cannot be assigned, may be reactivated.
    Suspended,
    /// Gone.
    Deleted,
    /// The customer cancelled it.
    LockedOut,
    /// A value this version does not know.
    Unknown,
}

impl SkuStatus {
    /// Whether people have the use of it, so that it is paid for.
    pub const fn is_in_force(self) -> bool {
        matches!(self, Self::Enabled | Self::Warning)
    }
}

/// Graph's `prepaidUnits`: seats by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// Usable.
    pub enabled: u32,
    /// Expired, in grace.
    pub warning: u32,
    /// Suspended.
    pub suspended: u32,
    /// Cancelled by the customer.
    pub locked_out: u32,
}

/// A service plan inside a licence type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Graph's `servicePlanId`.
    pub id: PlanId,
    /// Graph's `servicePlanName`.
    pub name: String,
    /// `false` for `appliesTo: Company`.
    pub for_users: bool,
}

/// One subscription (Graph `companySubscription`); several may exist per licence type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subscription {
    /// Graph's `id`.
    pub id: String,
    /// The licence type it pays for.
    pub sku: SkuId,
    /// When it was bought.
    pub created: Option<Timestamp>,
    /// When it renews, expires or changes state.
    pub next_lifecycle: Option<Timestamp>,
    /// Graph's `isTrial`.
    pub trial: bool,
    /// Graph's `status`: Enabled, Warning, Suspended, Deleted, LockedOut.
    pub status: SkuStatus,
    /// Seats of this subscription.
    pub seats: u32,
    /// Bought through a partner (Graph `ownerTenantId` is set).
    pub through_partner: bool,
}

/// Someone in the directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Graph's `id`.
    pub id: PersonId,
    /// Graph's `userPrincipalName`, lower case: joins the usage reports.
    pub upn: String,
    /// Graph's `displayName`; hostile text.
    pub name: String,
    /// Graph's `accountEnabled`; `None` when Graph did not say.
    pub enabled: Option<bool>,
    /// Graph's `userType` is `Guest`.
    pub guest: bool,
    /// Graph's `createdDateTime`.
    pub created: Option<Date>,
    /// Graph's `department`; hostile text.
    pub department: Option<String>,
    /// Graph's `onPremisesSyncEnabled`.
    pub synced: bool,
    /// What the mailbox is for, where known (Graph `mailboxSettings.userPurpose`).
    pub purpose: Option<MailboxPurpose>,
    /// Licences, one entry a licence type.
    pub licenses: Vec<License>,
    /// Licences that were to be assigned and are not: they take no seat.
    pub failed: Vec<FailedLicense>,
    /// When they signed in.
    pub sign_in: SignIn,
}

/// Graph's `mailboxSettings.userPurpose`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MailboxPurpose {
    /// Somebody's own.
    User,
    /// Shared by several people.
    Shared,
    /// A room.
    Room,
    /// Equipment.
    Equipment,
    /// Linked and others: not a person at work either.
    Other,
}

impl MailboxPurpose {
    /// Whether it is the mailbox of a person at work.
    pub const fn is_person(self) -> bool {
        matches!(self, Self::User)
    }
}

/// One licence of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// The licence type.
    pub sku: SkuId,
    /// Plans turned off (Graph `assignedLicenses.disabledPlans`).
    pub disabled_plans: Vec<PlanId>,
    /// Assigned directly (a `licenseAssignmentStates` row with no group).
    pub direct: bool,
    /// Groups that assign it.
    pub groups: Vec<GroupId>,
    /// Why a row is in `Error` or `ActiveWithError`; `None` where all are well.
    pub error: Option<AssignmentError>,
    /// Latest `lastUpdatedDateTime` of its rows: no earlier than the assignment.
    pub changed: Option<Date>,
}

impl License {
    /// Whether a row is in `Error` or `ActiveWithError`: then nobody can say what the person has of it.
    pub const fn in_error(&self) -> bool {
        self.error.is_some()
    }
}

/// A licence somebody was to get and did not (`licenseAssignmentStates.state` is `Error`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedLicense {
    /// The licence type.
    pub sku: SkuId,
    /// The group that was to assign it; `None`: directly.
    pub group: Option<GroupId>,
    /// Why it failed.
    pub error: AssignmentError,
}

/// Graph's `licenseAssignmentStates.error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AssignmentError {
    /// No seat was free.
    CountViolation,
    /// Another licence holds a plan that excludes one of this.
    MutuallyExclusiveViolation,
    /// It needs, or is needed by, another licence.
    DependencyViolation,
    /// Not sold where the person is, or nobody said where that is.
    ProhibitedInUsageLocationViolation,
    /// Two people have the same address.
    UniquenessViolation,
    /// Anything else.
    Other,
}

/// Somebody who was deleted and can still be restored (Graph `directory/deletedItems`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedPerson {
    /// Graph's `id`.
    pub id: PersonId,
    /// Graph's `userPrincipalName`.
    pub upn: String,
    /// Graph's `displayName`; hostile text.
    pub name: String,
    /// Graph's `deletedDateTime`.
    pub deleted: Option<Date>,
    /// Licence types in `assignedLicenses`.
    pub skus: Vec<SkuId>,
}

/// When a person signed in, by source; dates in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignIn {
    /// The directory's plan does not give sign-in dates, or reading them was refused.
    Unavailable,
    /// Graph gave what it has. All `None`: never signed in, or not since April 2020.
    Known {
        /// `lastSuccessfulSignInDateTime`; recorded since 2023-12-01.
        successful: Option<Date>,
        /// `lastSignInDateTime`; counts failed attempts.
        interactive: Option<Date>,
        /// `lastNonInteractiveSignInDateTime`; counts failed attempts.
        non_interactive: Option<Date>,
    },
}

impl SignIn {
    /// The day of the last sign-in: of the last that succeeded where one is known, otherwise of the last attempt
    /// (checks.md 1.0.2).
    pub fn last(self) -> Option<Date> {
        match self {
            Self::Unavailable => None,
            Self::Known { successful, interactive, non_interactive } => successful.or(interactive.max(non_interactive)),
        }
    }
}

/// What the usage reports say of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Usage {
    /// No report could be joined to the person.
    Unavailable(Missing),
    /// The latest activity date in any report; `None` when the reports list no activity in their period.
    Known {
        /// Latest `… Last Activity Date`.
        last: Option<Date>,
        /// `Report Refresh Date`: how old the statement is.
        refreshed: Date,
    },
}

/// Why a source says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The directory lacks Entra ID P1 (or whatever licence the source needs).
    Licence,
    /// The permission was not granted.
    Permission,
    /// Microsoft's reports hide names (`displayConcealedNames`).
    NamesConcealed,
    /// The source failed or was not in the folder.
    Error,
    /// The source is there but does not cover this (a person absent from a report).
    NotCovered,
}

/// How many seats of a licence type were in use over the past year, from our own daily snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Load {
    /// The first day there is a snapshot of.
    pub since: Date,
    /// Days there is a snapshot of.
    pub days: u32,
    /// The fewest seats in use on any of them.
    pub least: u32,
    /// The last renewal we saw pass before the one that is next.
    pub renewed: Option<Date>,
}
