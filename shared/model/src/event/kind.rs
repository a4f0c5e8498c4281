//! The kinds of events, as they are written.

use serde::{Deserialize, Serialize};

use super::Event;

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
    UserSignInFailed => "user.sign_in_failed",
    UserSignInBlocked => "user.sign_in_blocked",
    UserSecondFactorFailed => "user.second_factor_failed",
    PasswordResetRequested => "user.password_reset_requested",
    PasswordChanged => "user.password_changed",
    EmailChangeRequested => "user.email_change_requested",
    EmailChanged => "user.email_changed",
    ProfileChanged => "user.profile_changed",
    NotificationsChanged => "user.notifications_changed",
    FactorAdded => "user.factor_added",
    FactorRemoved => "user.factor_removed",
    FactorsReset => "member.factors_reset",
    SessionsRevoked => "user.sessions_revoked",
    IdentityLinkRequested => "user.identity_link_requested",
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
    TierGranted => "connection.tier_granted",
    TierEnded => "connection.tier_ended",
    FindingSnoozed => "finding.snoozed",
    FindingWoken => "finding.woken",
    ExceptionAdded => "exception.added",
    ExceptionChanged => "exception.changed",
    ExceptionEnded => "exception.ended",
    PricesChanged => "prices.changed",
    ChecksChanged => "checks.changed",
    FindingsSettled => "findings.settled",
    FixRequested => "fix.requested",
    FixPaused => "fix.paused",
    FixFinished => "fix.finished",
    FixCancelled => "fix.cancelled",
    FixUndoRequested => "fix.undo_requested",
    FixUndone => "fix.undone",
    AttestationRequested => "attestation.requested",
    AttestationAnswered => "attestation.answered",
    AttestationExpired => "attestation.expired",
    RenewalNear => "renewal.near",
    SavingRealised => "saving.realised",
    FeedCreated => "feed.created",
    FeedRevoked => "feed.revoked",
    DataExported => "data.exported",
    MailReturned => "mail.returned",
}
