//! Work accounts at Microsoft that users sign in with.

use jiff::Timestamp;
use model::{DirectoryId, PersonId, UserId};
use serde::{Deserialize, Serialize};

use super::User;
use crate::key::Key;

/// A work account and whose it is. Kept twice: by what Microsoft says at a sign-in, and with the user. The key is
/// directory and person (`tid`, `oid`), and nothing that a directory's administrator can choose, such as an address
/// (C8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkAccount {
    /// Its directory (`tid`).
    pub directory: DirectoryId,
    /// Who it is there (`oid`).
    pub person: PersonId,
    /// Whose it is here.
    pub user: UserId,
    /// Whether it signs in. Once unlinked it stays known, so that it never links itself again; only its user, or
    /// whoever signs in at Microsoft from a session of ours, links it.
    pub linked: bool,
    /// Since when it is so.
    pub since: Timestamp,
}

impl WorkAccount {
    /// Most a user has.
    pub const MOST: usize = 5;
    pub(crate) const PREFIX: &'static str = "IDENTITY#";

    /// Where it is found at a sign-in.
    pub(crate) fn key(directory: DirectoryId, person: PersonId) -> Key {
        Key::new(format!("IDENTITY#{directory}#{person}"), "IDENTITY")
    }
    /// Where its user's are listed: one of each directory.
    pub(crate) fn key_of_user(user: UserId, directory: DirectoryId) -> Key {
        Key::new(User::partition(user), format!("{}{directory}", Self::PREFIX))
    }
}
