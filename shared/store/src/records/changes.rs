//! What waits for a link of a mail to be used: a new password, another address (C6, C7).

use jiff::{SignedDuration, Timestamp};
use model::{EmailChangeId, ResetId, TenantId, UserId};
use serde::{Deserialize, Serialize};

use crate::key::Key;

/// A request for a new password. One is kept for an address nobody has an account for, too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PasswordReset {
    /// Which.
    pub reset: ResetId,
    /// Normalised address, where the link goes.
    pub email: String,
    /// Whose address it is.
    pub user: Option<UserId>,
    /// In whose log it stands: the user's first tenant, or one that nobody is in.
    pub tenant: TenantId,
    /// [`crate::EmailLogin::epoch`] when it was asked for: a password changed since makes the link void.
    pub epoch: u32,
    /// Second after which it is void.
    pub good_until: i64,
}

impl PasswordReset {
    /// How long its link is good (C6).
    pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(30);

    pub(crate) fn key(id: ResetId) -> Key {
        Key::new(format!("RESET#{id}"), "RESET")
    }
}

/// A request for another address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EmailChange {
    /// Which.
    pub change: EmailChangeId,
    /// Whose.
    pub user: UserId,
    /// Where they were when they asked: in this tenant's log it stands.
    pub tenant: TenantId,
    /// The address they had, which can undo it.
    pub from: String,
    /// The address they want, which confirms it.
    pub to: String,
    /// What was added to sign in with from this instant on goes when it is undone: since they signed in who asked for
    /// it, and at least since [`EmailChange::UNDO_FOR`] before they asked. Whoever has a password that is not theirs adds
    /// a passkey in one session, and asks in the next. `None` where it was asked for before this was kept; nothing goes
    /// then.
    #[serde(default, alias = "signed_in_at", skip_serializing_if = "Option::is_none")]
    pub takes_since: Option<Timestamp>,
    /// How far it is.
    pub state: EmailChangeState,
    /// [`crate::EmailLogin::epoch`] when it was asked for, and once it is made the one it began: a password or an address
    /// changed meanwhile makes the link to the new address void.
    pub epoch: u32,
    /// Second after which the next step is refused: confirming while it waits, undoing once it is made.
    pub good_until: i64,
}

/// How far a change of address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailChangeState {
    /// Nothing changed yet.
    Waiting,
    /// The new address is in force.
    Made,
    /// The old address is in force again.
    Undone,
}

impl EmailChange {
    /// How long the link to the new address is good (C7).
    pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);
    /// How long the old address can undo it (C7), and how young at least is what goes with it.
    pub const UNDO_FOR: SignedDuration = SignedDuration::from_hours(72);

    pub(crate) fn key(id: EmailChangeId) -> Key {
        Key::new(format!("EMAIL_CHANGE#{id}"), "EMAIL_CHANGE")
    }
}
