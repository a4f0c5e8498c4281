//! Which event is worth which letter, to whom, and what its link does.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex},
};

use checks::outcome::UndoClass;
use jiff::SignedDuration;
use local_aws::{Mail, MailFault};
use model::{
    CustomRole, DirectoryId, Event, FixId, KeyId, Permissions, Policy, Role, RoleId, RoleName, UserId,
    event::{Actor, Factor, SignInStage},
    policy::{SecondFactor, SignInWays},
};
use store::{
    ApiKey, Commit, Company, Fix, Invitation, InvitationState, Member, Origin, Purpose, SessionProof, Tally,
    TenantScope, TokenHash, UndoCondition, UndoNeed, Versioned,
};
use tests::{App, Client, PASSWORD, directory, link_token};

use crate::{
    members,
    table::{put_again, scope, session},
};

const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                    Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0";
const OWNER: &str = "owner@acme.example";

/// The right to a company's data with which `actor` acts from 203.0.113.7.
async fn acting(app: &App, client: &Client<'_>, actor: Actor) -> TenantScope {
    let origin = Origin { actor, request_id: None, ip: Some("203.0.113.7".into()), user_agent: Some(EDGE.into()) };
    let proof = SessionProof { user: client.user, tenant: client.tenant, session: session(client), mver: 1, origin };
    app.system.store.admit(&proof).await.expect("a member").scope
}

/// The mails that follow from an event that is `actor`'s doing.
async fn told(app: &App, client: &Client<'_>, actor: Actor, event: Event) -> Vec<Mail> {
    let scope = acting(app, client, actor).await;
    app.system.store.of(&scope).commit(Commit::new().event(event).unwrap()).await.unwrap();
    news(app).await
}

/// What came into the inbox.
async fn news(app: &App) -> Vec<Mail> {
    let before = app.inbox().len();
    app.pump().await;
    app.inbox().split_off(before)
}

/// Another member of the company, as one who has joined.
async fn member(app: &App, owner: &Client<'_>, bits: u128, name: &str, role: RoleName) -> Member {
    let member = Member {
        user: UserId::from_bits(bits),
        role,
        active: true,
        email: format!("{}@acme.example", name.to_lowercase()),
        name: name.into(),
        joined_at: app.clock.clock().now(),
        mver: 1,
        last_seen: None,
        mail_returned: None,
        formerly: Vec::new(),
    };
    let scope = scope(app, owner).await;
    let kept = Versioned { value: member.clone(), version: 0 };
    app.system.store.of(&scope).checkpoint(&kept).await.unwrap();
    member
}

async fn change_company(app: &App, owner: &Client<'_>, change: impl FnOnce(&mut Company)) {
    let scope = scope(app, owner).await;
    let tenant = app.system.store.of(&scope);
    let mut company = tenant.get_strong::<Company>(&()).await.unwrap().unwrap();
    change(&mut company.value);
    tenant.checkpoint(&company).await.unwrap();
}

fn system(role: Role) -> RoleName {
    RoleName::System(role)
}

fn recipients(mails: &[Mail]) -> BTreeSet<&str> {
    mails.iter().flat_map(|mail| mail.to.iter().map(String::as_str)).collect()
}

#[track_caller]
fn only(mails: &[Mail]) -> &Mail {
    assert_eq!(mails.len(), 1, "{:?}", mails.iter().map(|mail| (&mail.to, &mail.subject)).collect::<Vec<_>>());
    &mails[0]
}

