//! Which templates a letter has. One list: a letter that is not in it does not compile, nor does one without its files.

use crate::{Letter, News, Notice};

/// MJML and text.
pub(crate) type Pair = (&'static str, &'static str);

macro_rules! files {
    ($name:literal) => {
        (
            include_str!(concat!("../templates/", $name, ".mjml.j2")),
            include_str!(concat!("../templates/", $name, ".txt.j2")),
        )
    };
}

/// What every letter is set in.
pub(crate) const LAYOUT: Pair = files!("layout");
/// What every notice is set in.
pub(crate) const NOTICE: Pair = files!("notice");

macro_rules! letters {
    ($($letter:ident => $name:literal),* ; $($news:ident => $notice:literal),* $(,)?) => {
        impl Letter {
            /// The names of all letters there are.
            pub const NAMES: &[&str] = &[$($name,)* $($notice),*];

            /// The letter's name: that of its templates.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$letter { .. } => $name,)*
                    Self::Notice(Notice { news, .. }) => match news { $(News::$news { .. } => $notice),* },
                }
            }

            pub(crate) const fn templates(&self) -> Pair {
                match self {
                    $(Self::$letter { .. } => files!($name),)*
                    Self::Notice(Notice { news, .. }) => match news { $(News::$news { .. } => files!($notice)),* },
                }
            }
        }
    };
}

letters! {
    VerifyEmail => "verify_email",
    AlreadyRegistered => "already_registered",
    ScanFinished => "scan_finished",
    ConnectionLost => "connection_lost";
    PasswordReset => "password_reset",
    ResetWithMicrosoft => "reset_with_microsoft",
    PasswordChanged => "password_changed",
    ConfirmEmail => "confirm_email",
    EmailChanged => "email_changed",
    EmailRestored => "email_restored",
    NewDevice => "new_device",
    SignInBlocked => "sign_in_blocked",
    StepUpBlocked => "step_up_blocked",
    SecondFactorFailed => "second_factor_failed",
    RecoveryCodesLow => "recovery_codes_low",
    SessionEnded => "session_ended",
    SessionsRevoked => "sessions_revoked",
    FactorAdded => "factor_added",
    FactorRemoved => "factor_removed",
    FactorsReset => "factors_reset",
    ConfirmMicrosoft => "confirm_microsoft",
    IdentityLinked => "identity_linked",
    IdentityUnlinked => "identity_unlinked",
    Invitation => "invitation",
    InvitationDeclined => "invitation_declined",
    MemberJoined => "member_joined",
    JoinedToManage => "joined_to_manage",
    JoinedWithMicrosoft => "joined_with_microsoft",
    RoleChanged => "role_changed",
    MemberDeactivated => "member_deactivated",
    MemberReactivated => "member_reactivated",
    MemberRemoved => "member_removed",
    MemberLeft => "member_left",
    RulesTightened => "rules_tightened",
    RulesChanged => "rules_changed",
    KeyCreated => "key_created",
    KeyRotated => "key_rotated",
    KeyExpiring => "key_expiring",
    KeyRevoked => "key_revoked",
    KeyLeaked => "key_leaked",
    FixEnded => "fix_ended",
    RenewalNear => "renewal_near",
    AttestationAsked => "attestation_asked",
    AttestationAnswered => "attestation_answered",
    AttestationExpired => "attestation_expired",
}
