//! From Graph's answers to the facts the checks speak of. What Graph did not say is said to be unknown, never guessed
//! in the direction of waste.

use std::collections::{BTreeSet, HashMap};

use checks::facts::{
    AssignmentError, FailedLicense, License, MailboxPurpose, Missing, Person, Plan, Seats, SignIn, Sku, SkuStatus,
    Subscription, Usage,
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use model::{GroupId, PersonId, PlanId, SkuId};
use serde::{Deserialize, Serialize};

use crate::{Report, ReportRow, wire};

/// A licence type; `None` where Graph gave no id, no seats or no count of used ones, without which nothing can be said.
pub fn sku(wire: wire::SubscribedSku) -> Option<Sku> {
    let units = wire.prepaid_units?;
    let count = |units: Option<i64>| u32::try_from(units.unwrap_or(0).max(0)).unwrap_or(u32::MAX);
    let plan = |plan: wire::ServicePlan| {
        Some(Plan {
            id: PlanId(plan.service_plan_id?),
            name: plan.service_plan_name.unwrap_or_default(),
            for_users: for_users(plan.applies_to.as_deref()),
        })
    };
    Some(Sku {
        id: SkuId(wire.sku_id?),
        part_number: wire.sku_part_number.unwrap_or_default(),
        for_users: for_users(wire.applies_to.as_deref()),
        status: status(wire.capability_status.as_deref()),
        consumed: count(Some(wire.consumed_units?)),
        seats: Seats {
            enabled: count(units.enabled),
            warning: count(units.warning),
            suspended: count(units.suspended),
            locked_out: count(units.locked_out),
        },
        plans: wire.service_plans.unwrap_or_default().into_iter().filter_map(plan).collect(),
    })
}

/// A subscription; `None` where Graph gave no licence type.
pub fn subscription(wire: wire::CompanySubscription) -> Option<Subscription> {
    Some(Subscription {
        sku: SkuId(wire.sku_id?),
        id: wire.id.or(wire.commerce_subscription_id).unwrap_or_default(),
        created: wire.created_date_time.filter(is_real),
        next_lifecycle: wire.next_lifecycle_date_time.filter(is_real),
        trial: wire.is_trial == Some(true),
        status: status(wire.status.as_deref()),
        seats: u32::try_from(wire.total_licenses.unwrap_or(0).max(0)).unwrap_or(u32::MAX),
        through_partner: wire.owner_tenant_id.is_some_and(|id| !id.is_empty()),
    })
}

/// Somebody's manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manager {
    /// The display name; hostile text.
    pub name: String,
    /// Where a mail reaches them, as the directory says; not checked.
    pub address: String,
}

/// Who an answer to [`crate::BatchRequest::manager`] names; `None` where no mail would reach them. Somebody without a
/// mailbox may still have an address to sign in with; that of a guest is not one.
pub fn manager(answer: serde_json::Value) -> Option<Manager> {
    let wire: wire::Manager = serde_json::from_value(answer).ok()?;
    let upn = wire.user_principal_name.filter(|upn| !upn.contains('#'));
    let address = wire.mail.filter(|mail| !mail.is_empty()).or(upn)?;
    Some(Manager { name: wire.display_name.unwrap_or_else(|| address.clone()), address })
}

