//! Graph's JSON of people, licence types, subscriptions and groups.

use serde_json::{Map, Value, json};

use crate::{
    day::Day,
    directory::{Directory, Group, Kind, Person, Sku, Subscription},
    words,
};

/// The simple properties of Graph's `user`, as its metadata lists them.
#[rustfmt::skip]
pub(crate) const USER: &[&str] = &[
    "accountEnabled", "ageGroup", "assignedLicenses", "assignedPlans", "businessPhones", "city", "companyName",
    "consentProvidedForMinor", "country", "createdDateTime", "creationType", "department", "displayName",
    "employeeHireDate", "employeeId", "employeeLeaveDateTime", "employeeType", "externalUserState",
    "externalUserStateChangeDateTime", "faxNumber", "givenName", "id", "identities", "imAddresses",
    "isResourceAccount", "jobTitle", "lastPasswordChangeDateTime", "legalAgeGroupClassification",
    "licenseAssignmentStates", "mail", "mailNickname", "mobilePhone", "officeLocation",
    "onPremisesDistinguishedName", "onPremisesDomainName", "onPremisesImmutableId", "onPremisesLastSyncDateTime",
    "onPremisesProvisioningErrors", "onPremisesSamAccountName", "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled", "onPremisesUserPrincipalName", "otherMails", "passwordPolicies", "postalCode",
    "preferredDataLocation", "preferredLanguage", "provisionedPlans", "proxyAddresses", "securityIdentifier",
    "serviceProvisioningErrors", "showInAddressList", "signInActivity", "signInSessionsValidFromDateTime", "state",
    "streetAddress", "surname", "usageLocation", "userPrincipalName", "userType",
];
/// What Graph answers of a user when nothing is selected.
#[rustfmt::skip]
pub(crate) const USER_DEFAULT: &[&str] = &[
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName", "id",
];
/// What `User.ReadBasic.All` shows of a user.
pub(crate) const USER_BASIC: &[&str] =
    &["displayName", "givenName", "id", "mail", "securityIdentifier", "surname", "userPrincipalName"];
/// Properties of a user that are lists.
#[rustfmt::skip]
const USER_LISTS: &[&str] = &[
    "businessPhones", "identities", "imAddresses", "onPremisesProvisioningErrors", "otherMails", "provisionedPlans",
    "serviceProvisioningErrors",
];
#[rustfmt::skip]
pub(crate) const SKU: &[&str] = &[
    "accountId", "accountName", "appliesTo", "capabilityStatus", "consumedUnits", "id", "prepaidUnits",
    "servicePlans", "skuId", "skuPartNumber", "subscriptionIds",
];
#[rustfmt::skip]
pub(crate) const SUBSCRIPTION: &[&str] = &[
    "commerceSubscriptionId", "createdDateTime", "id", "isTrial", "nextLifecycleDateTime", "ownerId",
    "ownerTenantId", "ownerType", "serviceStatus", "skuId", "skuPartNumber", "status", "totalLicenses",
];
#[rustfmt::skip]
pub(crate) const GROUP: &[&str] = &[
    "assignedLabels", "assignedLicenses", "classification", "createdDateTime", "description", "displayName",
    "expirationDateTime", "groupTypes", "hasMembersWithLicenseErrors", "id", "isAssignableToRole",
    "licenseProcessingState", "mail", "mailEnabled", "mailNickname", "membershipRule",
    "membershipRuleProcessingState", "onPremisesDomainName", "onPremisesLastSyncDateTime", "onPremisesSyncEnabled",
    "preferredDataLocation", "preferredLanguage", "proxyAddresses", "renewedDateTime",
    "resourceProvisioningOptions", "securityEnabled", "securityIdentifier", "theme", "uniqueName", "visibility",
];
/// What Graph answers of a group when nothing is selected.
#[rustfmt::skip]
pub(crate) const GROUP_DEFAULT: &[&str] = &[
    "classification", "createdDateTime", "description", "displayName", "expirationDateTime", "groupTypes", "id",
    "mail", "mailEnabled", "mailNickname", "membershipRule", "membershipRuleProcessingState",
    "onPremisesDomainName", "onPremisesLastSyncDateTime", "onPremisesSyncEnabled", "preferredDataLocation",
    "preferredLanguage", "proxyAddresses", "renewedDateTime", "securityEnabled", "securityIdentifier", "theme",
    "uniqueName", "visibility",
];
#[rustfmt::skip]
pub(crate) const ORGANIZATION: &[&str] = &[
    "assignedPlans", "businessPhones", "city", "country", "countryLetterCode", "createdDateTime",
    "defaultUsageLocation", "displayName", "id", "marketingNotificationEmails", "onPremisesLastSyncDateTime",
    "onPremisesSyncEnabled", "partnerTenantType", "postalCode", "preferredLanguage", "privacyProfile",
    "provisionedPlans", "securityComplianceNotificationMails", "securityComplianceNotificationPhones", "state",
    "street", "technicalNotificationMails", "tenantType", "verifiedDomains",
];

