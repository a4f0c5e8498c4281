//! Who was removed from a company or deactivated there: nobody comes back by signing in with Microsoft.

use jiff::Timestamp;
use model::{DirectoryId, InvitationId, PersonId, UserId};
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
use crate::key::Collection;

/// That a member was removed, left or was deactivated. Only an invitation lets them in again, or whoever lets them in
/// where they were deactivated; both delete this (C8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Removed {
    /// Who.
    pub whom: Whom,
    /// When.
    pub at: Timestamp,
    /// The version their membership ended at; the next one begins above it, so that no token of before is good again.
    pub mver: u64,
}

/// Who somebody is: here, or at Microsoft, should they come with another account here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Whom {
    /// A user.
    User {
        /// Which.
        user: UserId,
    },
    /// Somebody in a directory.
    Person {
        /// The directory.
        directory: DirectoryId,
        /// Who in it.
        person: PersonId,
    },
    /// Whoever has an address. It is kept as the id of its invitation to the company, a hash of both.
    Address {
        /// See [`Invitation::id_of`](super::Invitation::id_of).
        invitation: InvitationId,
    },
}

impl Ours for Removed {}
impl TenantRecord for Removed {
    const KIND: &'static str = "removed";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "REMOVED#";
    type Id = Whom;
    fn id(&self) -> Whom {
        self.whom
    }
    fn sort_key(whom: &Whom) -> String {
        match whom {
            Whom::User { user } => format!("REMOVED#{user}"),
            Whom::Person { directory, person } => format!("REMOVED#{directory}#{person}"),
            Whom::Address { invitation } => format!("REMOVED#{invitation}"),
        }
    }
}