#[tokio::test]
async fn what_happens_to_an_account_is_told_to_its_owner_once_with_when_and_from_where() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let (user, session) = (owner.user, session(&owner));
    let directory: DirectoryId = "5eead000-0000-4000-8000-00000000000d".parse().unwrap();
    let events = [
        (
            Event::UserSignedIn { session, amr: vec!["pwd".into()], new_device: true, recoveries_left: None },
            "1 new device signed in",
        ),
        (Event::UserSignInBlocked { user, failures: 10, step: SignInStage::Password }, "10 failed tries to sign in"),
        (
            Event::UserSignInBlocked { user, failures: 10, step: SignInStage::StepUp },
            "10 failed tries to confirm that it is you",
        ),
        (Event::UserSecondFactorFailed { user, by_microsoft: false }, "Somebody may know your Steward password"),
        (Event::PasswordChanged { user, by_reset: false }, "Your Steward password was changed"),
        (Event::PasswordChanged { user, by_reset: true }, "Your Steward password was changed"),
        (Event::FactorAdded { user, factor: Factor::Passkey }, "A passkey was added"),
        (Event::FactorRemoved { user, factor: Factor::RecoveryCodes }, "Your Steward recovery codes were replaced"),
        (Event::SessionsRevoked { user, session: None, operator: None }, "Your other devices were signed out"),
        (Event::SessionsRevoked { user, session: Some(session), operator: None }, "1 device was signed out"),
        (Event::TokenReuseDetected { user, session }, "We signed you out of Steward on 1 device"),
        (Event::IdentityLinked { user, directory }, "1 Microsoft account was linked"),
        (Event::IdentityUnlinked { user, directory }, "1 Microsoft account was unlinked"),
    ];
    let kinds: BTreeSet<_> = events.iter().map(|(event, _)| event.kind().as_str()).collect();
    for (event, subject) in events {
        let mails = told(&app, &owner, Actor::User { id: user }, event).await;
        let mail = only(&mails);
        assert!(mail.subject.starts_with(subject), "{}", mail.subject);
        assert_eq!(mail.to, [OWNER]);
        for part in [&mail.text, &mail.html] {
            for fact in ["acme", "21 November 2026, 08:", "UTC", "Edge on Windows", "203.0.113.7"] {
                assert!(part.contains(fact), "{subject}: {fact}\n{part}");
            }
        }
        assert!(!mail.text.contains("#token="), "{subject}");
    }
    // The bus brings all of them again.
    for kind in kinds {
        put_again(&app, kind).await;
    }
    assert_eq!(news(&app).await, Vec::new());
    // A device that is known is no news.
    let known = Event::UserSignedIn { session, amr: Vec::new(), new_device: false, recoveries_left: None };
    assert_eq!(told(&app, &owner, Actor::User { id: user }, known).await, Vec::new());
}

#[tokio::test]
async fn a_link_to_a_new_password_sets_one_and_goes_to_that_address_alone() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let store = &app.system.store;
    let asked = store.request_password_reset(OWNER.into(), Origin::SYSTEM).await.unwrap();
    let mails = news(&app).await;
    let mail = only(&mails);
    assert_eq!(
        (&*mail.to, &*mail.subject),
        (&[OWNER.to_owned()][..], "Choose a new Steward password within 30 minutes")
    );
    let token = link_token(mail);
    assert!(token.starts_with("spt_") && mail.text.contains("http://127.0.0.1:8700/reset-password#token="));
    let hash = TokenHash::of(&token);
    assert_eq!(store.token(&hash).await.unwrap().unwrap().purpose, Purpose::PasswordReset { reset: asked });
    let reset = store.password_reset(asked).await.unwrap().unwrap();
    store.reset_password(&hash, &reset, owner.user, "$argon2id$…".into(), Origin::SYSTEM).await.unwrap();
    let mails = news(&app).await;
    assert_eq!(only(&mails).subject, "Your Steward password was changed");

    // An address nobody has an account for, and a request that is over before its mail is written.
    store.request_password_reset("nobody@acme.example".into(), Origin::SYSTEM).await.unwrap();
    assert_eq!(news(&app).await, Vec::new());
    store.request_password_reset(OWNER.into(), Origin::SYSTEM).await.unwrap();
    app.clock.advance(SignedDuration::from_mins(31));
    assert_eq!(news(&app).await, Vec::new());
}

