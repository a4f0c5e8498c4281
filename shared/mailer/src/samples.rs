//! A letter of each kind and variant with made-up facts: what tests look at, and the page of templates of local mode.

use std::net::{IpAddr, Ipv4Addr};

use jiff::{Timestamp, civil::date};
use model::{
    Currency, Money, Policy, TenantId, UserId,
    event::{Answer, Factor},
    policy::{Join, SecondFactor, SignInWays},
};

use crate::{By, Letter, Moment, News, Notice, Page, Top, Undoable};

/// A letter to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Unique: the letter's name, and the variant's where there are several.
    pub name: &'static str,
    /// It.
    pub letter: Letter,
}

/// 21 November 2026, 09:30 UTC.
const AT: Timestamp = Timestamp::constant(1_795_253_400, 0);
/// 5 December 2026, 08:00 UTC.
const LATER: Timestamp = Timestamp::constant(1_796_457_600, 0);
const COMPANY: TenantId = TenantId::from_bits(1);
const TOKEN: &str = "spt_dG9rZW4tdGhhdC1pcy1sb25nLWVub3VnaC10by13cmFwLW9uLWE";

/// Samples of all letters, linked to `base_url`. What somebody else could have typed passes through `theirs`: tests put
/// hostile text in its place.
pub fn samples(base_url: &str, theirs: &dyn Fn(&str) -> String) -> Vec<Sample> {
    let company = || theirs("Contoso Ltd");
    let mut all = vec![
        Sample {
            name: "verify_email",
            letter: Letter::VerifyEmail {
                company: company(),
                link: Page::Verify.with_token(base_url, TOKEN),
                expires_hours: 24,
            },
        },
        Sample {
            name: "already_registered",
            letter: Letter::AlreadyRegistered {
                company: company(),
                link: Page::Verify.with_token(base_url, TOKEN),
                sign_in_link: Page::SignIn.of(base_url),
                expires_hours: 24,
            },
        },
        Sample {
            name: "connection_lost",
            letter: Letter::ConnectionLost {
                company: company(),
                reason_text: "An administrator removed Steward from your apps.".into(),
                link: Page::Connect.about(base_url, COMPANY),
            },
        },
    ];
    all.extend(scans(base_url, theirs));
    let notices = account(theirs)
        .into_iter()
        .chain(team(theirs))
        .chain(keys(theirs))
        .chain(fixes(theirs))
        .chain(renewals(theirs))
        .chain(attestations(theirs));
    all.extend(notices.map(|(name, page, by, news)| {
        let link = match page {
            Page::ConfirmEmail
            | Page::UndoEmailChange
            | Page::ConfirmMicrosoft
            | Page::Invitation
            | Page::Attestation => page.with_token(base_url, TOKEN),
            Page::ResetPassword if name == "password_reset" => page.with_token(base_url, TOKEN),
            page => page.about(base_url, COMPANY),
        };
        let notice = Notice { company: company(), news, moment: Moment { at: AT, by }, link };
        Sample { name, letter: Letter::Notice(notice) }
    }));
    all
}

