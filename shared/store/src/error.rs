//! What can go wrong between us and the table.

use std::fmt;

/// Why a condition of a write did not hold. Each action of a transaction carries its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The item changed since it was read (ETag/If-Match, C17).
    Version,
    /// A unique value is taken: what it is of, such as `slug`.
    Taken(&'static str),
    /// The item must exist and does not.
    Missing(&'static str),
    /// The item is not in the state the act needs, such as a used link.
    State(&'static str),
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version => f.write_str("the item changed since it was read"),
            Self::Taken(what) => write!(f, "{what} is taken"),
            Self::Missing(what) => write!(f, "{what} does not exist"),
            Self::State(what) => write!(f, "{what} is not in the state this needs"),
        }
    }
}

/// The one error type of this crate.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A condition did not hold; nothing was written.
    #[error("conflict: {0}")]
    Conflict(Conflict),
    /// A cursor that is not ours, of another tenant, of another list, or too old.
    #[error("not a cursor of this list")]
    BadCursor,
    /// The caller may not enter: no such session, membership ended, tenant closed.
    #[error("not admitted: {0}")]
    NotAdmitted(#[from] NotAdmitted),
    /// DynamoDB is busy or unreachable and the retry budget is spent. Safe to try again.
    #[error("the table does not answer: {0}")]
    Unavailable(String),
    /// An item does not read as what it should be.
    #[error("item {kind} does not decode: {cause}")]
    Corrupt {
        /// The record.
        kind: &'static str,
        /// What serde said.
        cause: String,
    },
    /// Anything else: a bug of ours or of the wiring.
    #[error("DynamoDB refused: {0}")]
    Refused(String),
}

/// Why somebody with a proven session is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// The session ended or never was.
    #[error("session")]
    Session,
    /// The user is not, or no longer, a member.
    #[error("membership")]
    Membership,
    /// No such API key, the wrong secret, or revoked.
    #[error("key")]
    Key,
    /// The right secret of an API key that is over.
    #[error("key expired")]
    KeyExpired,
    /// The tenant is in a state that lets nobody in.
    #[error("tenant is {0:?}")]
    Tenant(model::TenantState),
}

impl From<Conflict> for StoreError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl StoreError {
    /// An item that does not read as what it should be.
    pub(crate) fn corrupt(kind: &'static str, cause: impl ToString) -> Self {
        Self::Corrupt { kind, cause: cause.to_string() }
    }

    /// The conflict, where this is one.
    pub const fn conflict(&self) -> Option<Conflict> {
        match self {
            Self::Conflict(conflict) => Some(*conflict),
            _ => None,
        }
    }
}