/// Someone in the directory; `None` where Graph gave no id. `sign_in` says whether sign-in dates were asked for and
/// given: then a missing one means that there was none.
pub fn person(wire: wire::User, sign_in: bool) -> Option<Person> {
    let states = wire.license_assignment_states;
    let licenses = wire.assigned_licenses.unwrap_or_default();
    let mut licenses: Vec<_> = licenses.into_iter().filter_map(|l| license(l, states.as_deref())).collect();
    licenses.sort_by_key(|license| license.sku);
    licenses.dedup_by_key(|license| license.sku);
    let failed = states.iter().flatten().filter_map(failed_license);
    let failed = failed.filter(|failed| !licenses.iter().any(|license| license.sku == failed.sku)).collect();
    let sign_in = match (sign_in, wire.sign_in_activity.unwrap_or_default()) {
        (false, _) => SignIn::Unavailable,
        (true, activity) => SignIn::Known {
            successful: date(activity.last_successful_sign_in_date_time),
            interactive: date(activity.last_sign_in_date_time),
            non_interactive: date(activity.last_non_interactive_sign_in_date_time),
        },
    };
    Some(Person {
        id: PersonId(wire.id?),
        upn: wire.user_principal_name.unwrap_or_default().to_lowercase(),
        name: wire.display_name.unwrap_or_default(),
        enabled: wire.account_enabled,
        guest: wire.user_type.is_some_and(|kind| kind.eq_ignore_ascii_case("guest")),
        created: date(wire.created_date_time),
        department: wire.department.filter(|department| !department.trim().is_empty()),
        synced: wire.on_premises_sync_enabled == Some(true),
        purpose: None,
        licenses,
        failed,
        sign_in,
    })
}

/// What a mailbox is for; `None` where Graph did not say.
pub fn purpose(wire: &wire::MailboxSettings) -> Option<MailboxPurpose> {
    Some(match wire.user_purpose.as_deref()? {
        "user" => MailboxPurpose::User,
        "linked" | "shared" | "room" | "equipment" | "others" => MailboxPurpose::NotAPerson,
        _ => return None,
    })
}

/// A licence somebody holds. A licence whose every assignment failed is not among `assignedLicenses`: it takes no seat.
fn license(wire: wire::AssignedLicense, states: Option<&[wire::LicenseAssignmentState]>) -> Option<License> {
    let id = wire.sku_id?;
    let rows: Vec<_> = states.unwrap_or_default().iter().filter(|row| row.sku_id == Some(id)).collect();
    let failed = rows.iter().find(|row| matches!(row.state.as_deref(), Some("Error" | "ActiveWithError")));
    let mut groups: Vec<_> = rows.iter().filter_map(|row| row.assigned_by_group.map(GroupId)).collect();
    groups.sort();
    groups.dedup();
    Some(License {
        sku: SkuId(id),
        disabled_plans: wire.disabled_plans.unwrap_or_default().into_iter().map(PlanId).collect(),
        // Without rows nobody says that a group assigns it.
        direct: rows.is_empty() || rows.iter().any(|row| row.assigned_by_group.is_none()),
        groups,
        error: failed.map(|row| assignment_error(row.error.as_deref())),
        changed: rows.iter().filter_map(|row| date(row.last_updated_date_time)).max(),
    })
}

fn failed_license(row: &wire::LicenseAssignmentState) -> Option<FailedLicense> {
    (row.state.as_deref() == Some("Error")).then_some(())?;
    let group = row.assigned_by_group.map(GroupId);
    Some(FailedLicense { sku: SkuId(row.sku_id?), group, error: assignment_error(row.error.as_deref()) })
}

fn assignment_error(text: Option<&str>) -> AssignmentError {
    match text {
        Some("CountViolation") => AssignmentError::CountViolation,
        Some("MutuallyExclusiveViolation") => AssignmentError::MutuallyExclusiveViolation,
        Some("DependencyViolation") => AssignmentError::DependencyViolation,
        Some("ProhibitedInUsageLocationViolation") => AssignmentError::ProhibitedInUsageLocationViolation,
        Some("UniquenessViolation") => AssignmentError::UniquenessViolation,
        _ => AssignmentError::Other,
    }
}

fn for_users(applies_to: Option<&str>) -> bool {
    !applies_to.is_some_and(|kind| kind.eq_ignore_ascii_case("company"))
}

fn status(text: Option<&str>) -> SkuStatus {
    match text {
        Some("Enabled") => SkuStatus::Enabled,
        Some("Warning") => SkuStatus::Warning,
        Some("Suspended") => SkuStatus::Suspended,
        Some("Deleted") => SkuStatus::Deleted,
        Some("LockedOut") => SkuStatus::LockedOut,
        _ => SkuStatus::Unknown,
    }
}

