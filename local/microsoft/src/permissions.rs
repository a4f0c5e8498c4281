//! Which application permission opens which path, from Microsoft's permission table of August 2026. Paths that the
//! table leaves out follow the method's documentation page and say so.

/// One path and method.
pub(crate) struct Allowed {
    pub method: &'static str,
    /// Lower case, with `{id}` and `{value}` for what varies, as in Microsoft's table.
    pub template: &'static str,
    /// The least privileged; any one suffices.
    pub least: &'static [&'static str],
    /// Others that serve too.
    pub also: &'static [&'static str],
}

impl Allowed {
    /// Whether one of `granted` opens this path.
    pub fn by(&self, granted: &[String]) -> bool {
        granted.iter().any(|name| self.least.contains(&name.as_str()) || self.also.contains(&name.as_str()))
    }
}

/// The row of a path, where the simulation serves it.
pub(crate) fn allowed(method: &str, template: &str) -> Option<&'static Allowed> {
    TABLE.iter().chain(DOCUMENTED).find(|row| row.method == method && row.template == template)
}

/// Whether any method serves the path.
pub(crate) fn known(template: &str) -> bool {
    TABLE.iter().chain(DOCUMENTED).any(|row| row.template == template)
}

/// Paths the table leaves out; the permissions are those of the documentation page of the method.
pub(crate) const DOCUMENTED: &[Allowed] = &[
    Allowed {
        method: "GET",
        template: "/directory/subscriptions",
        least: &["Organization.Read.All"],
        also: &["Directory.Read.All", "Organization.ReadWrite.All", "Directory.ReadWrite.All"],
    },
    Allowed {
        method: "GET",
        template: "/directory/deleteditems/microsoft.graph.user",
        least: &["User.Read.All"],
        also: &["Directory.Read.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
    },
    Allowed {
        method: "POST",
        template: "/groups/{id}/members/$ref",
        least: &["GroupMember.ReadWrite.All"],
        also: &["Group.ReadWrite.All", "Directory.ReadWrite.All"],
    },
    Allowed {
        method: "DELETE",
        template: "/groups/{id}/members/{id}/$ref",
        least: &["GroupMember.ReadWrite.All"],
        also: &["Group.ReadWrite.All", "Directory.ReadWrite.All"],
    },
];

pub(crate) const TABLE: &[Allowed] = &[
    Allowed {
        method: "GET",
        template: "/organization",
        least: &["DeviceManagementServiceConfig.Read.All"],
        also: &[
            "DeviceManagementConfiguration.Read.All",
            "DeviceManagementConfiguration.ReadWrite.All",
            "DeviceManagementServiceConfig.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "Organization.Read.All",
            "Organization.ReadWrite.All",
            "User.Read.All",
        ],
    },
    Allowed {
        method: "GET",
        template: "/subscribedskus",
        least: &["LicenseAssignment.Read.All"],
        also: &["Directory.Read.All", "Directory.ReadWrite.All", "Organization.Read.All", "Organization.ReadWrite.All"],
    },
    Allowed {
        method: "GET",
        template: "/users",
        least: &["User.ReadBasic.All", "User.ReadWrite.All"],
        also: &[
            "AgentIdUser.ReadWrite.All",
            "AgentIdUser.ReadWrite.IdentityParentedBy",
            "DeviceManagementApps.Read.All",
            "DeviceManagementApps.ReadWrite.All",
            "DeviceManagementConfiguration.Read.All",
            "DeviceManagementConfiguration.ReadWrite.All",
            "DeviceManagementManagedDevices.Read.All",
            "DeviceManagementManagedDevices.ReadWrite.All",
            "DeviceManagementServiceConfig.Read.All",
            "DeviceManagementServiceConfig.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "User.Read.All",
            "User.ReadWrite.CrossCloud",
        ],
    },
    Allowed {
        method: "GET",
        template: "/users/{id}",
        least: &["User.ReadBasic.All", "User.ReadWrite.All"],
        also: &[
            "AgentIdUser.ReadWrite.All",
            "AgentIdUser.ReadWrite.IdentityParentedBy",
            "DeviceManagementApps.Read.All",
            "DeviceManagementApps.ReadWrite.All",
            "DeviceManagementConfiguration.Read.All",
            "DeviceManagementConfiguration.ReadWrite.All",
            "DeviceManagementManagedDevices.Read.All",
            "DeviceManagementManagedDevices.ReadWrite.All",
            "DeviceManagementServiceConfig.Read.All",
            "DeviceManagementServiceConfig.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "User.Read.All",
            "User.ReadWrite.CrossCloud",
        ],
    },
    Allowed {
        method: "PATCH",
        template: "/users/{id}",
        least: &["User.ReadWrite.All"],
        also: &[
            "AgentIdUser.ReadWrite.All",
            "AgentIdUser.ReadWrite.IdentityParentedBy",
            "DeviceManagementApps.ReadWrite.All",
            "DeviceManagementConfiguration.ReadWrite.All",
            "DeviceManagementManagedDevices.ReadWrite.All",
            "DeviceManagementServiceConfig.ReadWrite.All",
            "Directory.ReadWrite.All",
            "User-Mail.ReadWrite.All",
            "User-PasswordProfile.ReadWrite.All",
            "User-Phone.ReadWrite.All",
            "User.EnableDisableAccount.All",
            "User.ManageIdentities.All",
            "User.ReadWrite.CrossCloud",
        ],
    },
    Allowed {
        method: "POST",
        template: "/users/{id}/assignlicense",
        least: &["LicenseAssignment.ReadWrite.All"],
        also: &[
            "AgentIdUser.ReadWrite.All",
            "AgentIdUser.ReadWrite.IdentityParentedBy",
            "Directory.ReadWrite.All",
            "User.ReadWrite.All",
        ],
    },
    Allowed {
        method: "POST",
        template: "/users/{id}/reprocesslicenseassignment",
        least: &["User.ReadWrite.All"],
        also: &["AgentIdUser.ReadWrite.All", "AgentIdUser.ReadWrite.IdentityParentedBy", "Directory.ReadWrite.All"],
    },
    Allowed { method: "GET", template: "/users/{id}/memberof/{id}", least: &["User.Read.All"], also: &[] },
    Allowed {
        method: "GET",
        template: "/users/{id}/manager",
        least: &["User.Read.All", "User.ReadWrite.All"],
        also: &[
            "AgentIdUser.ReadWrite.All",
            "AgentIdUser.ReadWrite.IdentityParentedBy",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ],
    },
    Allowed {
        method: "GET",
        template: "/users/{id}/mailboxsettings",
        least: &["MailboxSettings.Read", "MailboxSettings.ReadWrite"],
        also: &[],
    },
    Allowed {
        method: "GET",
        template: "/groups",
        least: &["Group-NestingSupport.ReadWrite.All", "Group.ReadBasic.All"],
        also: &[
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "Group-PreferredDataLocation.ReadWrite.All",
            "Group.ManageProtection.All",
            "Group.Read.All",
            "Group.ReadWrite.All",
            "GroupMember.Read.All",
        ],
    },
    Allowed {
        method: "GET",
        template: "/groups/{id}",
        least: &["Group-NestingSupport.ReadWrite.All"],
        also: &[
            "Directory.Read.All",
            "Directory.ReadWrite.All",
            "Group-PreferredDataLocation.ReadWrite.All",
            "Group-XTenantIdentitySync.Read.All",
            "Group.ManageProtection.All",
            "Group.Read.All",
            "Group.ReadBasic.All",
            "Group.ReadWrite.All",
            "GroupMember.Read.All",
        ],
    },
    Allowed {
        method: "GET",
        template: "/groups/{id}/members",
        least: &["GroupMember.ReadBasic.All"],
        also: &[
            "Directory.Read.All",
            "Group.Read.All",
            "Group.ReadBasic.All",
            "Group.ReadWrite.All",
            "GroupMember.Read.All",
            "GroupMember.ReadWrite.All",
        ],
    },
    Allowed {
        method: "GET",
        template: "/admin/reportsettings",
        least: &["ReportSettings.Read.All", "ReportSettings.ReadWrite.All"],
        also: &[],
    },
    Allowed { method: "PATCH", template: "/admin/reportsettings", least: &["ReportSettings.ReadWrite.All"], also: &[] },
    Allowed { method: "GET", template: "/identity/conditionalaccess/policies", least: &["Policy.Read.All"], also: &[] },
    Allowed {
        method: "GET",
        template: "/rolemanagement/directory/roleassignments",
        least: &["RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory"],
        also: &["Directory.Read.All", "Directory.ReadWrite.All"],
    },
    Allowed {
        method: "GET",
        template: "/copilot/reports/getmicrosoft365copilotusageuserdetail(period={value})",
        least: &["Reports.Read.All"],
        also: &[],
    },
    Allowed {
        method: "GET",
        template: "/reports/getoffice365activeuserdetail(period={value})",
        least: &["Reports.Read.All"],
        also: &[],
    },
    Allowed {
        method: "GET",
        template: "/reports/getmailboxusagedetail(period={value})",
        least: &["Reports.Read.All"],
        also: &[],
    },
    Allowed {
        method: "GET",
        template: "/reports/getm365appuserdetail(period={value})",
        least: &["Reports.Read.All"],
        also: &[],
    },
    Allowed {
        method: "GET",
        template: "/reports/getemailactivityuserdetail(period={value})",
        least: &["Reports.Read.All"],
        also: &[],
    },
    Allowed {
        method: "GET",
        template: "/reports/getteamsuseractivityuserdetail(period={value})",
        least: &["Reports.Read.All"],
        also: &[],
    },
    Allowed {
        method: "GET",
        template: "/reports/getonedriveusageaccountdetail(period={value})",
        least: &["Reports.Read.All"],
        also: &[],
    },
    Allowed {
        method: "GET",
        template: "/reports/getoffice365activationsuserdetail",
        least: &["Reports.Read.All"],
        also: &[],
    },
];
