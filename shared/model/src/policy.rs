//! A company's own rules for who gets in and how (F43, F67, F76; C5, C8).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Permission, Permissions, Role, RoleName, UserId};

/// The rules. The defaults let everybody in who was invited, by whichever way they chose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Policy {
    /// Whether a second factor is needed.
    pub second_factor: SecondFactor,
    /// How members may sign in.
    pub sign_in: SignInWays,
    /// Who of the linked directory becomes a member by signing in with Microsoft.
    pub join: Join,
}

/// Whether members need a second factor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum SecondFactor {
    /// Everybody decides for themselves.
    #[default]
    Optional,
    /// From an instant on nobody works without one; until then everybody is reminded.
    Required {
        /// The end of the grace.
        from: Timestamp,
    },
}

/// Longest grace.
pub const GRACE_MOST: SignedDuration = SignedDuration::from_hours(24 * 30);

impl Policy {
    /// Whether somebody without a second factor is kept out now.
    pub fn needs_second_factor(&self, now: Timestamp) -> bool {
        matches!(self.second_factor, SecondFactor::Required { from } if from <= now)
    }
    /// Whether `user` is the one who gets in when Microsoft does not work.
    pub fn counts_on(&self, user: UserId) -> bool {
        matches!(self.sign_in, SignInWays::Microsoft { break_glass } if break_glass == user)
    }
    /// Whether it lets in with Microsoft only, but for one owner.
    pub const fn microsoft_only(&self) -> bool {
        matches!(self.sign_in, SignInWays::Microsoft { .. })
    }
    /// Whether `user` may sign in with a password or passkey of ours.
    pub fn lets_in_without_microsoft(&self, user: UserId) -> bool {
        match self.sign_in {
            SignInWays::Any => true,
            SignInWays::Microsoft { break_glass } => break_glass == user,
        }
    }
}

/// How members may sign in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum SignInWays {
    /// Each as they like.
    #[default]
    Any,
    /// With Microsoft only, but for one owner who gets in when Microsoft does not work.
    Microsoft {
        /// That owner.
        break_glass: UserId,
    },
}

/// Who becomes a member by signing in with Microsoft (JIT).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "who")]
pub enum Join {
    /// Nobody: people are invited.
    #[default]
    Nobody,
    /// Everybody of the linked directory but its guests.
    Directory {
        /// With this role, which manages neither members nor roles.
        role: RoleName,
    },
    /// Whoever holds an app role of ours in the linked directory, named like the role they get.
    AppRole,
}

impl Join {
    /// Whether a role that holds these may be given without a person deciding it: not one that lets in others, or gives
    /// them more.
    pub const fn may_give(permissions: Permissions) -> bool {
        !permissions.holds(Permission::ManageMembers) && !permissions.holds(Permission::ManageRoles)
    }

    /// The role of somebody of the linked directory who holds `app_roles` there; `None` when they do not become a
    /// member by themselves. `allowed` is what a role may do in the company. Of several app roles the one that may most
    /// counts; those of owners and administrators never do.
    pub fn role_for(self, app_roles: &[String], allowed: impl Fn(RoleName) -> Permissions) -> Option<RoleName> {
        match self {
            Self::Nobody => None,
            Self::Directory { role } => Some(role).filter(|role| Self::may_give(allowed(*role))),
            Self::AppRole => {
                let mut given = Role::ALL.iter().filter(|role| Self::may_give(role.permissions()));
                given
                    .find(|role| app_roles.iter().any(|held| held == role.as_str()))
                    .map(|role| RoleName::System(*role))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RoleId;

    #[test]
    fn a_directory_gives_the_roles_it_may_and_never_makes_administrators() {
        let managing = RoleId::from_bits(1);
        let allowed = |role: RoleName| match role {
            RoleName::System(role) => role.permissions(),
            RoleName::Custom(id) if id == managing => Permissions::NONE.with(Permission::ManageRoles),
            RoleName::Custom(_) => Permissions::NONE.with(Permission::ManageKeys),
        };
        let given = |join: Join, held: &[&str]| {
            let held: Vec<String> = held.iter().map(|role| (*role).to_owned()).collect();
            join.role_for(&held, allowed).map(|role| role.to_string())
        };
        let member = Join::Directory { role: RoleName::System(Role::Member) };
        assert_eq!(given(Join::Nobody, &["member"]), None);
        assert_eq!(given(member, &[]).as_deref(), Some("member"));
        assert_eq!(given(Join::Directory { role: RoleName::OWNER }, &[]), None);
        assert_eq!(given(Join::Directory { role: RoleName::Custom(managing) }, &[]), None);
        let other = RoleId::from_bits(2);
        assert_eq!(given(Join::Directory { role: RoleName::Custom(other) }, &[]), Some(other.to_string()));
        assert_eq!(given(Join::AppRole, &["read_only", "x", "developer"]).as_deref(), Some("developer"));
        for none in [&["owner"][..], &["admin"], &["Member"], &["member "], &[]] {
            assert_eq!(given(Join::AppRole, none), None, "{none:?}");
        }
    }
}
