//! Every Graph call this client can make, in one table. The client builds its URLs from it, the contract tests hold it
//! to Microsoft's metadata and permission table, and the transparency page prints it.

use serde::{Deserialize, Serialize};
use url::Url;

/// One call of Graph.
#[derive(Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// What a scan's record counts the call under: short, stable, of one call only.
    pub code: &'static str,
    /// `GET`, or `POST` for `$batch`.
    pub method: &'static str,
    /// Path from the root of Graph, with `{id}` and `{period}` to fill in.
    pub path: &'static str,
    /// `$select`; empty where the whole answer is asked for.
    pub select: &'static [&'static str],
    /// The rest of the query, as it is sent.
    pub query: &'static str,
    /// Application permissions the call needs, all of them.
    pub permissions: &'static [&'static str],
    /// An advanced query: sent with `ConsistencyLevel: eventual` on every page (checks.md 4.4).
    pub eventual: bool,
}

const PLAIN: Endpoint =
    Endpoint { code: "", method: "GET", path: "", select: &[], query: "", permissions: &[], eventual: false };

/// Who the directory is.
pub(crate) static ORGANIZATION: Endpoint = Endpoint {
    code: "organization",
    path: "/v1.0/organization",
    select: &["id", "displayName", "verifiedDomains"],
    permissions: &["Organization.Read.All"],
    ..PLAIN
};

/// Licence types with seats bought and used (collection A).
pub(crate) static SUBSCRIBED_SKUS: Endpoint = Endpoint {
    code: "licence_types",
    path: "/v1.0/subscribedSkus",
    select: &[
        "skuId",
        "skuPartNumber",
        "appliesTo",
        "capabilityStatus",
        "consumedUnits",
        "prepaidUnits",
        "servicePlans",
        "subscriptionIds",
    ],
    permissions: &["LicenseAssignment.Read.All"],
    ..PLAIN
};

/// Subscriptions with their renewal dates (collection B). The permission is from the call's documentation; Microsoft's
/// permission table does not list the path.
pub(crate) static SUBSCRIPTIONS: Endpoint = Endpoint {
    code: "subscriptions",
    path: "/v1.0/directory/subscriptions",
    permissions: &["Organization.Read.All"],
    ..PLAIN
};

const USER_FIELDS: &[&str] = &[
    "id",
    "userPrincipalName",
    "displayName",
    "accountEnabled",
    "userType",
    "createdDateTime",
    "department",
    "onPremisesSyncEnabled",
    "assignedLicenses",
    "licenseAssignmentStates",
];

/// People (collection C), where sign-in dates cannot be had.
pub(crate) static USERS: Endpoint = Endpoint {
    code: "people",
    path: "/v1.0/users",
    select: USER_FIELDS,
    query: "$top=999",
    permissions: &["User.Read.All"],
    ..PLAIN
};

/// People with sign-in dates (collection C). Graph gives at most 500 a page then, and fails without Entra ID P1.
pub(crate) static USERS_WITH_SIGN_IN: Endpoint = Endpoint {
    code: "people_sign_ins",
    path: "/v1.0/users",
    select: &[
        "id",
        "userPrincipalName",
        "displayName",
        "accountEnabled",
        "userType",
        "createdDateTime",
        "department",
        "onPremisesSyncEnabled",
        "assignedLicenses",
        "licenseAssignmentStates",
        "signInActivity",
    ],
    query: "$top=500",
    permissions: &["User.Read.All", "AuditLog.Read.All"],
    ..PLAIN
};

/// Groups that assign licences (collection L).
pub(crate) static LICENSED_GROUPS: Endpoint = Endpoint {
    code: "groups",
    path: "/v1.0/groups",
    select: &[
        "id",
        "displayName",
        "assignedLicenses",
        "groupTypes",
        "onPremisesSyncEnabled",
        "membershipRule",
        "licenseProcessingState",
        "mailEnabled",
        "securityEnabled",
        "isAssignableToRole",
    ],
    query: "$filter=assignedLicenses/$count ne 0&$count=true&$top=999",
    permissions: &["Group.Read.All"],
    eventual: true,
    ..PLAIN
};

