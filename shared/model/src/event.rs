//! What can happen in a tenant. One event is at once the audit entry, the outbox message, the webhook payload's source
//! and the line in the activity feed, so it never holds a secret.

mod kind;
mod recorded;
mod told;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AttestationId, CustomRole, DirectoryId, EmailChangeId, EventId, ExceptionId, FeedId, FindingId, FixId,
    InvitationId, KeyId, LinkId, Permissions, PersonId, Policy, ResetId, RoleId, RoleName, ScanId, SessionId, SignupId,
    SkuId, Tier, UserId,
    mail::{Notifications, Returned},
};

pub use kind::EventKind;
pub use recorded::{Actor, Recorded};
pub use told::{Answer, Export, Factor, OperatorAct, OwnProfile, PriceMove, SettingMove, SignInStage, masked};

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
        /// How many recovery codes are left, where one was used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recoveries_left: Option<u32>,
    },
    /// Somebody tried in vain to sign in to an account, or to confirm an act in it (ASVS 16.3.1). One for each failure
    /// that counts: how fast those can follow each other is limited (C3), and so is how many of these there are.
    #[serde(rename = "user.sign_in_failed")]
    UserSignInFailed {
        /// Whose account.
        user: UserId,
        /// Failures in a row, with this one.
        failures: u32,
        /// What was not right.
        step: SignInStage,
        /// What it repeats, from the log of the first of the account's companies; `None` there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repeats: Option<EventId>,
    },
    /// Sign-in to an account, or confirming an act in it, was tried in vain so often that it waits now (C3, C5).
    #[serde(rename = "user.sign_in_blocked")]
    UserSignInBlocked {
        /// Whose account.
        user: UserId,
        /// Failures in a row.
        failures: u32,
        /// What was not right the last time.
        #[serde(default)]
        step: SignInStage,
    },
    /// A right first step was followed by a wrong second factor: somebody may know the password (C5).
    #[serde(rename = "user.second_factor_failed")]
    UserSecondFactorFailed {
        /// Whose account.
        user: UserId,
        /// Whether the first step was a sign-in at Microsoft, not the password.
        #[serde(default)]
        by_microsoft: bool,
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
        /// The address before, masked: `a…@northwind.example`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
        /// The address after, masked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// Somebody changed their own name or language.
    #[serde(rename = "user.profile_changed")]
    ProfileChanged {
        /// Whose.
        user: UserId,
        /// As it was; absent in entries of before this was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<OwnProfile>,
        /// As it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<OwnProfile>,
    },
    /// Somebody chose which of the mails that one can do without they get.
    #[serde(rename = "user.notifications_changed")]
    NotificationsChanged {
        /// Whose.
        user: UserId,
        /// What they got.
        before: Notifications,
        /// What they get.
        after: Notifications,
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
    /// An administrator, or whoever runs this installation, removed all second factors of a member who lost them.
    #[serde(rename = "member.factors_reset")]
    FactorsReset {
        /// Whose.
        user: UserId,
        /// Which sorts there were: there is none now.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 3)]
        before: Vec<Factor>,
        /// Where whoever runs this installation did it: who, and why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<OperatorAct>,
    },
    /// Sessions were ended by their owner, or by what follows from a change.
    #[serde(rename = "user.sessions_revoked")]
    SessionsRevoked {
        /// Whose.
        user: UserId,
        /// One of them; all others than the one that asked, when `None`.
        session: Option<SessionId>,
        /// Where whoever runs this installation ended all of them: who, and why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<OperatorAct>,
    },
    /// A work account with a member's address signed in and is to be linked, once that address confirms it by mail (C8).
    #[serde(rename = "user.identity_link_requested")]
    IdentityLinkRequested {
        /// The request.
        request: LinkId,
        /// Whose account it is to be linked to.
        user: UserId,
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
        /// Where whoever runs this installation did it: who, and why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        operator: Option<OperatorAct>,
    },
    /// A member was let in again.
    #[serde(rename = "member.reactivated")]
    MemberReactivated {
        /// Who.
        user: UserId,
    },
    /// A member was removed, or left: then who caused it is that member.
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
        /// What it allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<CustomRole>,
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
        /// Calls made to Microsoft for it, by the call's code.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        calls: BTreeMap<String, u32>,
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
    /// An owner let Steward write to the directory, in one tier.
    #[serde(rename = "connection.tier_granted")]
    TierGranted {
        /// The directory.
        directory: DirectoryId,
        /// What it may write.
        tier: Tier,
        /// Permissions that were asked for and not granted.
        #[schema(max_items = 64)]
        missing: Vec<String>,
    },
    /// Steward may no longer write to the directory: given back by a member, or withdrawn at Microsoft.
    #[serde(rename = "connection.tier_ended")]
    TierEnded {
        /// The directory.
        directory: DirectoryId,
        /// What it could write.
        tier: Tier,
        /// Microsoft's code where it was withdrawn there; `None` when a member gave it back.
        reason: Option<String>,
    },
    /// A finding is not to be shown until a day.
    #[serde(rename = "finding.snoozed")]
    FindingSnoozed {
        /// Which.
        finding: FindingId,
        /// Until when.
        until: Timestamp,
        /// Until when it was put off before; `None` where it was not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Timestamp>,
    },
    /// A finding that was snoozed is shown again.
    #[serde(rename = "finding.woken")]
    FindingWoken {
        /// Which.
        finding: FindingId,
    },
    /// The company decided to live with something: a dismissed finding is one of these (F137).
    #[serde(rename = "exception.added")]
    ExceptionAdded {
        /// Which.
        exception: ExceptionId,
        /// What it is about.
        finding: Option<FindingId>,
        /// The person it is about, where it is about one.
        person: Option<PersonId>,
        /// The licence type it is about, where it is about one.
        #[schema(value_type = Option<String>)]
        sku: Option<SkuId>,
        /// When it ends by itself.
        expires_at: Option<Timestamp>,
    },
    /// An exception was changed: its reason, owner or end.
    #[serde(rename = "exception.changed")]
    ExceptionChanged {
        /// Which.
        exception: ExceptionId,
        /// When it ended before.
        before: Option<Timestamp>,
        /// When it ends now.
        after: Option<Timestamp>,
        /// Who answered for it before, where that is somebody else now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner_before: Option<UserId>,
        /// Who answers for it now, where that is somebody else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner_after: Option<UserId>,
        /// Whether the reason is another one. Its words may be about a person, so they stand in the exception alone.
        #[serde(default)]
        reason_changed: bool,
    },
    /// An exception is over: what it covered counts again.
    #[serde(rename = "exception.ended")]
    ExceptionEnded {
        /// Which.
        exception: ExceptionId,
        /// Whether its time was up, not somebody's decision.
        expired: bool,
    },
    /// What the company pays for licences was changed; findings are priced anew without a scan.
    #[serde(rename = "prices.changed")]
    PricesChanged {
        /// Licence types with another price, term or billing plan than before.
        #[schema(max_items = 1000, value_type = Vec<String>)]
        skus: Vec<SkuId>,
        /// Whether by a file.
        imported: bool,
        /// Each before and after.
        #[serde(default)]
        #[schema(max_items = 1000)]
        changes: Vec<PriceMove>,
    },
    /// What the checks look for was changed; the next scan goes by it.
    #[serde(rename = "checks.changed")]
    ChecksChanged {
        /// Names of the settings that changed.
        #[schema(max_items = 64)]
        fields: Vec<String>,
        /// Each before and after.
        #[serde(default)]
        #[schema(max_items = 64)]
        changes: Vec<SettingMove>,
    },
    /// Findings and totals were worked out anew after prices or exceptions changed.
    #[serde(rename = "findings.settled")]
    FindingsSettled {
        /// Certain saving a month, minor units of the tenant's currency.
        certain_minor: i64,
        /// Likely saving a month, minor units.
        likely_minor: i64,
    },
    /// A fix was approved and is to be carried out.
    #[serde(rename = "fix.requested")]
    FixRequested {
        /// Which.
        fix: FixId,
        /// The finding it came from.
        finding: Option<FindingId>,
        /// People or things it changes.
        items: u32,
        /// When it is to begin; at once when `None`. Written under a name of its own: `at` is when the event happened.
        #[serde(rename = "begins_at")]
        at: Option<Timestamp>,
    },
    /// A fix or its undo stored its place and is to go on.
    #[serde(rename = "fix.paused")]
    FixPaused {
        /// Which.
        fix: FixId,
        /// How often it has been paused.
        pauses: u32,
    },
    /// A fix ended.
    #[serde(rename = "fix.finished")]
    FixFinished {
        /// Which.
        fix: FixId,
        /// Items done and read back.
        done: u32,
        /// Items Microsoft refused.
        failed: u32,
        /// Items left alone, with a reason.
        skipped: u32,
        /// Items Microsoft accepted and does not show yet.
        pending: u32,
        /// What it saves a month once seats are given back, minor units.
        monthly_minor: i64,
        /// Calls made to Microsoft for it, by the call's code; a call inside a batch counts beside the batch.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        calls: BTreeMap<String, u32>,
    },
    /// A fix that had not begun was called off.
    #[serde(rename = "fix.cancelled")]
    FixCancelled {
        /// Which.
        fix: FixId,
    },
    /// The undo of a fix was asked for.
    #[serde(rename = "fix.undo_requested")]
    FixUndoRequested {
        /// Which.
        fix: FixId,
        /// Items to put back.
        items: u32,
    },
    /// The undo of a fix ended.
    #[serde(rename = "fix.undone")]
    FixUndone {
        /// Which.
        fix: FixId,
        /// Items put back.
        done: u32,
        /// Items that could not be put back; each says why.
        failed: u32,
        /// Calls made to Microsoft for it, by the call's code; a call inside a batch counts beside the batch.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        calls: BTreeMap<String, u32>,
    },
    /// A manager was asked whether somebody still needs a licence.
    #[serde(rename = "attestation.requested")]
    AttestationRequested {
        /// Which.
        attestation: AttestationId,
        /// The finding it came from.
        finding: FindingId,
        /// Calls made to Microsoft to find the managers of all who were asked about at once, by the call's code: with the
        /// first of their questions. Empty with the others, and where a member was asked instead.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        calls: BTreeMap<String, u32>,
    },
    /// The manager answered.
    #[serde(rename = "attestation.answered")]
    AttestationAnswered {
        /// Which.
        attestation: AttestationId,
        /// What they said.
        answer: Answer,
    },
    /// Nobody answered in time.
    #[serde(rename = "attestation.expired")]
    AttestationExpired {
        /// Which.
        attestation: AttestationId,
    },
    /// A renewal with unused seats is near, or was a moment ago: reduce, or pay for another term.
    #[serde(rename = "renewal.near")]
    RenewalNear {
        /// The licence type.
        #[schema(value_type = String)]
        sku: SkuId,
        /// The subscription renews on this day.
        #[schema(value_type = String, format = "date")]
        renews_on: jiff::civil::Date,
        /// Seats that can be given back.
        seats: u32,
        /// Whether it renewed already: for a week Microsoft still takes them back.
        #[serde(default)]
        renewed: bool,
    },
    /// Seats were given back at Microsoft: a saving became real.
    #[serde(rename = "saving.realised")]
    SavingRealised {
        /// The licence type.
        #[schema(value_type = String)]
        sku: SkuId,
        /// Seats fewer than before.
        seats: u32,
        /// What they cost a month, minor units of the tenant's currency; 0 where the price is not known.
        monthly_minor: i64,
    },
    /// An address to subscribe to was made.
    #[serde(rename = "feed.created")]
    FeedCreated {
        /// Which.
        feed: FeedId,
    },
    /// An address to subscribe to was revoked.
    #[serde(rename = "feed.revoked")]
    FeedRevoked {
        /// Which.
        feed: FeedId,
    },
    /// Mail to a member, or to somebody who was invited, came back. Where it went is in their record, not here.
    #[serde(rename = "mail.returned")]
    MailReturned {
        /// The member, where it is one.
        user: Option<UserId>,
        /// The invitation, where it is one.
        invitation: Option<InvitationId>,
        /// How.
        returned: Returned,
    },
    /// Findings, people or savings were taken away as a file.
    #[serde(rename = "data.exported")]
    DataExported {
        /// What.
        what: Export,
        /// Rows in it.
        rows: u32,
    },
}

impl Event {
    /// Whether it tells of something that was tried and failed, or was refused (F93).
    pub const fn is_failure(&self) -> bool {
        matches!(
            self,
            Self::UserSignInFailed { .. }
                | Self::UserSignInBlocked { .. }
                | Self::UserSecondFactorFailed { .. }
                | Self::TokenReuseDetected { .. }
                | Self::ScanFailed { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_logged_before_more_was_told_still_reads() {
        let old = [
            r#"{"kind":"user.sign_in_blocked","user":"usr_0000000000000000000000000a","failures":10}"#,
            r#"{"kind":"user.profile_changed","user":"usr_0000000000000000000000000a"}"#,
            r#"{"kind":"role.deleted","role":"rol_0000000000000000000000000a","name":"Helpers"}"#,
            r#"{"kind":"user.email_changed","change":"emc_0000000000000000000000000a","user":"usr_0000000000000000000000000a","undone":true}"#,
            r#"{"kind":"member.factors_reset","user":"usr_0000000000000000000000000a"}"#,
            r#"{"kind":"user.sessions_revoked","user":"usr_0000000000000000000000000a","session":null}"#,
            r#"{"kind":"member.deactivated","user":"usr_0000000000000000000000000a"}"#,
            r#"{"kind":"prices.changed","skus":[],"imported":false}"#,
            r#"{"kind":"checks.changed","fields":["grace_days"]}"#,
            r#"{"kind":"exception.changed","exception":"exc_0000000000000000000000000a","before":null,"after":null}"#,
            r#"{"kind":"finding.snoozed","finding":"fnd_0000000000000000000000000a","until":"2026-11-21T08:00:00Z"}"#,
        ];
        for text in old {
            let event: Event = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert!(text.contains(event.kind().as_str()));
        }
    }
}
