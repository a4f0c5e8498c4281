//! Which letters an event is worth, and to whom they go. An event about somebody who is gone is worth none.

mod attestations;
mod fixes;
mod keys;
mod renewals;
mod scans;
mod security;
mod signup;
mod team;

use mailer::{News, Page};
use model::{
    Event, EventKind,
    event::{Actor, Recorded, SignInStage},
};
use runtime::Failure;
use store::Tenant;

use crate::{
    Mail,
    desk::{Addressed, Desk},
};

/// The kinds of events that letters are written about.
pub const KINDS: &[EventKind] = &[
    EventKind::SignupRequested,
    EventKind::UserSignedIn,
    EventKind::UserSignInBlocked,
    EventKind::UserSecondFactorFailed,
    EventKind::PasswordResetRequested,
    EventKind::PasswordChanged,
    EventKind::EmailChangeRequested,
    EventKind::EmailChanged,
    EventKind::FactorAdded,
    EventKind::FactorRemoved,
    EventKind::FactorsReset,
    EventKind::SessionsRevoked,
    EventKind::IdentityLinkRequested,
    EventKind::IdentityLinked,
    EventKind::IdentityUnlinked,
    EventKind::MemberInvited,
    EventKind::InvitationDeclined,
    EventKind::MemberJoined,
    EventKind::MemberRoleChanged,
    EventKind::MemberDeactivated,
    EventKind::MemberReactivated,
    EventKind::MemberRemoved,
    EventKind::KeyCreated,
    EventKind::KeyRotated,
    EventKind::KeyRevoked,
    EventKind::KeyExpiring,
    EventKind::PolicyChanged,
    EventKind::TokenReuseDetected,
    EventKind::ConnectionLost,
    EventKind::ScanFinished,
    EventKind::FixFinished,
    EventKind::FixUndone,
    EventKind::AttestationRequested,
    EventKind::AttestationAnswered,
    EventKind::AttestationExpired,
    EventKind::RenewalNear,
];

/// Recovery codes so few that it is time for new ones (C5).
const LOW: u32 = 3;