type Told = (&'static str, Page, By, News);

fn fixes(theirs: &dyn Fn(&str) -> String) -> Vec<Told> {
    let ended = |undone, failed, skipped, pending| News::FixEnded {
        fix: "Remove 4 licences".into(),
        undone,
        done: 4 - failed - skipped - pending,
        failed,
        skipped,
        pending,
        undo: (!undone).then_some(Undoable {
            changes: 4 - failed - skipped - pending,
            until: Some(LATER),
            while_free: true,
        }),
        again: failed + pending > 0,
        freed: if undone {
            Vec::new()
        } else {
            vec![format!("4 licences of {} are free. Reduce by 24 January 2027.", theirs("Microsoft 365 E3"))]
        },
    };
    let back = |changes| {
        let mut news = ended(false, 0, 0, 0);
        if let News::FixEnded { undo: Some(undo), .. } = &mut news {
            undo.changes = changes;
        }
        news
    };
    vec![
        ("fix_ended", Page::Fixes, By::Steward, ended(false, 0, 0, 0)),
        ("fix_ended_back_in_part", Page::Fixes, By::Steward, back(3)),
        ("fix_ended_not_back", Page::Fixes, By::Steward, back(0)),
        ("fix_ended_partly", Page::Fixes, By::Steward, ended(false, 1, 1, 1)),
        ("fix_ended_undone", Page::Fixes, By::Steward, ended(true, 0, 0, 0)),
        ("fix_ended_undone_partly", Page::Fixes, By::Steward, ended(true, 1, 0, 0)),
        ("fix_ended_undone_left_alone", Page::Fixes, By::Steward, ended(true, 0, 4, 0)),
    ]
}

/// The reader, somewhere.
fn device(theirs: &dyn Fn(&str) -> String) -> By {
    By::Device { device: Some(theirs("Edge on Windows")), ip: Some(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7))) }
}

fn account(theirs: &dyn Fn(&str) -> String) -> Vec<Told> {
    let device = || device(theirs);
    let nowhere = || By::Device { device: None, ip: None };
    let factor = |name, news| (name, Page::Security, device(), news);
    vec![
        ("password_reset", Page::ResetPassword, device(), News::PasswordReset { minutes: 30 }),
        ("reset_with_microsoft", Page::SignIn, device(), News::ResetWithMicrosoft),
        ("password_changed", Page::ResetPassword, device(), News::PasswordChanged { by_reset: false }),
        ("password_changed_by_reset", Page::ResetPassword, nowhere(), News::PasswordChanged { by_reset: true }),
        ("confirm_email", Page::ConfirmEmail, device(), News::ConfirmEmail { hours: 24 }),
        (
            "email_changed",
            Page::UndoEmailChange,
            device(),
            News::EmailChanged { to: theirs("anna.berg@northwind.example"), hours: 72 },
        ),
        ("email_restored", Page::ResetPassword, device(), News::EmailRestored),
        ("new_device", Page::Devices, device(), News::NewDevice),
        ("sign_in_blocked", Page::ResetPassword, device(), News::SignInBlocked { failures: 10 }),
        ("step_up_blocked", Page::ResetPassword, device(), News::StepUpBlocked { failures: 10 }),
        ("second_factor_failed", Page::ResetPassword, device(), News::SecondFactorFailed { by_microsoft: false }),
        ("second_factor_failed_microsoft", Page::Security, device(), News::SecondFactorFailed { by_microsoft: true }),
        ("recovery_codes_low", Page::Security, device(), News::RecoveryCodesLow { left: 3, new_device: false }),
        (
            "recovery_codes_low_new_device",
            Page::Security,
            device(),
            News::RecoveryCodesLow { left: 0, new_device: true },
        ),
        ("confirm_microsoft", Page::ConfirmMicrosoft, device(), News::ConfirmMicrosoft { minutes: 60 }),
        ("session_ended", Page::SignIn, device(), News::SessionEnded),
        ("sessions_revoked", Page::Devices, device(), News::SessionsRevoked { all: true }),
        ("sessions_revoked_one", Page::Devices, device(), News::SessionsRevoked { all: false }),
        factor("factor_added", News::FactorAdded { factor: Factor::Totp }),
        factor("factor_added_passkey", News::FactorAdded { factor: Factor::Passkey }),
        factor("factor_added_recovery_codes", News::FactorAdded { factor: Factor::RecoveryCodes }),
        factor("factor_removed", News::FactorRemoved { factor: Factor::Totp }),
        factor("factor_removed_passkey", News::FactorRemoved { factor: Factor::Passkey }),
        factor("factor_removed_recovery_codes", News::FactorRemoved { factor: Factor::RecoveryCodes }),
        ("factors_reset", Page::Security, By::Member(theirs("Jonas Weber")), News::FactorsReset { by_operator: false }),
        ("factors_reset_by_operator", Page::SignIn, By::Steward, News::FactorsReset { by_operator: true }),
        ("identity_linked", Page::Security, device(), News::IdentityLinked),
        ("identity_unlinked", Page::Security, device(), News::IdentityUnlinked),
    ]
}

