//! What happened, in a sentence of ours. Who did it stands beside it; names are the reader's to look up by id. What
//! people wrote, such as a role's name, is quoted and nothing more: it is text, not markup.

use std::fmt::Display;

use jiff::Timestamp;
use model::{
    CustomRole, Event, Permission, Permissions, Policy, Role, RoleName, Tier,
    event::{Answer, Export, Factor, OperatorAct, OwnProfile, Recorded, SettingMove, SignInStage},
    mail::{Notifications, Returned},
    policy::{Join, SecondFactor, SignInWays},
};

/// An entry of the log as people read it.
pub fn told(entry: &Recorded) -> String {
    match &entry.event {
        Event::MemberRemoved { role, .. } if entry.left_by_themselves() => {
            format!("A member left by themselves. Their role was {}.", role_named(*role))
        }
        event => sentence(event),
    }
}

/// What happened, whoever did it.
fn sentence(event: &Event) -> String {
    match event {
        Event::SignupRequested { .. } => "An account was asked for.".into(),
        Event::TenantCreated { .. } => "The company signed up.".into(),
        Event::UserSignedIn { new_device: true, .. } => "Somebody signed in on a new device.".into(),
        Event::UserSignedIn { .. } => "Somebody signed in.".into(),
        Event::UserSignInFailed { failures, step, .. } => {
            let what = match step {
                SignInStage::Password => "A sign-in failed",
                SignInStage::SecondFactor => "A sign-in failed at its second factor",
                SignInStage::StepUp => "Confirming who one is failed",
            };
            match failures {
                0 | 1 => format!("{what}."),
                _ => format!("{what}, for the {} time in a row.", ordinal(*failures)),
            }
        }
        Event::UserSignInBlocked { failures, step: SignInStage::StepUp, .. } => {
            format!("Confirming who one is waits for a while after {failures} failures in a row.")
        }
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
        Event::EmailChanged { undone: true, before, after, .. } => {
            format!("A change of address was undone{}.", from_to(before.as_deref(), after.as_deref()))
        }
        Event::EmailChanged { before, after, .. } => {
            format!("An address was changed{}.", from_to(before.as_deref(), after.as_deref()))
        }
        Event::ProfileChanged { before: Some(before), after: Some(after), .. } => {
            format!("Somebody changed their own {}.", profile_move(before, after))
        }
        Event::ProfileChanged { .. } => "Somebody changed their own profile.".into(),
        Event::NotificationsChanged { before, after, .. } => {
            format!("Somebody chose which mails they get{}.", mails_move(*before, *after))
        }
        Event::FactorAdded { factor, .. } => format!("A second factor was added: {}.", named(*factor)),
        Event::FactorRemoved { factor, .. } => format!("A second factor was removed: {}.", named(*factor)),
        Event::FactorsReset { before, operator, .. } => {
            let by = operator
                .as_ref()
                .map_or_else(|| "an administrator".to_owned(), |act| format!("whoever runs Steward ({})", said(act)));
            let which: Vec<&str> = before.iter().map(|factor| named(*factor)).collect();
            let which = if which.is_empty() { String::new() } else { format!(": {}", which.join(", ")) };
            format!("A member's second factors were reset by {by}{which}.")
        }
        Event::SessionsRevoked { operator: Some(act), .. } => {
            format!("Every session of a member was ended by whoever runs Steward ({}).", said(act))
        }
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
        Event::MemberDeactivated { operator: Some(act), .. } => {
            format!("A member was deactivated by whoever runs Steward ({}).", said(act))
        }
        Event::MemberDeactivated { .. } => "A member was deactivated.".into(),
        Event::MemberReactivated { .. } => "A member was let in again.".into(),
        Event::MemberRemoved { .. } => "A member was removed.".into(),
        Event::RoleChanged { before: None, after } => {
            format!("The role “{}” was made: it allows {}.", after.name, allowed(after.permissions))
        }
        Event::RoleChanged { before: Some(before), after } => {
            format!("The role “{}” was changed{}.", before.name, role_move(before, after))
        }
        Event::RoleDeleted { name, before: Some(before), .. } => {
            format!("The role “{name}” was deleted: it allowed {}.", allowed(before.permissions))
        }
        Event::RoleDeleted { name, .. } => format!("The role “{name}” was deleted."),
        Event::KeyCreated { expires_at: Some(end), .. } => format!("An API key was made that ends on {}.", day(*end)),
        Event::KeyCreated { .. } => "An API key was made.".into(),
        Event::KeyRotated { .. } => "An API key got a new secret.".into(),
        Event::KeyRevoked { leaked: true, .. } => "An API key was found in the open and revoked.".into(),
        Event::KeyRevoked { .. } => "An API key was revoked.".into(),
        Event::KeyTrimmed { before, after, .. } => {
            format!("An API key may do less, because who made it may: it loses {}.", allowed(without(*before, *after)))
        }
        Event::KeyExpiring { days: 1, .. } => "An API key ends within a day.".into(),
        Event::KeyExpiring { days, .. } => format!("An API key ends in {days} days."),
        Event::PolicyChanged { before, after } => {
            format!("The rules for signing in were changed{}.", rules_move(before, after))
        }
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
        Event::ScanRequested { scheduled: true, .. } => "A check was due.".into(),
        Event::ScanRequested { .. } => "A check was asked for.".into(),
        Event::ScanPaused { .. } => "A check paused and goes on.".into(),
        Event::ScanFinished { findings: 0, .. } => "A check finished with no open findings.".into(),
        Event::ScanFinished { findings: 1, .. } => "A check finished with 1 open finding.".into(),
        Event::ScanFinished { findings, .. } => format!("A check finished with {findings} open findings."),
        Event::ScanFailed { .. } => "A check failed.".into(),
        Event::TierGranted { tier, .. } => format!("Steward was allowed to change {}.", tier_named(*tier)),
        Event::TierEnded { tier, reason: None, .. } => {
            format!("Steward's permission to change {} was given back.", tier_named(*tier))
        }
        Event::TierEnded { tier, .. } => format!("Microsoft no longer lets Steward change {}.", tier_named(*tier)),
        Event::FindingSnoozed { until, before: Some(before), .. } => {
            format!("A finding was put off until {}, before until {}.", day(*until), day(*before))
        }
        Event::FindingSnoozed { until, .. } => format!("A finding was put off until {}.", day(*until)),
        Event::FindingWoken { .. } => "A finding that was put off is shown again.".into(),
        Event::ExceptionAdded { expires_at: Some(end), .. } => {
            format!("An exception was made that ends on {}.", day(*end))
        }
        Event::ExceptionAdded { .. } => "An exception was made.".into(),
        Event::ExceptionChanged { before, after, owner_before, reason_changed, .. } => {
            let end = |end: &Option<Timestamp>| end.map_or_else(|| "none".into(), day);
            let ends = (before != after).then(|| format!("its end is {} instead of {}", end(after), end(before)));
            let owner = owner_before.is_some().then(|| "somebody else answers for it".to_owned());
            let reason = reason_changed.then(|| "it has another reason".to_owned());
            format!("An exception was changed{}.", listed([ends, owner, reason].into_iter().flatten()))
        }
        Event::ExceptionEnded { expired: true, .. } => "An exception ran out.".into(),
        Event::ExceptionEnded { .. } => "An exception was ended.".into(),
        Event::PricesChanged { imported: true, skus, .. } => {
            format!("Prices were imported: {} changed.", counted(skus.len(), "licence type"))
        }
        Event::PricesChanged { changes, .. } if changes.len() == 1 => {
            let moves = changes.iter().map(|change| {
                let price = |price: &Option<String>| price.clone().unwrap_or_else(|| "the list price".into());
                format!("{} instead of {}", price(&change.after), price(&change.before))
            });
            format!("The price of 1 licence type was changed{}.", listed(moves))
        }
        Event::PricesChanged { skus, .. } => {
            format!("The price of {} was changed.", counted(skus.len(), "licence type"))
        }
        Event::ChecksChanged { fields, changes } => {
            let told = format!("{} of the checks changed", counted(fields.len(), "setting"));
            format!("{told}{}.", listed(changes.iter().map(setting_move)))
        }
        Event::FindingsSettled { .. } => "Savings were worked out anew.".into(),
        Event::FixRequested { items, at: Some(at), .. } => {
            format!("A change of {} was planned for {}.", counted_u32(*items, "thing"), day(*at))
        }
        Event::FixRequested { items, .. } => format!("A change of {} was approved.", counted_u32(*items, "thing")),
        Event::FixPaused { .. } => "A change paused and goes on.".into(),
        Event::FixFinished { done, failed, skipped, pending, .. } => {
            let ends =
                [(*done, "done"), (*failed, "failed"), (*skipped, "left alone"), (*pending, "not confirmed yet")];
            format!("A change ended{}.", tallied(&ends))
        }
        Event::FixCancelled { .. } => "A planned change was called off.".into(),
        Event::FixUndoRequested { items, .. } => {
            format!("The undo of a change was asked for: {}.", counted_u32(*items, "thing"))
        }
        Event::FixUndone { done, failed, .. } => {
            format!("A change was undone{}.", tallied(&[(*done, "put back"), (*failed, "could not be put back")]))
        }
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
            let (licences, on) = (counted_u32(*seats, "licence"), renews_on.strftime("%-d %B %Y"));
            format!("{licences} can still be given back after the renewal on {on}.")
        }
        Event::RenewalNear { renews_on, seats, .. } => {
            let (licences, on) = (counted_u32(*seats, "licence"), renews_on.strftime("%-d %B %Y"));
            format!("{licences} can be given back before the renewal on {on}.")
        }
        Event::SavingRealised { seats, .. } => format!("{} given back at Microsoft.", counted_u32(*seats, "licence")),
        Event::FeedCreated { .. } => "A calendar address was made.".into(),
        Event::FeedRevoked { .. } => "A calendar address was revoked.".into(),
        Event::MailReturned { invitation: Some(_), returned: Returned::Bounced, .. } => {
            "The mail of an invitation came back: the address does not take it.".into()
        }
        Event::MailReturned { invitation: Some(_), .. } => "The mail of an invitation was reported as unwanted.".into(),
        Event::MailReturned { returned: Returned::Bounced, .. } => {
            "Mail to a member came back: their address does not take it.".into()
        }
        Event::MailReturned { .. } => "A member reported a mail of Steward as unwanted.".into(),
        Event::DataExported { what, rows } => {
            format!("{} exported: {}.", export_named(*what), counted_u32(*rows, "row"))
        }
    }
}