/// The letters about an event, at most one to an address.
pub async fn of(deps: &Mail, tenant: Tenant<'_>, recorded: &Recorded) -> Result<Vec<Addressed>, Failure> {
    if let Event::SignupRequested { signup } = recorded.event {
        return signup::requested(deps, signup).await;
    }
    let Some(desk) = &Desk::of(deps, tenant, recorded).await? else { return Ok(Vec::new()) };
    match &recorded.event {
        Event::UserSignedIn { new_device, recoveries_left: Some(left @ ..=LOW), .. } => match recorded.actor {
            Actor::User { id } => {
                let news = News::RecoveryCodesLow { left: *left, new_device: *new_device };
                desk.tell(id, Page::Security, news).await
            }
            _ => Ok(Vec::new()),
        },
        Event::UserSignedIn { new_device: true, .. } => match recorded.actor {
            Actor::User { id } => desk.tell(id, Page::Devices, News::NewDevice).await,
            _ => Ok(Vec::new()),
        },
        Event::UserSignInBlocked { user, failures, step: SignInStage::StepUp } => {
            desk.tell(*user, Page::ResetPassword, News::StepUpBlocked { failures: *failures }).await
        }
        Event::UserSignInBlocked { user, failures, .. } => {
            desk.tell(*user, Page::ResetPassword, News::SignInBlocked { failures: *failures }).await
        }
        Event::UserSecondFactorFailed { user, by_microsoft } => {
            let page = if *by_microsoft { Page::Security } else { Page::ResetPassword };
            desk.tell(*user, page, News::SecondFactorFailed { by_microsoft: *by_microsoft }).await
        }
        Event::TokenReuseDetected { user, .. } => desk.tell(*user, Page::SignIn, News::SessionEnded).await,
        Event::SessionsRevoked { user, session, .. } => {
            desk.tell(*user, Page::Devices, News::SessionsRevoked { all: session.is_none() }).await
        }
        Event::PasswordResetRequested { reset } => security::password_reset(desk, *reset).await,
        Event::PasswordChanged { user, by_reset } => {
            desk.tell(*user, Page::ResetPassword, News::PasswordChanged { by_reset: *by_reset }).await
        }
        Event::EmailChangeRequested { change } => security::email_change(desk, *change).await,
        Event::EmailChanged { change, undone: false, .. } => security::email_changed(desk, *change).await,
        Event::EmailChanged { user, undone: true, .. } => {
            desk.tell(*user, Page::ResetPassword, News::EmailRestored).await
        }
        Event::FactorAdded { user, factor } => {
            desk.tell(*user, Page::Security, News::FactorAdded { factor: *factor }).await
        }
        Event::FactorRemoved { user, factor } => {
            desk.tell(*user, Page::Security, News::FactorRemoved { factor: *factor }).await
        }
        Event::FactorsReset { user, operator, .. } => {
            let by_operator = operator.is_some();
            // Who lost their place as well has no page to set anything up on.
            let page = if by_operator { Page::SignIn } else { Page::Security };
            desk.tell(*user, page, News::FactorsReset { by_operator }).await
        }
        Event::IdentityLinkRequested { request, .. } => security::work_account(desk, *request).await,
        Event::IdentityLinked { user, .. } => desk.tell(*user, Page::Security, News::IdentityLinked).await,
        Event::IdentityUnlinked { user, .. } => desk.tell(*user, Page::Security, News::IdentityUnlinked).await,
        Event::MemberInvited { invitation, resent, .. } => team::invited(desk, *invitation, *resent).await,
        Event::MemberJoined { user, role, invitation: Some(invitation) } => {
            team::joined(desk, *user, *role, *invitation).await
        }
        Event::MemberJoined { user, role, invitation: None } => team::joined_with_microsoft(desk, *user, *role).await,
        Event::InvitationDeclined { invitation } => team::declined(desk, *invitation).await,
        Event::MemberRoleChanged { user, before, after } => {
            let news = News::RoleChanged { before: desk.role(*before), after: desk.role(*after) };
            desk.tell(*user, Page::Home, news).await
        }
        Event::MemberDeactivated { user, .. } => desk.tell(*user, Page::Start, News::MemberDeactivated).await,
        Event::MemberReactivated { user } => desk.tell(*user, Page::SignIn, News::MemberReactivated).await,
        Event::MemberRemoved { user, .. } => {
            let news = if recorded.left_by_themselves() { News::MemberLeft } else { News::MemberRemoved };
            desk.tell(*user, Page::Start, news).await
        }
        Event::PolicyChanged { before, after } => team::rules(desk, before, after).await,
        Event::KeyCreated { key, .. } => keys::created(desk, *key).await,
        Event::KeyRotated { key, old_until } => keys::rotated(desk, *key, *old_until).await,
        Event::KeyRevoked { key, leaked: true } => keys::leaked(desk, *key).await,
        Event::KeyRevoked { key, leaked: false } => keys::revoked(desk, *key).await,
        Event::KeyExpiring { key, days } => keys::expiring(desk, *key, *days).await,
        Event::ConnectionLost { reason, .. } => scans::connection_lost(desk, reason).await,
        Event::FixFinished { fix, .. } => fixes::ended(desk, *fix, false).await,
        Event::FixUndone { fix, .. } => fixes::ended(desk, *fix, true).await,
        Event::ScanFinished { scan, .. } => scans::finished(desk, *scan).await,
        Event::AttestationRequested { attestation, .. } => attestations::asked(desk, *attestation).await,
        Event::AttestationAnswered { attestation, answer } => attestations::answered(desk, *attestation, *answer).await,
        Event::AttestationExpired { attestation } => attestations::expired(desk, *attestation).await,
        Event::RenewalNear { sku, renews_on, seats, renewed } => {
            renewals::near(desk, *sku, *renews_on, *seats, *renewed).await
        }
        _ => Ok(Vec::new()),
    }
}