fn team(theirs: &dyn Fn(&str) -> String) -> Vec<Told> {
    let jonas = || By::Member(theirs("Jonas Weber"));
    let invitation =
        |resent| News::Invitation { inviter: theirs("Jonas Weber"), role: theirs("Bookkeeping"), hours: 48, resent };
    let tightened = |second_factor_from, microsoft_only| News::RulesTightened { second_factor_from, microsoft_only };
    let policy = Policy {
        second_factor: SecondFactor::Required { from: LATER },
        sign_in: SignInWays::Microsoft { break_glass: UserId::from_bits(0) },
        join: Join::AppRole,
    };
    let joined = News::MemberJoined { person: theirs("Anna Berg"), role: theirs("Bookkeeping") };
    let manager = |inviter| News::JoinedToManage { person: theirs("Anna Berg"), role: theirs("Bookkeeping"), inviter };
    let with_microsoft = News::JoinedWithMicrosoft { person: theirs("Anna Berg"), role: theirs("Bookkeeping") };
    let declined = News::InvitationDeclined { email: theirs("ben@northwind.example") };
    let role = News::RoleChanged { before: "member".into(), after: theirs("Bookkeeping") };
    vec![
        ("invitation", Page::Invitation, jonas(), invitation(false)),
        ("invitation_resent", Page::Invitation, jonas(), invitation(true)),
        ("member_joined", Page::Team, By::Device { device: None, ip: None }, joined),
        ("joined_to_manage", Page::Team, By::Device { device: None, ip: None }, manager(Some(theirs("Jonas Weber")))),
        ("joined_to_manage_inviter_left", Page::Team, By::Device { device: None, ip: None }, manager(None)),
        ("joined_with_microsoft", Page::Team, By::Device { device: None, ip: None }, with_microsoft),
        ("invitation_declined", Page::Team, By::Device { device: None, ip: None }, declined),
        ("role_changed", Page::Home, jonas(), role),
        ("member_deactivated", Page::Start, jonas(), News::MemberDeactivated),
        ("member_reactivated", Page::SignIn, jonas(), News::MemberReactivated),
        ("member_removed", Page::Start, jonas(), News::MemberRemoved),
        ("member_left", Page::Start, device(theirs), News::MemberLeft),
        ("rules_tightened", Page::Security, jonas(), tightened(Some(LATER), false)),
        ("rules_tightened_microsoft", Page::SignIn, jonas(), tightened(None, true)),
        ("rules_tightened_both", Page::Security, jonas(), tightened(Some(LATER), true)),
        ("rules_changed", Page::SignInRules, jonas(), News::RulesChanged { policy }),
        ("rules_changed_back", Page::SignInRules, jonas(), News::RulesChanged { policy: Policy::default() }),
    ]
}

fn keys(theirs: &dyn Fn(&str) -> String) -> Vec<Told> {
    let jonas = || By::Member(theirs("Jonas Weber"));
    let key = || theirs("Monthly report");
    let told = |name, by, news| (name, Page::Keys, by, news);
    vec![
        told("key_created", jonas(), News::KeyCreated { key: key(), ends: None }),
        told("key_created_ending", jonas(), News::KeyCreated { key: key(), ends: Some(LATER) }),
        told("key_rotated", jonas(), News::KeyRotated { key: key(), old_until: LATER }),
        told("key_expiring", By::Steward, News::KeyExpiring { key: key(), days: 14, ends: Some(LATER) }),
        told("key_revoked", jonas(), News::KeyRevoked { key: key() }),
        told("key_leaked", By::Device { device: None, ip: None }, News::KeyLeaked { key: key() }),
    ]
}