/// Graph writes "never" as the year 1 in places.
fn is_real(at: &Timestamp) -> bool {
    at.as_second() > 0
}

fn date(at: Option<Timestamp>) -> Option<Date> {
    Some(at.filter(is_real)?.to_zoned(TimeZone::UTC).date())
}

/// What the usage reports say of everybody, by address. Serialisable, so that a scan can pause with it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// Which reports are in here.
    reports: BTreeSet<Report>,
    /// Oldest `Report Refresh Date`.
    refreshed: Option<Date>,
    concealed: bool,
    failed: Option<Missing>,
    /// Latest activity by lower-case user principal name.
    last: HashMap<String, Option<Date>>,
}

impl Activity {
    /// Takes one row of a report.
    pub fn add(&mut self, row: &ReportRow<'_>) {
        let refreshed = row.get("Report Refresh Date").and_then(|text| text.parse::<Date>().ok());
        self.refreshed = [self.refreshed, refreshed].into_iter().flatten().min();
        let name = row.get("User Principal Name").or_else(|| row.get("Owner Principal Name")).unwrap_or_default();
        if is_hash(name) {
            self.concealed = true;
            return;
        }
        if name.is_empty() || row.get("Is Deleted").is_some_and(|deleted| deleted.eq_ignore_ascii_case("true")) {
            return;
        }
        let dates = row.cells().filter(|(title, _)| title.ends_with("Last Activity Date"));
        let last = dates.filter_map(|(_, cell)| cell.parse::<Date>().ok()).max();
        let known = self.last.entry(name.to_lowercase()).or_default();
        *known = (*known).max(last);
    }

    /// The rows so far are those of `report`.
    #[must_use]
    pub(crate) fn from(mut self, report: Report) -> Self {
        self.reports.insert(report);
        self
    }

    /// Adds what another report says.
    pub fn merge(&mut self, other: Self) {
        self.reports.extend(other.reports);
        self.refreshed = [self.refreshed, other.refreshed].into_iter().flatten().min();
        self.concealed |= other.concealed;
        self.failed = self.failed.or(other.failed);
        for (name, last) in other.last {
            let known = self.last.entry(name).or_default();
            *known = (*known).max(last);
        }
    }

    /// A report could not be had.
    pub fn failed(&mut self, report: Report, why: Missing) {
        if report == Report::ActiveUsers {
            self.failed = Some(why);
        }
    }

    /// Why nothing can be said of anybody; `None` where something can. Only [`Report::ActiveUsers`] covers all
    /// services: without it somebody who works in another service would look idle.
    pub fn missing(&self) -> Option<Missing> {
        match (self.concealed, self.failed, self.reports.contains(&Report::ActiveUsers)) {
            (true, ..) => Some(Missing::NamesConcealed),
            (false, Some(why), _) => Some(why),
            (false, None, false) => Some(Missing::Error),
            // A report without a single row has no date, and says nothing.
            (false, None, true) if self.refreshed.is_none() => Some(Missing::NotCovered),
            (false, None, true) => None,
        }
    }

    /// What the reports say of the person with this user principal name.
    pub fn usage(&self, upn: &str) -> Usage {
        match (self.missing(), self.refreshed, self.last.get(&upn.to_lowercase())) {
            (Some(why), ..) => Usage::Unavailable(why),
            (None, Some(refreshed), Some(&last)) => Usage::Known { last, refreshed },
            _ => Usage::Unavailable(Missing::NotCovered),
        }
    }

    /// Oldest `Report Refresh Date`: how old the reports' statement is.
    pub fn refreshed(&self) -> Option<Date> {
        self.refreshed
    }

    /// Which reports are in here.
    pub fn reports(&self) -> impl Iterator<Item = Report> + '_ {
        self.reports.iter().copied()
    }
}

/// A name Microsoft hides is 32 hexadecimal digits; a real one has an `@`.
fn is_hash(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}