/// A number that stays with an id, to spread times and sizes by.
pub(crate) fn salt(id: uuid::Uuid, what: u64) -> u64 {
    let (high, low) = id.as_u64_pair();
    // SplitMix64's finaliser: close ids give far numbers.
    let mut x = high ^ low.rotate_left(32) ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

pub(crate) fn department(person: &Person) -> Option<&str> {
    match &person.raw {
        Some(raw) => raw.get("department").and_then(Value::as_str),
        None => (person.kind == Kind::Employee).then(|| words::DEPARTMENTS[usize::from(person.department)]),
    }
}

impl Directory {
    /// A person with the wanted properties.
    pub(crate) fn user_json(&self, person: &Person, fields: &[&'static str]) -> Map<String, Value> {
        let mut user = Map::new();
        for field in fields {
            let changeable = matches!(*field, "accountEnabled" | "assignedLicenses" | "licenseAssignmentStates");
            match (&person.raw, *field) {
                (Some(raw), field) if !changeable => {
                    if let Some(value) = raw.get(field) {
                        user.insert(field.to_owned(), value.clone());
                    } else if field != "signInActivity" {
                        user.insert(
                            field.to_owned(),
                            if USER_LISTS.contains(&field) { json!([]) } else { Value::Null },
                        );
                    }
                }
                (_, "signInActivity") => {
                    // Graph leaves it out for those who never signed in.
                    if let Some(activity) = self.sign_in_activity(person) {
                        user.insert((*field).to_owned(), activity);
                    }
                }
                (_, field) => {
                    user.insert(field.to_owned(), self.user_field(person, field));
                }
            }
        }
        user
    }

    fn user_field(&self, person: &Person, field: &str) -> Value {
        let time = |day: Day, what| Value::from(day.time(salt(person.id.0, what)));
        match field {
            "id" => json!(person.id),
            "displayName" => json!(self.display_name(person)),
            "userPrincipalName" => json!(self.upn(person)),
            "givenName" => json!(self.given_and_surname(person).map(|(given, _)| given)),
            "surname" => json!(self.given_and_surname(person).map(|(_, surname)| surname)),
            "mail" => match person.kind {
                _ if person.mail.is_some() => json!(person.mail),
                Kind::Guest => json!(self.upn(person).split_once("#EXT#").map(|(m, _)| m.replacen('_', "@", 1))),
                _ => json!(self.has_mailbox(person).then(|| self.upn(person))),
            },
            "mailNickname" => json!(self.upn(person).split('@').next()),
            "proxyAddresses" => match self.has_mailbox(person) {
                true => json!([format!("SMTP:{}", self.upn(person))]),
                false => json!([]),
            },
            "accountEnabled" => json!(person.enabled),
            "userType" => json!(if person.kind == Kind::Guest { "Guest" } else { "Member" }),
            "creationType" => json!((person.kind == Kind::Guest).then_some("Invitation")),
            "externalUserState" => json!((person.kind == Kind::Guest).then_some("Accepted")),
            "createdDateTime" => time(person.created, 1),
            "lastPasswordChangeDateTime" | "signInSessionsValidFromDateTime" => time(person.created, 2),
            "usageLocation" => json!(self.usage_location(person)),
            "country" => json!((person.kind == Kind::Employee).then_some(&self.country)),
            "companyName" => json!((person.kind == Kind::Employee).then_some(&self.name)),
            "department" => json!(department(person)),
            "jobTitle" => {
                json!((person.kind == Kind::Employee).then(|| words::TITLES[usize::from(person.title)]))
            }
            "officeLocation" => {
                json!((person.kind == Kind::Employee).then(|| words::OFFICES[usize::from(person.office)]))
            }
            "onPremisesSyncEnabled" => json!(person.synced.then_some(true)),
            "isResourceAccount" => json!((person.kind == Kind::Room).then_some(true)),
            "assignedLicenses" => self
                .held(person)
                .into_iter()
                .map(|sku| json!({"skuId": self.skus[sku].id, "disabledPlans": self.disabled(person, sku)}))
                .collect(),
            "licenseAssignmentStates" => person
                .licenses
                .iter()
                .map(|l| {
                    json!({
                        "skuId": self.skus[usize::from(l.sku)].id,
                        "assignedByGroup": l.group.map(|group| self.groups[usize::from(group)].id),
                        "disabledPlans": self.plan_sets[usize::from(l.disabled)],
                        "state": if l.failed { "Error" } else { "Active" },
                        "error": if l.failed { "CountViolation" } else { "None" },
                        "lastUpdatedDateTime": time(l.changed, 3 + u64::from(l.sku)),
                    })
                })
                .collect(),
            "assignedPlans" => self.assigned_plans(person),
            field if USER_LISTS.contains(&field) => json!([]),
            _ => Value::Null,
        }
    }

    fn assigned_plans(&self, person: &Person) -> Value {
        let mut plans = Vec::new();
        for license in person.licenses.iter().filter(|l| !l.failed) {
            let off = &self.plan_sets[usize::from(license.disabled)];
            for (name, id, _) in &self.skus[usize::from(license.sku)].plans {
                plans.push(json!({
                    "assignedDateTime": license.changed.time(salt(person.id.0, 4)),
                    "capabilityStatus": if off.contains(id) { "Deleted" } else { "Enabled" },
                    "service": service(name),
                    "servicePlanId": id,
                }));
            }
        }
        plans.into()
    }

    fn sign_in_activity(&self, person: &Person) -> Option<Value> {
        let seen = &person.sign_in;
        seen.successful.or(seen.interactive).or(seen.non_interactive)?;
        let time = |day: Option<Day>, what| day.map(|day| day.time(salt(person.id.0, what)));
        let request = |day: Option<Day>, what| {
            day.map(|_| {
                uuid::Builder::from_u128(
                    u128::from(salt(person.id.0, what)) << 64 | u128::from(salt(person.id.0, what + 1)),
                )
                .with_version(uuid::Version::Random)
                .into_uuid()
            })
        };
        Some(json!({
            "lastSignInDateTime": time(seen.interactive, 5),
            "lastSignInRequestId": request(seen.interactive, 6),
            "lastNonInteractiveSignInDateTime": time(seen.non_interactive, 8),
            "lastNonInteractiveSignInRequestId": request(seen.non_interactive, 9),
            "lastSuccessfulSignInDateTime": time(seen.successful, 5),
            "lastSuccessfulSignInRequestId": request(seen.successful, 6),
        }))
    }

    /// A licence type, all properties.
    pub(crate) fn sku_json(&self, at: usize, sku: &Sku) -> Map<String, Value> {
        if let Some(raw) = &sku.raw {
            let mut raw = raw.clone();
            raw.insert("consumedUnits".to_owned(), json!(sku.consumed));
            return raw;
        }
        let subscriptions =
            self.subscriptions.iter().filter(|s| usize::from(s.sku) == at).map(|s| Value::from(s.id.as_str()));
        let status = if sku.status == "Enabled" { "Success" } else { "Disabled" };
        let plans = sku.plans.iter().map(|(name, id, for_users)| {
            json!({
                "servicePlanId": id,
                "servicePlanName": name,
                "provisioningStatus": status,
                "appliesTo": if *for_users { "User" } else { "Company" },
            })
        });
        object(json!({
            "accountId": self.id,
            "accountName": self.initial_domain.split('.').next(),
            "appliesTo": if sku.for_users { "User" } else { "Company" },
            "capabilityStatus": sku.status,
            "consumedUnits": sku.consumed,
            "id": format!("{}_{}", self.id, sku.id),
            "prepaidUnits": {
                "enabled": sku.enabled, "warning": sku.warning, "suspended": sku.suspended, "lockedOut": sku.locked_out,
            },
            "servicePlans": plans.collect::<Vec<_>>(),
            "skuId": sku.id,
            "skuPartNumber": sku.part_number,
            "subscriptionIds": subscriptions.collect::<Vec<_>>(),
        }))
    }

    /// A subscription, all properties.
    pub(crate) fn subscription_json(&self, subscription: &Subscription) -> Map<String, Value> {
        if let Some(raw) = &subscription.raw {
            return raw.clone();
        }
        let sku = &self.skus[usize::from(subscription.sku)];
        let time = |day: Day| day.time(salt(sku.id.0, 1));
        object(json!({
            "commerceSubscriptionId": subscription.id,
            "createdDateTime": time(subscription.created),
            "id": subscription.id,
            "isTrial": subscription.trial,
            "nextLifecycleDateTime": subscription.next_lifecycle.map(time),
            "ownerId": Value::Null,
            "ownerTenantId": subscription.owner,
            "ownerType": if subscription.owner.is_some() { "Partner" } else { "User" },
            "serviceStatus": [],
            "skuId": sku.id,
            "skuPartNumber": sku.part_number,
            "status": subscription.status,
            "totalLicenses": subscription.seats,
        }))
    }

    /// A group with the wanted properties.
    pub(crate) fn group_json(&self, at: usize, group: &Group, fields: &[&'static str]) -> Map<String, Value> {
        let failed = || {
            let of_group = |l: &crate::directory::License| l.failed && l.group.map(usize::from) == Some(at);
            self.people.iter().any(|p| p.licenses.iter().any(of_group))
        };
        let mut json = Map::new();
        for field in fields {
            let value = match (&group.raw, *field) {
                (Some(raw), field) => raw.get(field).cloned().unwrap_or(Value::Null),
                (None, "id") => json!(group.id),
                (None, "displayName") => json!(group.name),
                (None, "assignedLicenses") => {
                    let skus = group.skus.iter().map(|sku| self.skus[usize::from(*sku)].id);
                    skus.map(|id| json!({"skuId": id, "disabledPlans": []})).collect()
                }
                (None, "groupTypes") => match group.rule {
                    Some(_) => json!(["DynamicMembership"]),
                    None => json!([]),
                },
                (None, "membershipRule") => json!(group.rule),
                (None, "membershipRuleProcessingState") => json!(group.rule.as_ref().map(|_| "On")),
                (None, "onPremisesSyncEnabled") => json!(group.synced.then_some(true)),
                (None, "licenseProcessingState") => json!({"state": "ProcessingComplete"}),
                (None, "hasMembersWithLicenseErrors") => json!(failed()),
                (None, "securityEnabled") => json!(true),
                (None, "mailEnabled") => json!(group.mail),
                (None, "mailNickname") => json!(group.id.0.simple().to_string()),
                (None, "assignedLabels" | "proxyAddresses" | "resourceProvisioningOptions") => json!([]),
                (None, "createdDateTime") => json!(self.created.map(|day| day.time(salt(group.id.0, 1)))),
                (None, _) => Value::Null,
            };
            json.insert((*field).to_owned(), value);
        }
        json
    }

    /// The company itself, all properties.
    pub(crate) fn organization_json(&self) -> Map<String, Value> {
        if let Some(saved) = &self.saved
            && !saved.organization.is_empty()
        {
            return saved.organization.clone();
        }
        let domain = |name: &str, initial: bool| {
            json!({
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": !initial,
                "isInitial": initial,
                "name": name,
                "type": "Managed",
            })
        };
        object(json!({
            "assignedPlans": [],
            "businessPhones": [],
            "city": Value::Null,
            "country": Value::Null,
            "countryLetterCode": self.country,
            "createdDateTime": self.created.map(|day| day.time(salt(self.id.0, 1))),
            "defaultUsageLocation": self.country,
            "displayName": self.name,
            "id": self.id,
            "marketingNotificationEmails": [],
            "onPremisesLastSyncDateTime": Value::Null,
            "onPremisesSyncEnabled": self.people.iter().any(|p| p.synced).then_some(true),
            "partnerTenantType": Value::Null,
            "postalCode": Value::Null,
            "preferredLanguage": "en",
            "privacyProfile": Value::Null,
            "provisionedPlans": [],
            "securityComplianceNotificationMails": [],
            "securityComplianceNotificationPhones": [],
            "state": Value::Null,
            "street": Value::Null,
            "technicalNotificationMails": [format!("it@{}", self.domain)],
            "tenantType": "AAD",
            "verifiedDomains": [domain(&self.domain, false), domain(&self.initial_domain, true)],
        }))
    }
}

/// Keeps the wanted properties.
pub(crate) fn project(mut all: Map<String, Value>, fields: Option<&[&'static str]>) -> Map<String, Value> {
    if let Some(fields) = fields {
        all.retain(|name, _| fields.contains(&name.as_str()));
    }
    all
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Graph's name of the service a plan belongs to.
fn service(plan: &str) -> &'static str {
    match plan {
        p if p.starts_with("EXCHANGE") => "exchange",
        p if p.starts_with("SHAREPOINT") || p.starts_with("ONEDRIVE") => "SharePoint",
        p if p.starts_with("TEAMS") => "TeamspaceAPI",
        p if p.starts_with("MCO") => "MicrosoftCommunicationsOnline",
        p if p.starts_with("OFFICE") => "MicrosoftOffice",
        p if p.starts_with("AAD") || p.starts_with("MFA") => "AADPremiumService",
        p if p.starts_with("INTUNE") => "SCO",
        p if p.starts_with("RMS") => "RMSOnline",
        p if p.starts_with("BI_") => "PowerBI",
        p if p.starts_with("FLOW") || p.starts_with("POWERAPPS") => "ProcessSimple",
        _ => "M365",
    }
}