fn attestations(theirs: &dyn Fn(&str) -> String) -> Vec<Told> {
    let (anna, jonas) = (|| theirs("Anna Berg"), || theirs("Jonas Weber"));
    let asked = |instead| News::AttestationAsked {
        asker: theirs("Maria Rossi"),
        person: anna(),
        licences: vec![theirs("Microsoft 365 Business Premium"), theirs("Visio Plan 2")],
        hours: 14 * 24,
        instead,
    };
    let answered = |answer| News::AttestationAnswered { manager: jonas(), person: anna(), answer };
    let visitor = || By::Device { device: None, ip: None };
    let expired = |asked_later| News::AttestationExpired { manager: jonas(), person: anna(), asked_later };
    vec![
        ("attestation_asked", Page::Attestation, By::Member(theirs("Maria Rossi")), asked(false)),
        ("attestation_asked_instead", Page::Attestation, By::Member(theirs("Maria Rossi")), asked(true)),
        ("attestation_answered", Page::Findings, visitor(), answered(Answer::NotNeeded)),
        ("attestation_answered_still_needed", Page::Findings, visitor(), answered(Answer::StillNeeded)),
        ("attestation_answered_ask_later", Page::Findings, visitor(), answered(Answer::AskLater)),
        ("attestation_expired", Page::Findings, By::Steward, expired(false)),
        ("attestation_expired_ask_later", Page::Findings, By::Steward, expired(true)),
    ]
}

fn renewals(theirs: &dyn Fn(&str) -> String) -> Vec<Told> {
    let worth = Some(Money::new(8800, Currency::Usd));
    let near = |monthly, through_reseller, renewed| News::RenewalNear {
        product: theirs("Microsoft 365 Business Premium"),
        seats: 4,
        renews_on: date(2026, 12, 1),
        renewed,
        reduce_by: if renewed { date(2026, 12, 7) } else { date(2026, 11, 24) },
        monthly,
        through_reseller,
    };
    vec![
        ("renewal_near", Page::Renewals, By::Steward, near(worth, false, false)),
        ("renewal_near_reseller", Page::Renewals, By::Steward, near(None, true, false)),
        ("renewal_near_renewed", Page::Renewals, By::Steward, near(worth, false, true)),
    ]
}

fn scans(base_url: &str, theirs: &dyn Fn(&str) -> String) -> Vec<Sample> {
    let dollars = |amount: i64| Some(Money::new(amount * 100, Currency::Usd));
    let link = |finding: u32| Page::Findings.one(base_url, COMPANY, finding);
    let unused =
        |monthly| Top { title: "4 people who left still have a licence".into(), people: 4, monthly, link: link(1) };
    let open = || Top { title: "Old sign-in methods are open".into(), people: 0, monthly: None, link: link(2) };
    let gaps = || vec!["Who uses which app: your licence has no usage report.".to_owned()];
    let scan = |name, findings, monthly, parts: (i64, i64), top, not_checked| Sample {
        name,
        letter: Letter::ScanFinished {
            company: theirs("Contoso Ltd"),
            findings,
            monthly,
            certain: dollars(parts.0),
            likely: dollars(parts.1),
            top,
            not_checked,
            link: Page::Home.about(base_url, COMPANY),
        },
    };
    vec![
        scan("scan_finished", 7, dollars(214), (180, 34), vec![unused(dollars(96)), open()], gaps()),
        scan("scan_finished_unpriced", 7, None, (0, 0), vec![unused(None), open()], gaps()),
        scan("scan_finished_nothing_to_save", 1, dollars(0), (0, 0), vec![open()], Vec::new()),
        scan("scan_finished_nothing", 0, dollars(0), (0, 0), Vec::new(), Vec::new()),
        scan("scan_finished_nothing_but_gaps", 0, None, (0, 0), Vec::new(), gaps()),
    ]
}