#[tokio::test]
async fn who_signs_in_with_microsoft_only_is_told_so_and_gets_no_link() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ask = async || {
        app.system.store.request_password_reset(OWNER.into(), Origin::SYSTEM).await.unwrap();
        news(&app).await
    };
    let other = UserId::from_bits(7);
    change_company(&app, &owner, |company| company.policy.sign_in = SignInWays::Microsoft { break_glass: other }).await;
    let mails = ask().await;
    let mail = only(&mails);
    assert_eq!(mail.subject, "Sign in to Steward with Microsoft instead");
    assert!(!mail.text.contains("token") && !mail.html.contains("token"), "{}", mail.text);
    // The owner who gets in when Microsoft does not work.
    let id = owner.user;
    change_company(&app, &owner, |company| company.policy.sign_in = SignInWays::Microsoft { break_glass: id }).await;
    assert!(link_token(only(&ask().await)).starts_with("spt_"));
}

#[tokio::test]
async fn a_new_address_is_confirmed_from_its_mailbox_and_undone_from_the_old_one() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let store = &app.system.store;
    let scope = acting(&app, &owner, Actor::User { id: owner.user }).await;
    let session = store.sessions(owner.user).await.unwrap().remove(0);
    let (old, new) = (OWNER.to_owned(), "anna@northwind.example".to_owned());
    let id = store.request_email_change(&scope, &session, old.clone(), new.clone()).await.unwrap();
    let mails = news(&app).await;
    let confirm = only(&mails);
    assert_eq!((&confirm.to, &*confirm.subject), (&vec![new.clone()], "Confirm your new address within 24 hours"));
    let token = link_token(confirm);
    assert!(token.starts_with("sct_") && confirm.text.contains("/confirm-email#token="), "{}", confirm.text);

    let change = store.email_change(id).await.unwrap().unwrap();
    store.confirm_email_change(&TokenHash::of(&token), &change, Origin::SYSTEM).await.unwrap();
    let mails = news(&app).await;
    let notice = only(&mails);
    assert_eq!(notice.to, [&*old]);
    assert_eq!(notice.subject, "Your Steward address was changed: undo within 72 hours");
    assert!(notice.text.contains("New address: anna@"), "{}", notice.text);
    let token = link_token(notice);
    assert!(token.starts_with("sut_") && notice.text.contains("/undo-email-change#token="), "{}", notice.text);

    let change = store.email_change(id).await.unwrap().unwrap();
    store.undo_email_change(&TokenHash::of(&token), &change, Origin::SYSTEM).await.unwrap();
    let mails = news(&app).await;
    let back = only(&mails);
    assert_eq!((&back.to, &*back.subject), (&vec![old], "Your old Steward address is back"));
    // Late copies of the first two events bring no dead links.
    put_again(&app, "user.email_change_requested").await;
    app.clock.advance(SignedDuration::from_hours(80));
    put_again(&app, "user.email_changed").await;
    assert_eq!(news(&app).await, Vec::new());
}