/// Who holds which role of the directory. Built-in roles have the same ids in every directory, so that their definitions
/// need not be read with them.
pub(crate) static ROLE_ASSIGNMENTS: Endpoint = Endpoint {
    code: "roles",
    path: "/v1.0/roleManagement/directory/roleAssignments",
    permissions: &["RoleManagement.Read.Directory"],
    ..PLAIN
};

/// People deleted within the last 30 days. The permission is from the call's documentation; Microsoft's permission
/// table does not list the path.
pub(crate) static DELETED_USERS: Endpoint = Endpoint {
    code: "deleted_people",
    path: "/v1.0/directory/deletedItems/microsoft.graph.user",
    select: &["id", "userPrincipalName", "displayName", "deletedDateTime", "assignedLicenses"],
    query: "$top=999",
    permissions: &["User.Read.All"],
    ..PLAIN
};

/// Whether reports hide names (collection J).
pub(crate) static REPORT_SETTINGS: Endpoint = Endpoint {
    code: "report_settings",
    path: "/v1.0/admin/reportSettings",
    permissions: &["ReportSettings.Read.All"],
    ..PLAIN
};

/// What a mailbox is for (collection K); asked in batches, for candidates only.
pub(crate) static MAILBOX_PURPOSE: Endpoint = Endpoint {
    code: "mailbox_purpose",
    path: "/v1.0/users/{id}/mailboxSettings",
    select: &["userPurpose"],
    permissions: &["MailboxSettings.Read"],
    ..PLAIN
};

/// Up to twenty calls in one; needs what its items need.
pub(crate) static BATCH: Endpoint = Endpoint { code: "batch", method: "POST", path: "/v1.0/$batch", ..PLAIN };

/// Where Graph sends us for a report's rows: a short-lived address on another host, fetched without the token.
pub(crate) static DOWNLOAD: Endpoint = Endpoint { code: "download", path: "(report download)", ..PLAIN };

macro_rules! reports {
    ($($(#[$doc:meta])* $name:ident $code:literal => $path:literal),* $(,)?) => {
        /// A usage report; all of them are CSV, one row a person (collections D to I).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Report { $($(#[$doc])* $name),* }

        impl Report {
            /// All reports there are.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// The call that starts it.
            pub fn endpoint(self) -> &'static Endpoint {
                match self {
                    $(Self::$name => {
                        static ENDPOINT: Endpoint =
                            Endpoint { code: $code, path: $path, permissions: &["Reports.Read.All"], ..PLAIN };
                        &ENDPOINT
                    })*
                }
            }
        }
    };
}

reports! {
    /// Last activity by service, of everybody. The one report that covers all services.
    ActiveUsers "active_users_report" => "/v1.0/reports/getOffice365ActiveUserDetail(period='{period}')",
    /// Mailbox storage, archive, last activity.
    Mailboxes "mailboxes_report" => "/v1.0/reports/getMailboxUsageDetail(period='{period}')",
    /// Office apps by platform.
    Apps "apps_report" => "/v1.0/reports/getM365AppUserDetail(period='{period}')",
    /// Desktop activations; has no period.
    Activations "activations_report" => "/v1.0/reports/getOffice365ActivationsUserDetail",
    /// OneDrive storage by owner.
    OneDrive "one_drive_report" => "/v1.0/reports/getOneDriveUsageAccountDetail(period='{period}')",
    /// Teams by person.
    Teams "teams_report" => "/v1.0/reports/getTeamsUserActivityUserDetail(period='{period}')",
    /// Mail sent, received and read by person.
    Email "email_report" => "/v1.0/reports/getEmailActivityUserDetail(period='{period}')",
    /// Mail programs by person.
    EmailApps "email_apps_report" => "/v1.0/reports/getEmailAppUsageUserDetail(period='{period}')",
    /// Copilot by person who has a licence for it.
    Copilot "copilot_report" => "/v1.0/copilot/reports/getMicrosoft365CopilotUsageUserDetail(period='{period}')",
}

/// Days a usage report looks back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReportPeriod {
    /// 7 days.
    D7,
    /// 30 days.
    D30,
    /// 90 days.
    D90,
    /// 180 days.
    D180,
}

