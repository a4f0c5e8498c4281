//! Mails: which a person can do without, and how one comes back.

use serde::{Deserialize, Serialize};

/// How mail to an address came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
// Another value of the API is called so, too, and a schema has one name.
#[schema(as = MailReturned)]
pub enum Returned {
    /// The other side refused it for good: there is no such mailbox.
    Bounced,
    /// Whoever got it reported it as unwanted.
    Complained,
}

/// A sort of mail that a person can do without. A mail with a link that somebody asked for, and one about the safety of
/// an account or of a company, is of no sort: nobody can do without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A check has ended.
    Checks,
    /// A change you approved is made, or undone.
    Changes,
    /// A renewal with seats to give back is near.
    Renewals,
    /// A manager answered a question you had asked, or did not.
    Answers,
    /// Somebody you invited joined or declined.
    Team,
    /// An API key ends soon.
    Keys,
}

/// Which of the mails that one can do without a person gets: all, until they say otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Notifications {
    /// When a check you asked for has ended, and the first one.
    pub checks: bool,
    /// Receipts of changes you approved, and of their undo.
    pub changes: bool,
    /// When seats can be given back before a renewal.
    pub renewals: bool,
    /// What managers answered whom you had asked.
    pub answers: bool,
    /// When somebody you invited joined or declined.
    pub team: bool,
    /// When an API key ends soon.
    pub keys: bool,
}

impl Notifications {
    /// Every mail there is.
    pub const ALL: Self = Self { checks: true, changes: true, renewals: true, answers: true, team: true, keys: true };

    /// Whether mails of a sort are wanted.
    pub const fn wants(self, topic: Topic) -> bool {
        match topic {
            Topic::Checks => self.checks,
            Topic::Changes => self.changes,
            Topic::Renewals => self.renewals,
            Topic::Answers => self.answers,
            Topic::Team => self.team,
            Topic::Keys => self.keys,
        }
    }
}

impl Default for Notifications {
    fn default() -> Self {
        Self::ALL
    }
}