#[tokio::test]
async fn an_invitation_brings_a_link_while_it_waits_and_a_further_mail_another() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = acting(&app, &owner, Actor::User { id: owner.user }).await;
    let tenant = app.system.store.of(&scope);
    let own =
        CustomRole { id: RoleId::from_bits(1), name: "Book\u{202e}keeping <b>".into(), permissions: Permissions::NONE };
    let role = RoleName::Custom(own.id);
    change_company(&app, &owner, |company| company.roles = vec![own]).await;
    let now = app.clock.clock().now();
    let mut invitation = Invitation {
        invitation: Invitation::id_of(owner.tenant, "anna@northwind.example"),
        email: "anna@northwind.example".into(),
        role,
        invited_by: owner.user,
        state: InvitationState::Pending,
        seat: true,
        serial: 1,
        created_at: now,
        sent_at: now,
        good_until: (now + Invitation::GOOD_FOR).as_second(),
        mail_returned: None,
    };
    let invited = |resent| Event::MemberInvited { invitation: invitation.invitation, role, resent };
    let (first, again) = (invited(false), invited(true));
    tenant.commit(Commit::new().create(&invitation).event(first).unwrap()).await.unwrap();
    let mails = news(&app).await;
    let mail = only(&mails);
    assert_eq!(mail.to, ["anna@northwind.example"]);
    assert_eq!(mail.subject, "You are invited to join acme in Steward");
    for fact in ["Owner of acme", "Bookkeeping <b>", "48 hours", "/invitation#token=sit_"] {
        assert!(mail.text.replace("Book keeping", "Bookkeeping").contains(fact), "{fact}: {}", mail.text);
    }
    assert!(!mail.html.contains("<b>"), "a role's name is no markup");
    let link = async |mail: &Mail| app.system.store.token(&TokenHash::of(&link_token(mail))).await.unwrap().unwrap();
    let purpose = |serial| Purpose::Invitation { tenant: owner.tenant, invitation: invitation.invitation, serial };
    assert_eq!(link(mail).await.purpose, purpose(1));

    invitation.serial = 2;
    tenant.commit(Commit::new().overwrite(&invitation).event(again.clone()).unwrap()).await.unwrap();
    let mails = news(&app).await;
    let second = only(&mails);
    assert!(second.subject.starts_with("New link:") && second.text.contains("Earlier links no longer work"));
    assert_eq!(
        link(second).await.purpose,
        Purpose::Invitation { tenant: owner.tenant, invitation: invitation.invitation, serial: 2 }
    );

    // Accepted: the inviter hears of it, as long as they are there.
    let anna = member(&app, &owner, 5, "Anna", role).await;
    let joined = Event::MemberJoined { user: anna.user, role, invitation: Some(invitation.invitation) };
    let mails = told(&app, &owner, Actor::User { id: anna.user }, joined).await;
    let mail = only(&mails);
    assert_eq!((&*mail.to, &*mail.subject), (&[OWNER.to_owned()][..], "Anna joined acme in Steward"));
    assert!(!mail.text.contains("203.0.113.7"), "where a colleague sits is their own business");

    // Taken back before the mail is written, and too old.
    invitation.state = InvitationState::Cancelled;
    tenant.commit(Commit::new().overwrite(&invitation).event(again.clone()).unwrap()).await.unwrap();
    assert_eq!(news(&app).await, Vec::new());
    invitation.state = InvitationState::Pending;
    tenant.commit(Commit::new().overwrite(&invitation).event(again).unwrap()).await.unwrap();
    app.clock.advance(SignedDuration::from_hours(49));
    assert_eq!(news(&app).await, Vec::new());
}

#[tokio::test]
async fn who_can_manage_the_team_is_told_to_every_owner_when_they_join_and_nobody_switches_that_off() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let told = async |by: &Client<'_>, email: &str, role: &str| {
        let before = app.inbox().len();
        let joined = members::join(&app, by, email, role).await;
        let mut mails = app.inbox().split_off(before);
        mails.retain(|mail| mail.text.contains("You get this mail because you are an owner of acme"));
        (joined, mails)
    };
    let (second, mails) = told(&owner, "second@acme.example", "owner").await;
    assert_eq!(recipients(&mails), [OWNER].into(), "nobody is told of themselves");
    let (admin, _) = told(&owner, "admin@acme.example", "admin").await;
    for one in [&owner, &second, &admin] {
        let none = ["checks", "changes", "renewals", "answers", "team", "keys"].map(|sort| (sort, false));
        let body = serde_json::json!({ "notifications": BTreeMap::from(none) });
        let answer = app.call(http::Method::PATCH, "/v1/me", Some(&one.token), Some(&body)).await;
        assert_eq!(answer.status, 204);
    }
    let body = serde_json::json!({ "name": "Recruiters", "permissions": ["members:manage"] });
    let role: serde_json::Value = owner.post("/v1/roles", body).await.expect(201);
    app.pump().await;
    for (email, role, called) in [
        ("eve@acme.example", "admin", "administrator"),
        ("cleo@acme.example", role["role"].as_str().unwrap(), "Recruiters"),
    ] {
        let (_, mails) = told(&admin, email, role).await;
        assert_eq!(recipients(&mails), [OWNER, "second@acme.example"].into(), "{role}");
        let role = format!("Role: {called}");
        for mail in &mails {
            assert_eq!(mail.subject, "Ben Dahl can manage the team of acme in Steward");
            for fact in [role.as_str(), "Invited by: Ben Dahl", "It cannot be switched off."] {
                assert!(mail.text.contains(fact), "{fact}: {}", mail.text);
            }
        }
    }
    // Who only works there is told to who invited them, who does not want to know.
    let (_, mails) = told(&admin, "dora@acme.example", "member").await;
    assert_eq!(mails, Vec::new());
}

