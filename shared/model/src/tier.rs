//! What Steward may write to a directory: one Entra app registration each, asked for when it is first needed
//! (house.md, invariant 10).

use serde::{Deserialize, Serialize};

/// A consent beyond reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// Licences, group memberships that give them, and whether an account may sign in.
    LicenceWriter,
    /// Settings that keep the door shut.
    SecurityWriter,
}

impl Tier {
    /// All there are.
    pub const ALL: &[Self] = &[Self::LicenceWriter, Self::SecurityWriter];
}
