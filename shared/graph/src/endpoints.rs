//! Every Graph call this client can make, in one table. The client builds its URLs from it, the contract tests hold it
//! to Microsoft's metadata and permission table, and the transparency page prints it.

use model::Tier;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

/// One call of Graph.
#[derive(Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// What a scan's record counts the call under: short, stable, of one call only.
    pub code: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// Path from the root of Graph, with `{id}` and `{period}` to fill in.
    pub path: &'static str,
    /// `$select`; empty where the whole answer is asked for.
    pub select: &'static [&'static str],
    /// The rest of the query, as it is sent.
    pub query: &'static str,
    /// Application permissions the call needs, all of them.
    pub permissions: &'static [&'static str],
    /// The consent a change needs; `None` for what is only read, under the reader's.
    pub tier: Option<Tier>,
}

const PLAIN: Endpoint =
    Endpoint { code: "", method: "GET", path: "", select: &[], query: "", permissions: &[], tier: None };
const CHANGE: Endpoint = Endpoint { method: "POST", tier: Some(Tier::LicenceWriter), ..PLAIN };

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

/// Whose manager somebody is; asked in batches, for people a question is about.
pub(crate) static MANAGER: Endpoint = Endpoint {
    code: "manager",
    path: "/v1.0/users/{id}/manager",
    select: &["id", "displayName", "mail", "userPrincipalName"],
    permissions: &["User.Read.All"],
    ..PLAIN
};

/// Up to twenty calls in one; needs what its items need.
pub(crate) static BATCH: Endpoint = Endpoint { code: "batch", method: "POST", path: "/v1.0/$batch", ..PLAIN };

/// Where Graph sends us for a report's rows: a short-lived address on another host, fetched without the token.
pub(crate) static DOWNLOAD: Endpoint = Endpoint { code: "download", path: "(report download)", ..PLAIN };

/// Somebody just before and just after a change; asked in batches.
pub(crate) static PERSON_NOW: Endpoint = Endpoint {
    code: "person_now",
    path: "/v1.0/users/{id}",
    select: &[
        "id",
        "userPrincipalName",
        "displayName",
        "accountEnabled",
        "userType",
        "usageLocation",
        "onPremisesSyncEnabled",
        "assignedLicenses",
        "licenseAssignmentStates",
    ],
    permissions: &["User.Read.All"],
    ..PLAIN
};

/// When somebody last signed in, just before something of theirs is taken as unused; asked in batches. Fails without
/// Entra ID P1.
pub(crate) static SIGN_IN_NOW: Endpoint = Endpoint {
    code: "sign_in_now",
    path: "/v1.0/users/{id}",
    select: &["id", "signInActivity"],
    permissions: &["User.Read.All", "AuditLog.Read.All"],
    ..PLAIN
};

/// A group that somebody is to leave; asked in batches.
pub(crate) static GROUP_NOW: Endpoint = Endpoint {
    code: "group_now",
    path: "/v1.0/groups/{id}",
    select: &[
        "id",
        "displayName",
        "assignedLicenses",
        "groupTypes",
        "onPremisesSyncEnabled",
        "isAssignableToRole",
        "mailEnabled",
        "securityEnabled",
        "resourceProvisioningOptions",
    ],
    permissions: &["Group.Read.All"],
    ..PLAIN
};

/// Whether somebody is in a group; asked in batches.
pub(crate) static MEMBER_NOW: Endpoint = Endpoint {
    code: "member_now",
    path: "/v1.0/users/{id}/memberOf/{id}",
    select: &["id"],
    permissions: &["User.Read.All"],
    ..PLAIN
};

/// Gives and takes licences (checks.md 1.0.5).
pub(crate) static ASSIGN_LICENSE: Endpoint = Endpoint {
    code: "assign_licence",
    path: "/v1.0/users/{id}/assignLicense",
    permissions: &["LicenseAssignment.ReadWrite.All"],
    ..CHANGE
};

/// Takes somebody out of a group (checks.md G1).
pub(crate) static LEAVE_GROUP: Endpoint = Endpoint {
    code: "leave_group",
    method: "DELETE",
    path: "/v1.0/groups/{id}/members/{id}/$ref",
    permissions: &["GroupMember.ReadWrite.All"],
    ..CHANGE
};

/// Puts somebody into a group. The permission is from the call's documentation; our copy of Microsoft's permission
/// table does not list the call.
pub(crate) static JOIN_GROUP: Endpoint = Endpoint {
    code: "join_group",
    path: "/v1.0/groups/{id}/members/$ref",
    permissions: &["GroupMember.ReadWrite.All"],
    ..CHANGE
};

/// Lets somebody sign in or not. The second permission is the call's, by its documentation, for this one property.
pub(crate) static SET_SIGN_IN: Endpoint = Endpoint {
    code: "set_sign_in",
    method: "PATCH",
    path: "/v1.0/users/{id}",
    permissions: &["User.EnableDisableAccount.All", "User.Read.All"],
    ..CHANGE
};

/// Works out somebody's licences from groups again. Microsoft takes no lesser permission for it, and this one also
/// changes what people are called and how they sign in: it is optional.
pub(crate) static REPROCESS: Endpoint = Endpoint {
    code: "reprocess_licences",
    path: "/v1.0/users/{id}/reprocessLicenseAssignment",
    permissions: &["User.ReadWrite.All"],
    ..CHANGE
};