fn day(at: Timestamp) -> String {
    at.strftime("%-d %B %Y").to_string()
}

/// `: one, another`; nothing where there is none.
fn listed(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { String::new() } else { format!(": {}", parts.join("; ")) }
}

/// `: 2 done, 1 failed`: what there is none of is left out.
fn tallied<N: Default + PartialEq + Display>(counts: &[(N, &str)]) -> String {
    let told: Vec<String> =
        counts.iter().filter(|(n, _)| *n != N::default()).map(|(n, what)| format!("{n} {what}")).collect();
    if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) }
}

fn from_to(before: Option<&str>, after: Option<&str>) -> String {
    match (before, after) {
        (Some(before), Some(after)) => format!(" from {before} to {after}"),
        _ => String::new(),
    }
}

fn profile_move(before: &OwnProfile, after: &OwnProfile) -> String {
    let mut parts = Vec::new();
    if before.name != after.name {
        parts.push(format!("name from “{}” to “{}”", before.name, after.name));
    }
    if before.locale != after.locale {
        let named = |locale: &Option<String>| locale.clone().unwrap_or_else(|| "the browser's".into());
        parts.push(format!("language from {} to {}", named(&before.locale), named(&after.locale)));
    }
    parts.join(" and ")
}

fn mails_move(before: Notifications, after: Notifications) -> String {
    let sorts = [
        ("checks", before.checks, after.checks),
        ("changes", before.changes, after.changes),
        ("renewals", before.renewals, after.renewals),
        ("answers", before.answers, after.answers),
        ("team", before.team, after.team),
        ("keys", before.keys, after.keys),
    ];
    let moved = sorts.into_iter().filter(|(_, was, is)| was != is);
    listed(moved.map(|(sort, _, on)| format!("{sort} {}", if on { "on" } else { "off" })))
}