#[tokio::test]
async fn a_member_hears_what_was_done_to_them_and_by_whom() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let anna = member(&app, &owner, 5, "Anna", system(Role::Member)).await;
    let user = anna.user;
    let (before, after) = (system(Role::Member), system(Role::ReadOnly));
    let events = [
        (Event::MemberRoleChanged { user, before, after }, "You have another role at acme in Steward"),
        (Event::MemberDeactivated { user, operator: None }, "Your access to acme in Steward is paused"),
        (Event::MemberReactivated { user }, "Your access to acme in Steward is back"),
        (
            Event::FactorsReset { user, before: Vec::new(), operator: None },
            "Two-step sign-in is off for your Steward account",
        ),
        (Event::MemberRemoved { user, role: before }, "You are no longer a member of acme in Steward"),
    ];
    for (event, subject) in events {
        let mails = told(&app, &owner, Actor::User { id: owner.user }, event).await;
        let mail = only(&mails);
        assert_eq!((&*mail.to, &*mail.subject), (&["anna@acme.example".to_owned()][..], subject));
        assert!(mail.text.contains("By: Owner of acme"), "{}", mail.text);
        assert!(!mail.text.contains("203.0.113.7") && !mail.text.contains("Edge"), "{}", mail.text);
    }
    // Who left by themselves was not removed, and knows who they are.
    let left = Event::MemberRemoved { user, role: before };
    let mails = told(&app, &owner, Actor::User { id: user }, left).await;
    let mail = only(&mails);
    assert_eq!((&*mail.to, &*mail.subject), (&["anna@acme.example".to_owned()][..], "You left acme in Steward"));
    assert!(mail.text.contains("Device: Edge on Windows") && !mail.text.contains("By:"), "{}", mail.text);
    // Somebody who is gone gets nothing, and that is no failure: the end of the test looks for dead letters.
    let user = UserId::from_bits(99);
    for event in [
        Event::MemberRemoved { user, role: before },
        Event::PasswordChanged { user, by_reset: true },
        Event::MemberJoined { user, role: before, invitation: None },
    ] {
        assert_eq!(told(&app, &owner, Actor::User { id: owner.user }, event).await, Vec::new());
    }
}

#[tokio::test]
async fn stricter_rules_say_what_to_do_by_when_and_who_is_excepted() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let anna = member(&app, &owner, 5, "Anna", system(Role::ReadOnly)).await;
    let second = member(&app, &owner, 6, "Second", RoleName::OWNER).await;
    let mut gone = member(&app, &owner, 7, "Gone", system(Role::Member)).await;
    gone.active = false;
    let scope = scope(&app, &owner).await;
    app.system.store.of(&scope).checkpoint(&Versioned { value: gone, version: 1 }).await.unwrap();
    let by = Actor::User { id: owner.user };

    let any = Policy::default();
    let from = "2026-12-05T08:00:00Z".parse().unwrap();
    let required = Policy { second_factor: SecondFactor::Required { from }, ..any.clone() };
    let mails = told(&app, &owner, by, Event::PolicyChanged { before: any.clone(), after: required.clone() }).await;
    assert_eq!(recipients(&mails), [&*anna.email, OWNER, &*second.email].into());
    for mail in &mails {
        if mail.to == [OWNER] {
            assert_eq!(mail.subject, "The sign-in rules of acme changed", "who made them knows what to do");
            assert!(mail.text.contains("Two-step sign-in: needed from 5 December 2026, 08:00 UTC"), "{}", mail.text);
        } else {
            assert_eq!(mail.subject, "Set up two-step sign-in by 5 December 2026, 08:00 UTC");
            assert!(mail.text.contains("By: Owner of acme"), "{}", mail.text);
        }
    }

    let microsoft = Policy { sign_in: SignInWays::Microsoft { break_glass: second.user }, ..required.clone() };
    let mails = told(&app, &owner, by, Event::PolicyChanged { before: required, after: microsoft.clone() }).await;
    let subject = |to: &str| &*mails.iter().find(|mail| mail.to == [to]).unwrap().subject;
    assert_eq!(subject(&anna.email), "Sign in to Steward with Microsoft from now on");
    assert_eq!(subject(&second.email), "The sign-in rules of acme changed", "their password still works");

    // Looser rules concern who looks after the company.
    let mails = told(&app, &owner, by, Event::PolicyChanged { before: microsoft, after: any }).await;
    assert_eq!(recipients(&mails), [OWNER, &*second.email].into());
}

