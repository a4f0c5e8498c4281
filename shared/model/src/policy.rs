//! A company's own rules for who gets in and how (F43, F67, F76; C5, C8).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Role, RoleName, UserId};

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
        /// With this role, which is never owner or admin.
        role: RoleName,
    },
    /// Whoever holds an app role of ours in the linked directory, named like the role they get.
    AppRole,
}

impl Join {
    /// Whether a role may be given without a person deciding it.
    pub fn may_give(role: RoleName) -> bool {
        !matches!(role, RoleName::System(Role::Owner | Role::Admin))
    }
}