fn said(act: &OperatorAct) -> String {
    let taken = if act.took_ways_in { "; their password, passkeys and linked work accounts were taken" } else { "" };
    format!("{}: “{}”{taken}", act.operator, act.reason)
}

/// Permissions by name, as they are written.
fn allowed(permissions: Permissions) -> String {
    let names: Vec<&str> = permissions.iter().map(Permission::as_str).collect();
    if names.is_empty() { "nothing".into() } else { names.join(", ") }
}

/// What `of` holds and `less` does not.
fn without(of: Permissions, less: Permissions) -> Permissions {
    of.iter().filter(|one| !less.holds(*one)).collect()
}

fn role_move(before: &CustomRole, after: &CustomRole) -> String {
    let name = (before.name != after.name).then(|| format!("it is called “{}” now", after.name));
    let part = |verb: &str, of: Permissions, less: Permissions| {
        let held = without(of, less);
        (held != Permissions::NONE).then(|| format!("it {verb} {}", allowed(held)))
    };
    let gained = part("gains", after.permissions, before.permissions);
    let lost = part("loses", before.permissions, after.permissions);
    listed([name, gained, lost].into_iter().flatten())
}

fn rules_move(before: &Policy, after: &Policy) -> String {
    let second_factor = |rule: SecondFactor| match rule {
        SecondFactor::Optional => "optional".to_owned(),
        SecondFactor::Required { from } => format!("required from {}", day(from)),
    };
    let sign_in = |ways: SignInWays| match ways {
        SignInWays::Any => "any",
        SignInWays::Microsoft { .. } => "Microsoft alone",
    };
    let join = |join: Join| match join {
        Join::Nobody => "by invitation alone".to_owned(),
        Join::Directory { role } => format!("everybody of the directory, as {}", role_named(role)),
        Join::AppRole => "whoever holds an app role".to_owned(),
    };
    let moved = |what: &str, was: String, is: String| format!("{what} from {was} to {is}");
    let parts = [
        (before.second_factor != after.second_factor)
            .then(|| moved("second factor", second_factor(before.second_factor), second_factor(after.second_factor))),
        (before.sign_in != after.sign_in && sign_in(before.sign_in) == sign_in(after.sign_in))
            .then(|| "another owner gets in when Microsoft does not work".to_owned()),
        (sign_in(before.sign_in) != sign_in(after.sign_in))
            .then(|| moved("ways to sign in", sign_in(before.sign_in).into(), sign_in(after.sign_in).into())),
        (before.join != after.join).then(|| moved("who joins", join(before.join), join(after.join))),
    ];
    listed(parts.into_iter().flatten())
}

