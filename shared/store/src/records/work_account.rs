//! Work accounts at Microsoft that users sign in with.

use jiff::{SignedDuration, Timestamp};
use model::{DirectoryId, LinkId, PersonId, TenantId, UserId};
use serde::{Deserialize, Serialize};

use super::User;
use crate::key::Key;

/// A work account and whose it is. Kept twice: by what Microsoft says at a sign-in, and with the user; once it was
/// unlinked a third time, with the user for good. The key is
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
    /// Where one that was unlinked stays with its user, whatever they link later.
    pub(crate) fn key_of_former(user: UserId, directory: DirectoryId, person: PersonId) -> Key {
        Key::new(User::partition(user), format!("{}{directory}#{person}", Self::PREFIX))
    }
}

/// A work account that signed in with the address of a member, and waits for its link from that address's mailbox (C8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRequest {
    /// Which.
    pub link: LinkId,
    /// Whose account it is to be linked to.
    pub user: UserId,
    /// The company that its directory is linked to.
    pub tenant: TenantId,
    /// Its directory.
    pub directory: DirectoryId,
    /// Who it is there.
    pub person: PersonId,
    /// The address, normalised: where the mail goes.
    pub email: String,
    /// Epoch of the login when it was asked for.
    pub epoch: u32,
    /// Second after which it is over.
    pub good_until: i64,
}

impl LinkRequest {
    /// How long the link of the mail works.
    pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(1);

    pub(crate) fn key(link: LinkId) -> Key {
        Key::new(format!("LINK#{link}"), "LINK")
    }
}