impl ReportPeriod {
    /// As Graph writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::D7 => "D7",
            Self::D30 => "D30",
            Self::D90 => "D90",
            Self::D180 => "D180",
        }
    }
}

static FIXED: [&Endpoint; 11] = [
    &ORGANIZATION,
    &SUBSCRIBED_SKUS,
    &SUBSCRIPTIONS,
    &USERS,
    &USERS_WITH_SIGN_IN,
    &LICENSED_GROUPS,
    &ROLE_ASSIGNMENTS,
    &DELETED_USERS,
    &REPORT_SETTINGS,
    &MAILBOX_PURPOSE,
    &BATCH,
];

/// Every call of Graph this client can make.
pub static ENDPOINTS: std::sync::LazyLock<Vec<&'static Endpoint>> =
    std::sync::LazyLock::new(|| FIXED.into_iter().chain(Report::ALL.iter().map(|r| r.endpoint())).collect());

/// The call of a code, as a scan's record names it; the download of reports is one of them.
pub fn endpoint(code: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().copied().chain([&DOWNLOAD]).find(|endpoint| endpoint.code == code)
}

/// What the reader app asks for: the permissions of every call a scan makes, sorted. Without `MailboxSettings.Read`,
/// which is asked for separately because it opens everybody's mailbox settings.
pub fn reader_permissions() -> Vec<&'static str> {
    let mut all: Vec<_> = ENDPOINTS
        .iter()
        .filter(|endpoint| **endpoint != &MAILBOX_PURPOSE)
        .flat_map(|endpoint| endpoint.permissions.iter().copied())
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

impl Endpoint {
    /// Path and query below Graph's root, with `{id}` or `{period}` filled in. `value` is a GUID or a period, so that
    /// it needs no escaping.
    pub(crate) fn relative(&self, value: &str) -> String {
        let mut text = self.path.replace("{id}", value).replace("{period}", value);
        let select = (!self.select.is_empty()).then(|| format!("$select={}", self.select.join(",")));
        let query = (!self.query.is_empty()).then(|| self.query.to_owned());
        for (i, part) in [select, query].into_iter().flatten().enumerate() {
            text.push(if i == 0 { '?' } else { '&' });
            text.push_str(&part);
        }
        text
    }

    /// The address of the call at `graph`.
    pub(crate) fn url(&self, graph: &Url, value: &str) -> Url {
        let relative = self.relative(value);
        let (path, query) = relative.split_once('?').map_or((relative.as_str(), None), |(p, q)| (p, Some(q)));
        let mut url = graph.clone();
        url.set_path(path);
        url.set_query(query);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_graph_reads_them() {
        let graph: Url = "https://graph.microsoft.com".parse().unwrap();
        assert_eq!(
            LICENSED_GROUPS.url(&graph, "").as_str(),
            "https://graph.microsoft.com/v1.0/groups?$select=id,displayName,assignedLicenses,groupTypes,\
             onPremisesSyncEnabled,membershipRule,licenseProcessingState,mailEnabled,securityEnabled,isAssignableToRole\
             &$filter=assignedLicenses/$count%20ne%200&$count=true&$top=999"
        );
        assert_eq!(
            Report::ActiveUsers.endpoint().url(&graph, "D90").as_str(),
            "https://graph.microsoft.com/v1.0/reports/getOffice365ActiveUserDetail(period='D90')"
        );
    }

    #[test]
    fn every_call_has_a_code_of_its_own() {
        let codes: std::collections::BTreeSet<_> = ENDPOINTS.iter().map(|endpoint| endpoint.code).collect();
        assert_eq!(codes.len(), ENDPOINTS.len());
        assert!(!codes.contains("") && !codes.contains(DOWNLOAD.code));
        assert_eq!(endpoint("download"), Some(&DOWNLOAD));
        assert_eq!(endpoint("roles"), Some(&ROLE_ASSIGNMENTS));
    }

    #[test]
    fn sign_in_is_all_that_the_second_users_call_adds() {
        assert_eq!(USERS_WITH_SIGN_IN.select.strip_suffix(&["signInActivity"]), Some(USER_FIELDS));
    }
}