#[tokio::test]
async fn a_keys_letters_go_to_its_maker_and_what_concerns_safety_to_administrators_too() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let dev = member(&app, &owner, 5, "Dev", system(Role::Developer)).await;
    member(&app, &owner, 6, "Anna", system(Role::Member)).await;
    let now = app.clock.clock().now();
    let mut key = ApiKey {
        key: KeyId::from_bits(1),
        name: "Monthly report https://evil.example".into(),
        scopes: Permissions::NONE,
        created_by: dev.user,
        rotated_by: None,
        created_at: now,
        expires_at: Some((now + SignedDuration::from_hours(24 * 14)).as_second()),
        networks: Vec::new(),
        secret: TokenHash::of("secret"),
        old_secret: None,
        last_used_at: None,
        last_used_ip: None,
        revoked_at: None,
        warn_at: None,
    };
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    tenant.save(&key).await.unwrap();
    let id = key.key;
    let both = BTreeSet::from([OWNER, "dev@acme.example"]);
    let maker = BTreeSet::from(["dev@acme.example"]);
    let by_owner = Actor::User { id: owner.user };
    let created = Event::KeyCreated { key: id, scopes: Permissions::NONE, expires_at: None };
    let events = [
        (created, Actor::User { id: dev.user }, "1 new API key for acme", &both),
        (Event::KeyRotated { key: id, old_until: now }, by_owner, "1 API key of acme got a new secret", &maker),
        (Event::KeyExpiring { key: id, days: 14 }, Actor::System, "1 API key of acme ends in 14 days", &both),
        (Event::KeyRevoked { key: id, leaked: false }, by_owner, "1 API key of acme was revoked", &maker),
        (Event::KeyRevoked { key: id, leaked: true }, Actor::Visitor, "We revoked 1 API key of acme", &both),
    ];
    for (event, actor, subject, to) in events {
        let mails = told(&app, &owner, actor, event).await;
        assert_eq!((recipients(&mails), mails.len()), (to.clone(), to.len()), "{subject}");
        for mail in &mails {
            assert!(mail.subject.starts_with(subject), "{}", mail.subject);
            assert!(mail.text.contains("Monthly report") && !mail.html.contains("evil.example"), "{}", mail.text);
            assert!(!mail.text.contains("203.0.113.7"), "{}", mail.text);
        }
    }
    // Their own doing, and a key that is over.
    let own = told(&app, &owner, Actor::User { id: dev.user }, Event::KeyRevoked { key: id, leaked: false }).await;
    assert_eq!(own, Vec::new());
    key.revoked_at = Some(now);
    tenant.save(&key).await.unwrap();
    let late = told(&app, &owner, Actor::System, Event::KeyExpiring { key: id, days: 3 }).await;
    assert_eq!(late, Vec::new());
    // Who left gets nothing more.
    let left = Versioned { value: Member { active: false, ..dev }, version: 1 };
    tenant.checkpoint(&left).await.unwrap();
    let mails = told(&app, &owner, by_owner, Event::KeyRotated { key: id, old_until: now }).await;
    assert_eq!(mails, Vec::new());
}

