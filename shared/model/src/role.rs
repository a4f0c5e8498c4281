//! Who may do what (C9): a closed list of permissions, and the system roles that hold them.

use serde::{Deserialize, Serialize};

/// One right, written `resource:action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Permission {
    /// See the company's own settings and state.
    #[serde(rename = "tenant:read")]
    ReadTenant,
    /// Read the tenant's event list, which is its audit trail.
    #[serde(rename = "events:read")]
    ReadEvents,
    /// See whether and how Microsoft 365 is connected.
    #[serde(rename = "connection:read")]
    ReadConnection,
    /// Connect and disconnect Microsoft 365.
    #[serde(rename = "connection:manage")]
    ManageConnection,
    /// See scans and their progress.
    #[serde(rename = "scans:read")]
    ReadScans,
    /// Start a scan.
    #[serde(rename = "scans:start")]
    StartScans,
    /// See findings, licences and savings.
    #[serde(rename = "findings:read")]
    ReadFindings,
}

impl Permission {
    /// All permissions there are.
    pub const ALL: &[Self] = &[
        Self::ReadTenant,
        Self::ReadEvents,
        Self::ReadConnection,
        Self::ManageConnection,
        Self::ReadScans,
        Self::StartScans,
        Self::ReadFindings,
    ];
    /// How it is written in a problem, a custom role or a key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadTenant => "tenant:read",
            Self::ReadEvents => "events:read",
            Self::ReadConnection => "connection:read",
            Self::ManageConnection => "connection:manage",
            Self::ReadScans => "scans:read",
            Self::StartScans => "scans:start",
            Self::ReadFindings => "findings:read",
        }
    }
}

/// A system role: immutable, the same in every tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, and the only role that can end the company.
    Owner,
    /// Everything but ending the company.
    Admin,
    /// Uses the API: reads all, starts scans.
    Developer,
    /// Works with findings.
    Member,
    /// Looks.
    ReadOnly,
}

impl Role {
    /// All system roles.
    pub const ALL: &[Self] = &[Self::Owner, Self::Admin, Self::Developer, Self::Member, Self::ReadOnly];

    /// What the role may do.
    pub fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Owner | Self::Admin => true,
            Self::Developer => !matches!(permission, P::ManageConnection),
            Self::Member => !matches!(permission, P::ManageConnection | P::ReadEvents),
            Self::ReadOnly => {
                matches!(permission, P::ReadTenant | P::ReadConnection | P::ReadScans | P::ReadFindings)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_written_as_it_is_serialised() {
        for &permission in Permission::ALL {
            assert_eq!(serde_json::to_value(permission).ok(), Some(permission.as_str().into()));
        }
    }

    #[test]
    fn read_only_changes_nothing() {
        for &permission in Permission::ALL {
            let reads = permission.as_str().ends_with(":read");
            assert!(reads || !Role::ReadOnly.may(permission), "{permission:?}");
        }
    }
}
