//! What can happen in a tenant. One event is at once the audit entry, the outbox message, the webhook payload's source
//! and the line in the activity feed, so it never holds a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DirectoryId, Role, ScanId, SessionId, SignupId, TenantId, UserId};

/// A fact. The serialised form is `{"kind": "...", ...}`; `kind` is the bus's detail-type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind")]
pub enum Event {
    /// Somebody asked for an account. The address is in the sign-up item, not here.
    #[serde(rename = "signup.requested")]
    SignupRequested {
        /// The sign-up.
        signup: SignupId,
    },
    /// An address was verified and its company created.
    #[serde(rename = "tenant.created")]
    TenantCreated {
        /// The owner.
        owner: UserId,
        /// The owner's role.
        role: Role,
    },
    /// Somebody signed in.
    #[serde(rename = "user.signed_in")]
    UserSignedIn {
        /// The new session.
        session: SessionId,
    },
    /// Somebody signed out.
    #[serde(rename = "user.signed_out")]
    UserSignedOut {
        /// The ended session.
        session: SessionId,
    },
    /// A refresh token older than the last two was presented: the session was ended (C4).
    #[serde(rename = "token.reuse_detected")]
    TokenReuseDetected {
        /// The ended session.
        session: SessionId,
        /// Whose it was.
        user: UserId,
    },
    /// An owner connected the company's Microsoft 365 for reading.
    #[serde(rename = "connection.connected")]
    ConnectionConnected {
        /// The directory.
        directory: DirectoryId,
        /// Permissions that were asked for and not granted.
        missing: Vec<String>,
    },
    /// The connection was ended by a member.
    #[serde(rename = "connection.disconnected")]
    ConnectionDisconnected {
        /// The directory.
        directory: DirectoryId,
    },
    /// Microsoft refused Steward: consent was withdrawn or the app removed. Schedules stop.
    #[serde(rename = "connection.lost")]
    ConnectionLost {
        /// The directory.
        directory: DirectoryId,
        /// Microsoft's code, such as `AADSTS700016`.
        reason: String,
    },
    /// A scan is to run.
    #[serde(rename = "scan.requested")]
    ScanRequested {
        /// The scan.
        scan: ScanId,
        /// Whether the schedule asked, not a person.
        scheduled: bool,
    },
    /// A scan stored its place near the deadline and is to go on.
    #[serde(rename = "scan.paused")]
    ScanPaused {
        /// The scan.
        scan: ScanId,
        /// How often it has been paused.
        pauses: u32,
    },
    /// A scan ended with a result.
    #[serde(rename = "scan.finished")]
    ScanFinished {
        /// The scan.
        scan: ScanId,
        /// Findings open after it.
        findings: u32,
        /// Certain saving a month, minor units of the tenant's currency.
        certain_minor: i64,
        /// Likely saving a month, minor units.
        likely_minor: i64,
    },
    /// A scan ended without a result.
    #[serde(rename = "scan.failed")]
    ScanFailed {
        /// The scan.
        scan: ScanId,
        /// A stable code, such as `consent_lost`.
        reason: String,
    },
}

macro_rules! kinds {
    ($($variant:ident => $text:literal),* $(,)?) => {
        /// The kinds of [`Event`], for rules and filters.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        pub enum EventKind {
            $(#[doc = concat!("`", $text, "`")] #[serde(rename = $text)] $variant),*
        }
        impl EventKind {
            /// All kinds there are.
            pub const ALL: &[Self] = &[$(Self::$variant),*];
            /// How it is written: the bus's detail-type.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
            /// The kind written `text`.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
            }
        }
        impl Event {
            /// What kind of fact this is.
            pub const fn kind(&self) -> EventKind {
                match self { $(Self::$variant { .. } => EventKind::$variant),* }
            }
        }
    };
}

kinds! {
    SignupRequested => "signup.requested",
    TenantCreated => "tenant.created",
    UserSignedIn => "user.signed_in",
    UserSignedOut => "user.signed_out",
    TokenReuseDetected => "token.reuse_detected",
    ConnectionConnected => "connection.connected",
    ConnectionDisconnected => "connection.disconnected",
    ConnectionLost => "connection.lost",
    ScanRequested => "scan.requested",
    ScanPaused => "scan.paused",
    ScanFinished => "scan.finished",
    ScanFailed => "scan.failed",
}

/// Who caused an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Actor {
    /// A person with an account.
    User {
        /// Who.
        id: UserId,
    },
    /// Nobody signed in: a sign-up or a link from a mail.
    Visitor,
    /// Steward itself: a schedule or a consumer of an earlier event.
    System,
}

/// An event as it is kept and as consumers get it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Unique; consumers are idempotent by it.
    pub id: crate::EventId,
    /// Whose log it is in.
    pub tenant: TenantId,
    /// When it happened.
    pub at: Timestamp,
    /// Who caused it.
    pub actor: Actor,
    /// The request it happened in, as in the `x-request-id` header.
    pub request_id: Option<String>,
    /// The caller's address as API Gateway saw it.
    pub ip: Option<String>,
    /// The caller's user agent, cut to 200 characters.
    pub user_agent: Option<String>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}
