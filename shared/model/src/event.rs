//! What can happen in a tenant. One event is at once the audit entry, the outbox message, the webhook payload's source
//! and the line in the activity feed, so it never holds a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    CustomRole, DirectoryId, EmailChangeId, InvitationId, KeyId, Permissions, Policy, ResetId, RoleId, RoleName,
    ScanId, SessionId, SignupId, TenantId, UserId,
};

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
        role: RoleName,
    },
    /// Somebody signed in.
    #[serde(rename = "user.signed_in")]
    UserSignedIn {
        /// The new session.
        session: SessionId,
        /// How they proved who they are (RFC 8176).
        #[serde(default)]
        #[schema(max_items = 8)]
        amr: Vec<String>,
        /// Whether nobody signed in to this account from such a device before.
        #[serde(default)]
        new_device: bool,
    },
    /// Sign-in to an account was tried in vain so often that it waits now (C3).
    #[serde(rename = "user.sign_in_blocked")]
    UserSignInBlocked {
        /// Whose account.
        user: UserId,
        /// Failures in a row.
        failures: u32,
    },
    /// A right password was followed by a wrong second factor: somebody may know the password (C5).
    #[serde(rename = "user.second_factor_failed")]
    UserSecondFactorFailed {
        /// Whose account.
        user: UserId,
    },
    /// Somebody asked for a new password. The address is in the reset item, not here.
    #[serde(rename = "user.password_reset_requested")]
    PasswordResetRequested {
        /// The request.
        reset: ResetId,
    },
    /// A password was changed; other sessions are over.
    #[serde(rename = "user.password_changed")]
    PasswordChanged {
        /// Whose.
        user: UserId,
        /// Whether by the link of a mail, not by the old password.
        by_reset: bool,
    },
    /// Somebody wants another address; it is not theirs until it is confirmed.
    #[serde(rename = "user.email_change_requested")]
    EmailChangeRequested {
        /// The request.
        change: EmailChangeId,
    },
    /// An address was changed. The old one can undo it for three days (C7).
    #[serde(rename = "user.email_changed")]
    EmailChanged {
        /// The request.
        change: EmailChangeId,
        /// Whose.
        user: UserId,
        /// Whether this put the old address back.
        undone: bool,
    },
    /// Somebody changed their own name or language.
    #[serde(rename = "user.profile_changed")]
    ProfileChanged {
        /// Whose.
        user: UserId,
    },
    /// A second factor was added.
    #[serde(rename = "user.factor_added")]
    FactorAdded {
        /// Whose.
        user: UserId,
        /// Which sort.
        factor: Factor,
    },
    /// A second factor was removed, or recovery codes were replaced.
    #[serde(rename = "user.factor_removed")]
    FactorRemoved {
        /// Whose.
        user: UserId,
        /// Which sort.
        factor: Factor,
    },
    /// An administrator removed all second factors of a member who lost them.
    #[serde(rename = "member.factors_reset")]
    FactorsReset {
        /// Whose.
        user: UserId,
    },
    /// Sessions were ended by their owner, or by what follows from a change.
    #[serde(rename = "user.sessions_revoked")]
    SessionsRevoked {
        /// Whose.
        user: UserId,
        /// One of them; all others than the one that asked, when `None`.
        session: Option<SessionId>,
    },
    /// A work account was linked to a user: they can sign in with Microsoft.
    #[serde(rename = "user.identity_linked")]
    IdentityLinked {
        /// Whose.
        user: UserId,
        /// The account's directory.
        directory: DirectoryId,
    },
    /// A work account was unlinked.
    #[serde(rename = "user.identity_unlinked")]
    IdentityUnlinked {
        /// Whose.
        user: UserId,
        /// The account's directory.
        directory: DirectoryId,
    },
    /// Somebody was asked to join. The address is in the invitation, not here.
    #[serde(rename = "member.invited")]
    MemberInvited {
        /// The invitation.
        invitation: InvitationId,
        /// The role they get.
        role: RoleName,
        /// Whether this is a new link for an invitation that stands.
        resent: bool,
    },
    /// An invitation was taken back.
    #[serde(rename = "invitation.revoked")]
    InvitationRevoked {
        /// The invitation.
        invitation: InvitationId,
    },
    /// An invitation was declined by who got it.
    #[serde(rename = "invitation.declined")]
    InvitationDeclined {
        /// The invitation.
        invitation: InvitationId,
    },
    /// Somebody became a member.
    #[serde(rename = "member.joined")]
    MemberJoined {
        /// Who.
        user: UserId,
        /// With this role.
        role: RoleName,
        /// By this invitation; by signing in with Microsoft when `None`.
        invitation: Option<InvitationId>,
    },
    /// A member got another role.
    #[serde(rename = "member.role_changed")]
    MemberRoleChanged {
        /// Who.
        user: UserId,
        /// The role they had.
        before: RoleName,
        /// The role they have.
        after: RoleName,
    },
    /// A member was deactivated: every access ended at once.
    #[serde(rename = "member.deactivated")]
    MemberDeactivated {
        /// Who.
        user: UserId,
    },
    /// A member was let in again.
    #[serde(rename = "member.reactivated")]
    MemberReactivated {
        /// Who.
        user: UserId,
    },
    /// A member was removed.
    #[serde(rename = "member.removed")]
    MemberRemoved {
        /// Who.
        user: UserId,
        /// The role they had.
        role: RoleName,
    },
    /// A role of the company's own was made or changed.
    #[serde(rename = "role.changed")]
    RoleChanged {
        /// As it was; `None` when it is new.
        before: Option<CustomRole>,
        /// As it is.
        after: CustomRole,
    },
    /// A role of the company's own was deleted.
    #[serde(rename = "role.deleted")]
    RoleDeleted {
        /// Which.
        role: RoleId,
        /// What it was called.
        name: String,
    },
    /// An API key was made.
    #[serde(rename = "key.created")]
    KeyCreated {
        /// Which.
        key: KeyId,
        /// What it may do.
        scopes: Permissions,
        /// When it ends.
        expires_at: Option<Timestamp>,
    },
    /// An API key got a new secret.
    #[serde(rename = "key.rotated")]
    KeyRotated {
        /// Which.
        key: KeyId,
        /// Until when the old secret works.
        old_until: Timestamp,
    },
    /// An API key was revoked.
    #[serde(rename = "key.revoked")]
    KeyRevoked {
        /// Which.
        key: KeyId,
        /// Whether because its secret was found in the open.
        leaked: bool,
    },
    /// An API key may do less, because who made it may.
    #[serde(rename = "key.trimmed")]
    KeyTrimmed {
        /// Which.
        key: KeyId,
        /// What it could do.
        before: Permissions,
        /// What it can do.
        after: Permissions,
    },
    /// An API key ends soon.
    #[serde(rename = "key.expiring")]
    KeyExpiring {
        /// Which.
        key: KeyId,
        /// Days until it ends.
        days: u32,
    },
    /// The company's rules for signing in were changed.
    #[serde(rename = "policy.changed")]
    PolicyChanged {
        /// As they were.
        before: Policy,
        /// As they are.
        after: Policy,
    },
    /// The event list was taken away as a file.
    #[serde(rename = "events.exported")]
    EventsExported {
        /// Entries in it.
        entries: u32,
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

/// A sort of second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// Codes of an app (RFC 6238).
    Totp,
    /// A passkey (WebAuthn).
    Passkey,
    /// Codes on paper.
    RecoveryCodes,
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
    UserSignInBlocked => "user.sign_in_blocked",
    UserSecondFactorFailed => "user.second_factor_failed",
    PasswordResetRequested => "user.password_reset_requested",
    PasswordChanged => "user.password_changed",
    EmailChangeRequested => "user.email_change_requested",
    EmailChanged => "user.email_changed",
    ProfileChanged => "user.profile_changed",
    FactorAdded => "user.factor_added",
    FactorRemoved => "user.factor_removed",
    FactorsReset => "member.factors_reset",
    SessionsRevoked => "user.sessions_revoked",
    IdentityLinked => "user.identity_linked",
    IdentityUnlinked => "user.identity_unlinked",
    MemberInvited => "member.invited",
    InvitationRevoked => "invitation.revoked",
    InvitationDeclined => "invitation.declined",
    MemberJoined => "member.joined",
    MemberRoleChanged => "member.role_changed",
    MemberDeactivated => "member.deactivated",
    MemberReactivated => "member.reactivated",
    MemberRemoved => "member.removed",
    RoleChanged => "role.changed",
    RoleDeleted => "role.deleted",
    KeyCreated => "key.created",
    KeyRotated => "key.rotated",
    KeyRevoked => "key.revoked",
    KeyTrimmed => "key.trimmed",
    KeyExpiring => "key.expiring",
    PolicyChanged => "policy.changed",
    EventsExported => "events.exported",
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
    /// A program with an API key.
    Key {
        /// Which.
        id: KeyId,
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
