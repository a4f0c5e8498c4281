//! From Graph's answers to the facts the checks speak of. What Graph did not say is said to be unknown, never guessed
//! in the direction of waste.

use std::collections::BTreeSet;

use checks::facts::{
    AssignmentError, DeletedPerson, FailedLicense, License, MailboxPurpose, Person, Plan, Seats, SignIn, Sku,
    SkuStatus, Subscription,
};
use jiff::{Timestamp, civil::Date};
use model::{GroupId, PersonId, PlanId, SkuId};
use uuid::{Uuid, uuid};

use crate::wire;

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

/// The domains that Microsoft has checked to be the company's, in its spelling.
pub fn domains(organization: wire::Organization) -> Vec<String> {
    let verified = organization.verified_domains.unwrap_or_default().into_iter();
    verified.filter_map(|domain| domain.name).collect()
}

/// Somebody's manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manager {
    /// The display name; hostile text.
    pub name: String,
    /// Where a mail reaches them, as the directory says: whoever administers it may have written anybody's there.
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

/// When somebody signed in, by an answer to a call that asked for it: a missing date means that they never did.
pub fn signed_in(activity: Option<wire::SignInActivity>) -> SignIn {
    let activity = activity.unwrap_or_default();
    SignIn::Known {
        successful: date(activity.last_successful_sign_in_date_time),
        interactive: date(activity.last_sign_in_date_time),
        non_interactive: date(activity.last_non_interactive_sign_in_date_time),
    }
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
    let sign_in = if sign_in { signed_in(wire.sign_in_activity) } else { SignIn::Unavailable };
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
        "shared" => MailboxPurpose::Shared,
        "room" => MailboxPurpose::Room,
        "equipment" => MailboxPurpose::Equipment,
        "linked" | "others" => MailboxPurpose::Other,
        _ => return None,
    })
}

/// Somebody who was deleted; `None` where Graph gave no id.
pub fn deleted(wire: wire::DeletedUser) -> Option<DeletedPerson> {
    let skus = wire.assigned_licenses.unwrap_or_default().into_iter().filter_map(|license| license.sku_id.map(SkuId));
    let id = wire.id?;
    // Entra puts their id before the address, so that it is free for somebody new.
    let upn = wire.user_principal_name.unwrap_or_default().to_lowercase();
    let upn = upn.strip_prefix(&id.simple().to_string()).unwrap_or(&upn).to_owned();
    Some(DeletedPerson {
        id: PersonId(id),
        upn,
        name: wire.display_name.unwrap_or_default(),
        deleted: date(wire.deleted_date_time),
        skus: skus.collect(),
    })
}

/// The people who hold a role that may change the directory or read everybody's data. Groups and apps that hold one
/// are among the ids too: who is in such a group is not asked.
pub fn administrators(assignments: Vec<wire::RoleAssignment>) -> BTreeSet<PersonId> {
    let privileged = assignments.into_iter().filter(|held| held.role_definition_id.is_some_and(is_privileged));
    privileged.filter_map(|held| held.principal_id.map(PersonId)).collect()
}

/// Whether a role is privileged. Built-in roles have the same ids in every directory.
///
/// Source: Microsoft, "Microsoft Entra built-in roles", those marked privileged, without roles of programs.
fn is_privileged(role: Uuid) -> bool {
    const ROLES: &[Uuid] = &[
        uuid!("62e90394-69f5-4237-9190-012177145e10"), // Global Administrator
        uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814"), // Privileged Role Administrator
        uuid!("7be44c8a-adaf-4e2a-84d6-ab2649e08a13"), // Privileged Authentication Administrator
        uuid!("c4e39bd9-1100-46d3-8c65-fb160da0071f"), // Authentication Administrator
        uuid!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"), // Application Administrator
        uuid!("158c047a-c907-4556-b7ef-446551a6b5f7"), // Cloud Application Administrator
        uuid!("b1be1c3e-b65d-4f19-8427-f6fa0d97feb9"), // Conditional Access Administrator
        uuid!("29232cdf-9323-42fd-ade2-1d097af3e4de"), // Exchange Administrator
        uuid!("f28a1f50-f6e7-4571-818b-6a12f2af6b6c"), // SharePoint Administrator
        uuid!("194ae4cb-b126-40b2-bd5b-6091b380977d"), // Security Administrator
        uuid!("729827e3-9c14-49f7-bb1b-9608f156bbb8"), // Helpdesk Administrator
        uuid!("fe930be7-5e62-47db-91af-98c3a49a38b1"), // User Administrator
        uuid!("8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2"), // Hybrid Identity Administrator
        uuid!("3a2c62db-5318-420d-8d74-23affee5d9d5"), // Intune Administrator
        uuid!("966707d0-3269-4727-9be2-8c3a10f19b9d"), // Password Administrator
    ];
    ROLES.contains(&role)
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
    Some(model::utc_date(at.filter(is_real)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_deleted_has_the_address_they_had() {
        let id = uuid!("2b7c4f9e-0000-4000-8000-00000000aaaa");
        let of = |upn: &str| {
            let wire = wire::DeletedUser { id: Some(id), user_principal_name: Some(upn.into()), ..Default::default() };
            deleted(wire).unwrap().upn
        };
        assert_eq!(of("2b7c4f9e00004000800000000000aaaaAnna@contoso.com"), "anna@contoso.com");
        assert_eq!(of("anna@contoso.com"), "anna@contoso.com");
    }
}