fn setting_move(SettingMove { field, before, after }: &SettingMove) -> String {
    let number = |side: &[String]| side.first().is_some_and(|one| one.bytes().all(|b| b.is_ascii_digit()));
    match (before.as_slice(), after.as_slice()) {
        ([was], [is]) if number(before) && number(after) => format!("{field} from {was} to {is}"),
        _ => format!("{field}{}", tallied(&[(after.len(), "added"), (before.len(), "removed")])),
    }
}

/// `2nd`, `3rd`, `11th`.
fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
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
        Export::Trends => "Trends were",
        Export::Fixes => "Changes were",
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
        RoleName::System(Role::Admin) => "administrator",
        RoleName::System(Role::Developer) => "developer",
        RoleName::System(Role::Member) => "member",
        RoleName::System(Role::ReadOnly) => "viewer",
        RoleName::Custom(_) => "a role of the company's own",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::{EmailChangeId, FixId, KeyId, RoleId, UserId};

    use super::*;

    #[test]
    fn a_sentence_says_what_changed() {
        let user = UserId::from_bits(1);
        let before = RoleName::System(Role::Member);
        let after = RoleName::System(Role::ReadOnly);
        let told = sentence(&Event::MemberRoleChanged { user, before, after });
        assert_eq!(told, "A member's role was changed from member to viewer.");
        let key = KeyId::from_bits(1);
        assert_eq!(sentence(&Event::KeyExpiring { key, days: 3 }), "An API key ends in 3 days.");
        let fix = FixId::from_bits(1);
        let ended = |done, failed, skipped, pending| {
            let calls = BTreeMap::new();
            sentence(&Event::FixFinished { fix, done, failed, skipped, pending, monthly_minor: 0, calls })
        };
        assert_eq!(ended(1, 0, 0, 0), "A change ended: 1 done.");
        assert_eq!(ended(3, 2, 0, 1), "A change ended: 3 done, 2 failed, 1 not confirmed yet.");
        assert_eq!(ended(0, 0, 4, 0), "A change ended: 4 left alone.");
        let undone = |done, failed| sentence(&Event::FixUndone { fix, done, failed, calls: BTreeMap::new() });
        assert_eq!(undone(2, 0), "A change was undone: 2 put back.");
        assert_eq!(undone(0, 1), "A change was undone: 1 could not be put back.");
        let end = "2026-12-24T00:00:00Z".parse().ok();
        let told = sentence(&Event::KeyCreated { key, scopes: model::Permissions::NONE, expires_at: end });
        assert_eq!(told, "An API key was made that ends on 24 December 2026.");
    }

    #[test]
    fn before_and_after_stand_in_the_sentence() {
        let user = UserId::from_bits(1);
        let profile = |name: &str, locale: Option<&str>| {
            Some(OwnProfile { name: name.into(), locale: locale.map(str::to_owned) })
        };
        let (before, after) = (profile("Anna", None), profile("Anna Berg", Some("en-GB")));
        assert_eq!(
            sentence(&Event::ProfileChanged { user, before, after }),
            "Somebody changed their own name from “Anna” to “Anna Berg” and language from the browser's to en-GB."
        );
        let change = EmailChangeId::from_bits(1);
        let (before, after) = (Some("a…@x.example".into()), Some("b…@y.example".into()));
        assert_eq!(
            sentence(&Event::EmailChanged { change, user, undone: false, before, after }),
            "An address was changed from a…@x.example to b…@y.example."
        );
        let role = |name: &str, held: &[Permission]| CustomRole {
            id: RoleId::from_bits(1),
            name: name.into(),
            permissions: held.iter().copied().collect(),
        };
        let was = role("Helpers", &[Permission::ReadEvents, Permission::ManageKeys]);
        let is = role("Aids", &[Permission::ReadEvents, Permission::StartScans]);
        assert_eq!(
            sentence(&Event::RoleChanged { before: Some(was.clone()), after: is }),
            "The role “Helpers” was changed: it is called “Aids” now; it gains scans:start; it loses keys:manage."
        );
        assert_eq!(
            sentence(&Event::RoleDeleted { role: was.id, name: "Helpers".into(), before: Some(was) }),
            "The role “Helpers” was deleted: it allowed events:read, keys:manage."
        );
        let moved = |field: &str, before: &[&str], after: &[&str]| {
            let texts = |side: &[&str]| side.iter().map(|one| (*one).to_owned()).collect();
            SettingMove { field: field.into(), before: texts(before), after: texts(after) }
        };
        let changes = vec![moved("grace_days", &["30"], &["14"]), moved("free_skus", &[], &["a", "b"])];
        assert_eq!(
            sentence(&Event::ChecksChanged { fields: vec!["grace_days".into(), "free_skus".into()], changes }),
            "2 settings of the checks changed: grace_days from 30 to 14; free_skus: 2 added."
        );
        let failed = |failures| Event::UserSignInFailed { user, failures, step: SignInStage::Password, repeats: None };
        assert_eq!(sentence(&failed(1)), "A sign-in failed.");
        assert_eq!(sentence(&failed(22)), "A sign-in failed, for the 22nd time in a row.");
        assert_eq!(sentence(&failed(112)), "A sign-in failed, for the 112th time in a row.");
        let blocked = |step| Event::UserSignInBlocked { user, failures: 10, step };
        assert_eq!(sentence(&blocked(SignInStage::Password)), "Sign-in waits for a while after 10 failures in a row.");
        assert_eq!(
            sentence(&blocked(SignInStage::StepUp)),
            "Confirming who one is waits for a while after 10 failures in a row."
        );
        let rules = |sign_in| Policy { sign_in, ..Policy::default() };
        let (before, after) = (rules(SignInWays::Any), rules(SignInWays::Microsoft { break_glass: user }));
        assert_eq!(
            sentence(&Event::PolicyChanged { before, after }),
            "The rules for signing in were changed: ways to sign in from any to Microsoft alone."
        );
    }
}