/// Shows or hides names in usage reports (checks.md 1.0.1).
pub(crate) static CONCEAL_NAMES: Endpoint = Endpoint {
    code: "conceal_names",
    method: "PATCH",
    path: "/v1.0/admin/reportSettings",
    permissions: &["ReportSettings.ReadWrite.All"],
    ..CHANGE
};

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

static FIXED: [&Endpoint; 21] = [
    &ORGANIZATION,
    &SUBSCRIBED_SKUS,
    &SUBSCRIPTIONS,
    &USERS,
    &USERS_WITH_SIGN_IN,
    &ROLE_ASSIGNMENTS,
    &DELETED_USERS,
    &REPORT_SETTINGS,
    &MAILBOX_PURPOSE,
    &MANAGER,
    &BATCH,
    &PERSON_NOW,
    &SIGN_IN_NOW,
    &GROUP_NOW,
    &MEMBER_NOW,
    &ASSIGN_LICENSE,
    &LEAVE_GROUP,
    &JOIN_GROUP,
    &SET_SIGN_IN,
    &REPROCESS,
    &CONCEAL_NAMES,
];

/// Every call of Graph this client can make.
pub static ENDPOINTS: std::sync::LazyLock<Vec<&'static Endpoint>> =
    std::sync::LazyLock::new(|| FIXED.into_iter().chain(Report::ALL.iter().map(|r| r.endpoint())).collect());

/// The call of a code, as a scan's record names it; the download of reports is one of them.
pub fn endpoint(code: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().copied().chain([&DOWNLOAD]).find(|endpoint| endpoint.code == code)
}

/// What the reader app asks for: the permissions of every call that reads, sorted. Without `MailboxSettings.Read`,
/// which is asked for separately because it opens everybody's mailbox settings.
pub fn reader_permissions() -> Vec<&'static str> {
    permissions(|endpoint| endpoint.tier.is_none() && endpoint != &MAILBOX_PURPOSE)
}

/// What the app of a tier asks for: the permissions of every change it makes, sorted; without
/// [`optional_permissions`].
pub fn writer_permissions(tier: Tier) -> Vec<&'static str> {
    permissions(|endpoint| endpoint.tier == Some(tier) && endpoint != &REPROCESS)
}

/// What the app of a tier may be given beside, and does without otherwise (docs/adr/0019).
pub fn optional_permissions(tier: Tier) -> Vec<&'static str> {
    permissions(|endpoint| endpoint.tier == Some(tier) && endpoint == &REPROCESS)
}

fn permissions(of: impl Fn(&Endpoint) -> bool) -> Vec<&'static str> {
    let calls = ENDPOINTS.iter().filter(|endpoint| of(endpoint));
    let mut all: Vec<_> = calls.flat_map(|endpoint| endpoint.permissions.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

impl Endpoint {
    /// Path and query below Graph's root, with `{id}` or `{period}` filled in. `value` is a GUID or a period, so that
    /// it needs no escaping.
    pub(crate) fn relative(&self, value: &str) -> String {
        self.with_query(self.path.replace("{id}", value).replace("{period}", value))
    }

    /// Path and query below Graph's root, with each `{id}` filled in by the next of `ids`.
    pub(crate) fn relative_of(&self, ids: &[Uuid]) -> String {
        let fill = |path: String, id: &Uuid| path.replacen("{id}", &id.to_string(), 1);
        self.with_query(ids.iter().fold(self.path.to_owned(), fill))
    }

    fn with_query(&self, mut text: String) -> String {
        let select = (!self.select.is_empty()).then(|| format!("$select={}", self.select.join(",")));
        let query = (!self.query.is_empty()).then(|| self.query.to_owned());
        for (i, part) in [select, query].into_iter().flatten().enumerate() {
            text.push(if i == 0 { '?' } else { '&' });
            text.push_str(&part);
        }
        text
    }

    pub(crate) fn http_method(&self) -> Method {
        match self.method {
            "POST" => Method::POST,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => Method::GET,
        }
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
            DELETED_USERS.url(&graph, "").as_str(),
            "https://graph.microsoft.com/v1.0/directory/deletedItems/microsoft.graph.user\
             ?$select=id,userPrincipalName,displayName,deletedDateTime,assignedLicenses&$top=999"
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
    fn a_reader_is_not_asked_to_grant_writing() {
        let reader = reader_permissions();
        assert!(reader.iter().all(|permission| !permission.contains("Write") && !permission.contains("Enable")));
        assert_eq!(
            writer_permissions(Tier::LicenceWriter),
            [
                "GroupMember.ReadWrite.All",
                "LicenseAssignment.ReadWrite.All",
                "ReportSettings.ReadWrite.All",
                "User.EnableDisableAccount.All",
                "User.Read.All",
            ]
        );
        assert_eq!(optional_permissions(Tier::LicenceWriter), ["User.ReadWrite.All"]);
        assert!(writer_permissions(Tier::SecurityWriter).is_empty(), "it makes no change yet");
    }

    #[test]
    fn sign_in_is_all_that_the_second_users_call_adds() {
        assert_eq!(USERS_WITH_SIGN_IN.select.strip_suffix(&["signInActivity"]), Some(USER_FIELDS));
    }
}