/// Fails where the button of a mail leads elsewhere than to a path of the dashboard.
#[track_caller]
fn leads_to(mail: &Mail, path: &str) {
    let link = format!("http://127.0.0.1:8700{path}");
    assert!(mail.text.lines().any(|line| line == link), "{link}: {}", mail.text);
    assert!(mail.html.contains(&format!("href=\"{link}\"")), "{link}: {}", mail.html);
}

/// The receipt of a fix, or of its undo, that ended in this way.
async fn receipt(app: &App, owner: &Client<'_>, undone: bool, ended: impl FnOnce(&mut Fix)) -> Mail {
    let id: FixId = crate::fixes::any(app, owner).await.parse().unwrap();
    let scope = scope(app, owner).await;
    let tenant = app.system.store.of(&scope);
    let mut fix = tenant.get_strong::<Fix>(&id).await.unwrap().unwrap().value;
    ended(&mut fix);
    tenant.save(&fix).await.unwrap();
    let event = match undone {
        true => Event::FixUndone { fix: id, done: 0, failed: 0, calls: BTreeMap::new() },
        false => crate::fixes::finished(id, &[]),
    };
    only(&told(app, owner, Actor::System, event).await).clone()
}

#[tokio::test]
async fn a_receipt_promises_no_more_back_than_microsoft_gives_and_says_to_try_again_what_can_be() {
    let app = App::start().await;
    // What a fix freed is read of its items, and these have none.
    crate::fixes::silence(&app, &["insights-approve"]);
    let owner = app.tenant("acme").await;
    let says = |mail: &Mail, words: &str| {
        let html = mail.html.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(mail.text.contains(words) && html.contains(words), "{words}: {}", mail.text);
    };
    let never = |mail: &Mail, words: &str| assert!(!mail.text.contains(words) && !mail.html.contains(words), "{words}");
    let done = |done| Tally { done, ..Tally::default() };
    let condition = |need, changes| UndoCondition { need, changes };
    let (free, more) = (UndoNeed::FreeLicence, UndoNeed::MoreLicences);
    let while_free = "Microsoft gives a licence back only while one of its type is free.";

    let all = |fix: &mut Fix| (fix.tally, fix.undo_needs) = (done(4), vec![condition(free, 4)]);
    let mail = receipt(&app, &owner, false, all).await;
    says(&mail, "You can undo this: ");
    says(&mail, while_free);
    let some = |fix: &mut Fix| {
        (fix.tally, fix.undo_needs) = (done(4), vec![condition(free, 3), condition(more, 1)]);
        fix.undo = UndoClass::Until { days: 25 };
    };
    let mail = receipt(&app, &owner, false, some).await;
    says(&mail, "You can undo 3 of 4 changes until ");
    says(&mail, while_free);
    never(&mail, "There is nothing to do");
    // Which of them failed is not told by what their undo needs.
    let half = |fix: &mut Fix| {
        (fix.tally, fix.undo_needs) = (Tally { failed: 2, ..done(2) }, vec![condition(more, 1)]);
    };
    let mail = receipt(&app, &owner, false, half).await;
    says(&mail, "You can undo at least 1 of 2 changes. ");
    never(&mail, while_free);
    let none = |fix: &mut Fix| (fix.tally, fix.undo_needs) = (done(2), vec![condition(UndoNeed::BaseLicence, 2)]);
    let mail = receipt(&app, &owner, false, none).await;
    says(&mail, "As things are, Microsoft may not put this back.");
    never(&mail, "There is nothing to do");

    let again = "You can try again what could not be put back.";
    let left = |fix: &mut Fix| fix.undo_tally = Some(Tally { skipped: 2, ..Tally::default() });
    let mail = receipt(&app, &owner, true, left).await;
    says(&mail, "To put back what a later fix did again, undo that one.");
    never(&mail, again);
    let stopped = |fix: &mut Fix| {
        left(fix);
        fix.stopped = Some("consent_lost".into());
    };
    says(&receipt(&app, &owner, true, stopped).await, again);
    let refused = |fix: &mut Fix| fix.undo_tally = Some(Tally { failed: 1, ..done(1) });
    says(&receipt(&app, &owner, true, refused).await, again);
}

