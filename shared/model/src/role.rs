//! Who may do what (C9): a closed list of permissions, the system roles that hold them, and the roles a company makes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::RoleId;

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// One right, written `resource:action`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $text)] #[schema(rename = $text)] $name),*
        }
        impl Permission {
            /// All permissions there are.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// How it is written in a problem, a custom role or a key.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

permissions! {
    /// See the company's own settings and state.
    ReadTenant = "tenant:read";
    /// Change the company's settings and its rules for signing in.
    ManageTenant = "tenant:manage";
    /// Read the tenant's event list, which is its audit trail.
    ReadEvents = "events:read";
    /// Take the event list away as a file.
    ExportEvents = "events:export";
    /// See members, invitations and roles.
    ReadMembers = "members:read";
    /// Invite, change roles, deactivate and remove.
    ManageMembers = "members:manage";
    /// Make, change and delete the company's own roles.
    ManageRoles = "roles:manage";
    /// See API keys, never their secrets.
    ReadKeys = "keys:read";
    /// Make, rotate and revoke API keys.
    ManageKeys = "keys:manage";
    /// See whether and how Microsoft 365 is connected.
    ReadConnection = "connection:read";
    /// Connect and disconnect Microsoft 365.
    ManageConnection = "connection:manage";
    /// See scans and their progress.
    ReadScans = "scans:read";
    /// Start a scan.
    StartScans = "scans:start";
    /// See findings, licences and savings.
    ReadFindings = "findings:read";
    /// Dismiss, snooze and accept findings, and ask managers about licences.
    ManageFindings = "findings:manage";
    /// See the people of the directory with their licences and what those cost.
    ReadPeople = "people:read";
    /// Take findings, people and savings away as files, and make calendar addresses.
    ExportData = "data:export";
    /// Set prices and what the checks look for.
    ManageChecks = "checks:manage";
    /// See fixes and how they went.
    ReadFixes = "fixes:read";
    /// See what a fix would change, asked of Microsoft now.
    PreviewFixes = "fixes:preview";
    /// Change the customer's Microsoft 365, and undo it.
    ApplyFixes = "fixes:apply";
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Permissions(u64);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);
    /// All there are.
    pub const ALL: Self = Self((1 << Permission::ALL.len()) - 1);
    /// What is done on a recent proof of who one is, or gives others more: none of it is given without that proof.
    pub const PROVED: Self = Self::NONE
        .with(Permission::ManageTenant)
        .with(Permission::ManageMembers)
        .with(Permission::ManageRoles)
        .with(Permission::ManageKeys)
        .with(Permission::ApplyFixes);

    /// Whether `permission` is among them.
    pub const fn holds(self, permission: Permission) -> bool {
        self.0 >> permission as u32 & 1 == 1
    }
    /// With one more.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | 1 << permission as u32)
    }
    /// Whether all of `others` are among them: nobody grants more than they hold (C9).
    pub const fn cover(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }
    /// Those in both.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }
    /// Whether giving them takes a recent proof of who one is.
    pub const fn take_proof(self) -> bool {
        self.and(Self::PROVED).0 != 0
    }
    /// One by one, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.holds(*permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(all: I) -> Self {
        all.into_iter().fold(Self::NONE, Self::with)
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Permission>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl utoipa::PartialSchema for Permissions {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        let array = utoipa::openapi::schema::ArrayBuilder::new().items(Permission::schema());
        array.unique_items(true).max_items(Some(Permission::ALL.len())).into()
    }
}
impl utoipa::ToSchema for Permissions {}

/// A system role: immutable, the same in every tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, and the only role that can end the company or make owners.
    Owner,
    /// Everything but ending the company and making owners.
    Admin,
    /// Uses the API: reads all, starts scans, has keys.
    Developer,
    /// Works with findings.
    Member,
    /// Looks.
    ReadOnly,
}

impl Role {
    /// All system roles.
    pub const ALL: &[Self] = &[Self::Owner, Self::Admin, Self::Developer, Self::Member, Self::ReadOnly];

    /// How it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Developer => "developer",
            Self::Member => "member",
            Self::ReadOnly => "read_only",
        }
    }

    /// What the role may do.
    pub fn permissions(self) -> Permissions {
        use Permission as P;
        match self {
            Self::Owner | Self::Admin => Permissions::ALL,
            Self::Developer => [
                P::ReadTenant,
                P::ReadEvents,
                P::ReadMembers,
                P::ReadKeys,
                P::ManageKeys,
                P::ReadConnection,
                P::ReadScans,
                P::StartScans,
                P::ReadFindings,
                P::ReadPeople,
                P::ReadFixes,
                P::PreviewFixes,
            ]
            .into_iter()
            .collect(),
            Self::Member => [
                P::ReadTenant,
                P::ReadMembers,
                P::ReadConnection,
                P::ReadScans,
                P::StartScans,
                P::ReadFindings,
                P::ManageFindings,
                P::ReadPeople,
                P::ReadFixes,
                P::PreviewFixes,
            ]
            .into_iter()
            .collect(),
            Self::ReadOnly => [
                P::ReadTenant,
                P::ReadMembers,
                P::ReadConnection,
                P::ReadScans,
                P::ReadFindings,
                P::ReadPeople,
                P::ReadFixes,
            ]
            .into_iter()
            .collect(),
        }
    }
}

/// A role by name: one of ours, or one of the company's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoleName {
    /// The same in every tenant.
    System(Role),
    /// Made by this company.
    Custom(RoleId),
}

impl RoleName {
    /// The role that can end the company and make others its like.
    pub const OWNER: Self = Self::System(Role::Owner);
}

impl fmt::Display for RoleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System(role) => f.write_str(role.as_str()),
            Self::Custom(id) => id.fmt(f),
        }
    }
}

/// Text that names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither owner, admin, developer, member, read_only nor an id that begins with rol_")]
pub struct BadRoleName;

impl FromStr for RoleName {
    type Err = BadRoleName;
    fn from_str(text: &str) -> Result<Self, BadRoleName> {
        let system = Role::ALL.iter().copied().find(|role| role.as_str() == text);
        system.map(Self::System).or_else(|| text.parse().ok().map(Self::Custom)).ok_or(BadRoleName)
    }
}

impl Serialize for RoleName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RoleName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl utoipa::PartialSchema for RoleName {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^(owner|admin|developer|member|read_only|rol_[0-7][0-9a-hjkmnp-tv-z]{25})$"))
            .description(Some("A role of ours, or the id of one of the company's own."))
            .examples(["member"])
            .into()
    }
}
impl utoipa::ToSchema for RoleName {}

/// A role that a company made of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CustomRole {
    /// Which.
    pub id: RoleId,
    /// Unique in the company.
    #[schema(example = "Bookkeeping", max_length = 100)]
    pub name: String,
    /// What it may do.
    pub permissions: Permissions,
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
            assert!(reads || !Role::ReadOnly.permissions().holds(permission), "{permission:?}");
        }
    }

    #[test]
    fn a_set_covers_what_it_holds_and_no_more() {
        for &role in Role::ALL {
            let set = role.permissions();
            assert!(Permissions::ALL.cover(set) && set.cover(set));
            assert_eq!(set.cover(Permissions::ALL), set == Permissions::ALL);
            let text = serde_json::to_string(&set).unwrap();
            assert_eq!(serde_json::from_str::<Permissions>(&text).unwrap(), set);
            assert_eq!(role.as_str().parse(), Ok(RoleName::System(role)));
        }
        assert!("Owner".parse::<RoleName>().is_err() && "rol_".parse::<RoleName>().is_err());
    }
}
