//! What happened, in a sentence of ours. Who did it stands beside it; names are the reader's to look up by id. What
//! people wrote, such as a role's name, is quoted and nothing more: it is text, not markup.

use model::{
    Event, Role, RoleName, Tier,
    event::{Answer, Export, Factor},
};

/// An event as people read it.
pub fn sentence(event: &Event) -> String {
    match event {
        Event::SignupRequested { .. } => "An account was asked for.".into(),
        Event::TenantCreated { .. } => "The company signed up.".into(),
        Event::UserSignedIn { new_device: true, .. } => "Somebody signed in on a new device.".into(),
        Event::UserSignedIn { .. } => "Somebody signed in.".into(),
        Event::UserSignInBlocked { failures, .. } => {
            format!("Sign-in waits for a while after {failures} failures in a row.")
        }
        Event::UserSecondFactorFailed { by_microsoft: true, .. } => {
            "A sign-in at Microsoft was followed by a wrong second factor.".into()
        }
        Event::UserSecondFactorFailed { .. } => "A right password was followed by a wrong second factor.".into(),
        Event::PasswordResetRequested { .. } => "A new password was asked for.".into(),
        Event::PasswordChanged { by_reset: true, .. } => "A password was reset by mail.".into(),
        Event::PasswordChanged { .. } => "A password was changed.".into(),
        Event::EmailChangeRequested { .. } => "Another address was asked for.".into(),
        Event::EmailChanged { undone: true, .. } => "A change of address was undone.".into(),
        Event::EmailChanged { .. } => "An address was changed.".into(),
        Event::ProfileChanged { .. } => "Somebody changed their own profile.".into(),
        Event::FactorAdded { factor, .. } => format!("A second factor was added: {}.", named(*factor)),
        Event::FactorRemoved { factor, .. } => format!("A second factor was removed: {}.", named(*factor)),
        Event::FactorsReset { .. } => "A member's second factors were reset by an administrator.".into(),
        Event::SessionsRevoked { session: Some(_), .. } => "A session was ended.".into(),
        Event::SessionsRevoked { .. } => "All other sessions of a user were ended.".into(),
        Event::IdentityLinkRequested { .. } => {
            "A Microsoft account is to be linked to a user, who was asked by mail.".into()
        }
        Event::IdentityLinked { .. } => "A Microsoft account was linked to a user.".into(),
        Event::IdentityUnlinked { .. } => "A Microsoft account was unlinked from a user.".into(),
        Event::MemberInvited { resent: true, role, .. } => {
            format!("An invitation as {} was sent again.", role_named(*role))
        }
        Event::MemberInvited { role, .. } => format!("Somebody was invited as {}.", role_named(*role)),
        Event::InvitationRevoked { .. } => "An invitation was taken back.".into(),
        Event::InvitationDeclined { .. } => "An invitation was declined.".into(),
        Event::MemberJoined { role, invitation: Some(_), .. } => {
            format!("Somebody joined by invitation, as {}.", role_named(*role))
        }
        Event::MemberJoined { role, .. } => {
            format!("Somebody joined by signing in with Microsoft, as {}.", role_named(*role))
        }
        Event::MemberRoleChanged { before, after, .. } => {
            format!("A member's role was changed from {} to {}.", role_named(*before), role_named(*after))
        }
        Event::MemberDeactivated { .. } => "A member was deactivated.".into(),
        Event::MemberReactivated { .. } => "A member was let in again.".into(),
        Event::MemberRemoved { .. } => "A member was removed.".into(),
        Event::RoleChanged { before: None, after } => format!("The role “{}” was made.", after.name),
        Event::RoleChanged { after, .. } => format!("The role “{}” was changed.", after.name),
        Event::RoleDeleted { name, .. } => format!("The role “{name}” was deleted."),
        Event::KeyCreated { expires_at: Some(end), .. } => {
            format!("An API key was made that ends on {}.", end.strftime("%d %B %Y"))
        }
        Event::KeyCreated { .. } => "An API key was made.".into(),
        Event::KeyRotated { .. } => "An API key got a new secret.".into(),
        Event::KeyRevoked { leaked: true, .. } => "An API key was found in the open and revoked.".into(),
        Event::KeyRevoked { .. } => "An API key was revoked.".into(),
        Event::KeyTrimmed { .. } => "An API key may do less, because who made it may.".into(),
        Event::KeyExpiring { days: 1, .. } => "An API key ends within a day.".into(),
        Event::KeyExpiring { days, .. } => format!("An API key ends in {days} days."),
        Event::PolicyChanged { .. } => "The rules for signing in were changed.".into(),
        Event::EventsExported { entries: 1 } => "The log was exported: 1 entry.".into(),
        Event::EventsExported { entries } => format!("The log was exported: {entries} entries."),
        Event::UserSignedOut { .. } => "Somebody signed out.".into(),
        Event::TokenReuseDetected { .. } => "An old sign-in token was used again; the session was ended.".into(),
        Event::ConnectionConnected { missing, .. } if missing.is_empty() => "Microsoft 365 was connected.".into(),
        Event::ConnectionConnected { missing, .. } => {
            format!("Microsoft 365 was connected without {} of the permissions asked for.", missing.len())
        }
        Event::ConnectionDisconnected { .. } => "Microsoft 365 was disconnected.".into(),
        Event::ConnectionLost { .. } => "Microsoft no longer lets Steward in.".into(),
        Event::ScanRequested { scheduled: true, .. } => "A scan was due.".into(),
        Event::ScanRequested { .. } => "A scan was asked for.".into(),
        Event::ScanPaused { .. } => "A scan paused and goes on.".into(),
        Event::ScanFinished { findings: 1, .. } => "A scan finished with 1 open finding.".into(),
        Event::ScanFinished { findings, .. } => format!("A scan finished with {findings} open findings."),
        Event::ScanFailed { .. } => "A scan failed.".into(),
        Event::TierGranted { tier, .. } => format!("Steward was allowed to change {}.", tier_named(*tier)),
        Event::TierEnded { tier, reason: None, .. } => {
            format!("Steward's permission to change {} was given back.", tier_named(*tier))
        }
        Event::TierEnded { tier, .. } => format!("Microsoft no longer lets Steward change {}.", tier_named(*tier)),
        Event::FindingSnoozed { until, .. } => format!("A finding was put off until {}.", until.strftime("%d %B %Y")),
        Event::FindingWoken { .. } => "A finding that was put off is shown again.".into(),
        Event::ExceptionAdded { expires_at: Some(end), .. } => {
            format!("An exception was made that ends on {}.", end.strftime("%d %B %Y"))
        }
        Event::ExceptionAdded { .. } => "An exception was made.".into(),
        Event::ExceptionChanged { .. } => "An exception was changed.".into(),
        Event::ExceptionEnded { expired: true, .. } => "An exception ran out.".into(),
        Event::ExceptionEnded { .. } => "An exception was ended.".into(),
        Event::PricesChanged { imported: true, skus } => {
            format!("Prices were imported: {} changed.", counted(skus.len(), "licence type"))
        }
        Event::PricesChanged { skus, .. } => {
            format!("The price of {} was changed.", counted(skus.len(), "licence type"))
        }
        Event::ChecksChanged { fields } => format!("{} of the checks changed.", counted(fields.len(), "setting")),
        Event::FindingsSettled { .. } => "Savings were worked out anew.".into(),
        Event::FixRequested { items, at: Some(at), .. } => {
            format!("A fix of {} was planned for {}.", counted_u32(*items, "item"), at.strftime("%d %B %Y"))
        }
        Event::FixRequested { items, .. } => format!("A fix of {} was approved.", counted_u32(*items, "item")),
        Event::FixPaused { .. } => "A fix paused and goes on.".into(),
        Event::FixFinished { done, failed, skipped, pending, .. } => {
            format!("A fix ended: {done} done, {failed} failed, {skipped} left alone, {pending} not confirmed yet.")
        }
        Event::FixCancelled { .. } => "A planned fix was called off.".into(),
        Event::FixUndoRequested { items, .. } => {
            format!("The undo of a fix was asked for: {}.", counted_u32(*items, "item"))
        }
        Event::FixUndone { done, failed, .. } => format!("A fix was undone: {done} put back, {failed} not."),
        Event::AttestationRequested { .. } => "A manager was asked about a licence.".into(),
        Event::AttestationAnswered { answer: Answer::StillNeeded, .. } => {
            "A manager answered: the licence is still needed.".into()
        }
        Event::AttestationAnswered { answer: Answer::NotNeeded, .. } => {
            "A manager answered: the licence is not needed.".into()
        }
        Event::AttestationAnswered { answer: Answer::AskLater, .. } => "A manager wants to be asked later.".into(),
        Event::AttestationExpired { .. } => "A manager said neither yes nor no in time.".into(),
        Event::RenewalNear { renews_on, seats, renewed: true, .. } => {
            format!("{} can still be given back after the renewal on {renews_on}.", counted_u32(*seats, "seat"))
        }
        Event::RenewalNear { renews_on, seats, .. } => {
            format!("{} can be given back before the renewal on {renews_on}.", counted_u32(*seats, "seat"))
        }
        Event::SavingRealised { seats, .. } => format!("{} given back at Microsoft.", counted_u32(*seats, "seat")),
        Event::FeedCreated { .. } => "A calendar address was made.".into(),
        Event::FeedRevoked { .. } => "A calendar address was revoked.".into(),
        Event::DataExported { what, rows } => {
            format!("{} exported: {}.", export_named(*what), counted_u32(*rows, "row"))
        }
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn counted_u32(count: u32, noun: &str) -> String {
    counted(count as usize, noun)
}

const fn tier_named(tier: Tier) -> &'static str {
    match tier {
        Tier::LicenceWriter => "licences",
        Tier::SecurityWriter => "security settings",
    }
}

const fn export_named(what: Export) -> &'static str {
    match what {
        Export::Findings => "Findings were",
        Export::People => "People were",
        Export::Licences => "Licences were",
        Export::Savings => "Savings were",
        Export::Fixes => "Fixes were",
    }
}