// That no mail of any test names none, or another one, is looked at where each test ends.
#[tokio::test]
async fn a_link_to_what_is_a_companys_names_it_and_one_to_an_account_names_none() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.scanned("acme", app.only_directory()).await;
    let company = format!("?company={}", owner.tenant);
    let scanned = app.inbox().into_iter().find(|mail| mail.text.contains("/savings/")).expect("a result");
    leads_to(&scanned, &format!("/{company}"));
    let findings: Vec<&str> = scanned.text.split_whitespace().filter(|word| word.contains("/savings/")).collect();
    assert!(!findings.is_empty() && findings.iter().all(|link| link.ends_with(&company)), "{findings:?}");

    let anna = member(&app, &owner, 5, "Anna", system(Role::Member)).await;
    let (user, role) = (anna.user, anna.role);
    let reason = "AADSTS65001".to_owned();
    let events = [
        (Event::MemberRoleChanged { user, before: role, after: role }, format!("/{company}")),
        (Event::MemberJoined { user, role, invitation: None }, format!("/team{company}")),
        (Event::ConnectionLost { directory: app.only_directory(), reason }, format!("/connect{company}")),
        (Event::FactorsReset { user, before: Vec::new(), operator: None }, "/account/security".into()),
        // They are not let in any more: elsewhere they may be.
        (Event::MemberDeactivated { user, operator: None }, "/".into()),
        (Event::MemberRemoved { user, role }, "/".into()),
    ];
    for (event, path) in events {
        let mails = told(&app, &owner, Actor::User { id: owner.user }, event).await;
        leads_to(only(&mails), &path);
    }
}

/// What was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_token_is_in_the_table_the_dead_letters_or_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::INFO)
        .with_writer(move || writer.clone())
        .finish();
    // Each test is a process of its own under nextest; elsewhere the log of others is looked through as well.
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let store = &app.system.store;
    let faults = [MailFault::Rejected, MailFault::Unavailable, MailFault::AnswerLost, MailFault::TooManyRequests];
    for fault in faults {
        app.system.aws.fail_next_mail(fault);
        store.request_password_reset(OWNER.into(), Origin::SYSTEM).await.unwrap();
        app.pump().await;
    }
    for _ in 0..5 {
        app.system.aws.fail_next_mail(MailFault::Paused);
    }
    app.expect_dead_letters();
    let scope = acting(&app, &owner, Actor::User { id: owner.user }).await;
    let session = store.sessions(owner.user).await.unwrap().remove(0);
    store.request_email_change(&scope, &session, OWNER.into(), "anna@northwind.example".into()).await.unwrap();
    app.pump().await;
    let dead = app.system.bus().dead_letters().unwrap();
    assert_eq!(dead.len(), 1);
    assert_eq!(app.system.bus().redrive_all().unwrap(), 1);
    app.pump().await;

    let mut tokens: Vec<String> =
        app.inbox().iter().filter(|mail| mail.text.contains("#token=")).map(link_token).collect();
    tokens.push(owner.refresh.clone());
    assert!(tokens.len() > 5, "{}", tokens.len());
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("WARN") || log.contains("ERROR"), "the failures were logged: {log}");
    let table = crate::table::items(&app).await.join("\n");
    let letters: String = dead.iter().map(|letter| format!("{} {}", letter.event, letter.cause)).collect();
    for token in tokens {
        let secret = token.split_once('_').unwrap().1;
        for (place, text) in [("log", &log), ("table", &table), ("dead letters", &letters)] {
            assert!(!text.contains(secret), "a token is in the {place}");
        }
        assert!(!log.contains("anna@northwind"), "nor is an address in the log");
    }
    assert!(!log.contains(PASSWORD));
}