const fn named(factor: Factor) -> &'static str {
    match factor {
        Factor::Totp => "an authenticator app",
        Factor::Passkey => "a passkey",
        Factor::RecoveryCodes => "recovery codes",
    }
}

const fn role_named(role: RoleName) -> &'static str {
    match role {
        RoleName::System(Role::Owner) => "owner",
        RoleName::System(Role::Admin) => "admin",
        RoleName::System(Role::Developer) => "developer",
        RoleName::System(Role::Member) => "member",
        RoleName::System(Role::ReadOnly) => "read-only member",
        RoleName::Custom(_) => "a role of the company's own",
    }
}

#[cfg(test)]
mod tests {
    use model::{KeyId, UserId};

    use super::*;

    #[test]
    fn a_sentence_says_what_changed() {
        let user = UserId::from_bits(1);
        let before = RoleName::System(Role::Member);
        let after = RoleName::System(Role::ReadOnly);
        let told = sentence(&Event::MemberRoleChanged { user, before, after });
        assert_eq!(told, "A member's role was changed from member to read-only member.");
        let key = KeyId::from_bits(1);
        assert_eq!(sentence(&Event::KeyExpiring { key, days: 3 }), "An API key ends in 3 days.");
        let end = "2026-12-24T00:00:00Z".parse().ok();
        let told = sentence(&Event::KeyCreated { key, scopes: model::Permissions::NONE, expires_at: end });
        assert_eq!(told, "An API key was made that ends on 24 December 2026.");
    }
}
