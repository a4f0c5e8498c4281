//! `members-invite`.

use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::App;

use super::{accept, assert_counts, change, company, invite, join, link, newest_event, remove, set_company};
use crate::table::{count, items};

const PATH: &str = "/v1/invitations";

#[tokio::test]
async fn who_is_invited_joins_with_the_role_they_were_asked_for() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let asked = invite(&owner, " Ben@Acme.Example ", "developer").await;
    assert_eq!(asked["email"], "ben@acme.example", "one mailbox has one form");
    assert_eq!((&asked["status"], &asked["role"]), (&json!("pending"), &json!("developer")));
    assert_eq!(asked["expires_at"], "2026-11-23T08:00:00Z", "48 hours");
    let event = newest_event(&owner).await;
    assert_eq!(
        event,
        json!({ "kind": "member.invited", "invitation": asked["invitation"], "role": "developer", "resent": false })
    );
    assert_counts(&app, owner.tenant).await;

    let link = link(&app, owner.tenant, "ben@acme.example").await;
    let joined: Value = accept(&app, &link).await.expect(201);
    app.pump().await;
    let ben = app.sign_in("ben@acme.example").await;
    assert_eq!((&joined["tenant"], &joined["user"]), (&json!(ben.tenant), &json!(ben.user)));
    let me: Value = ben.get("/v1/me").await.expect(200);
    assert_eq!((&me["role"], &me["name"]), (&json!("developer"), &json!("Ben Dahl")));
    assert_eq!(count(&app, &["kind=S(\"member.joined\")", &ben.user.to_string()]).await, 1);
    assert_eq!(count(&app, &[&link]).await, 0, "no link is kept");
    assert_counts(&app, owner.tenant).await;
    assert_eq!(company(&app, owner.tenant).await.seats, 2, "the seat passed on");
}

#[tokio::test]
async fn nobody_invites_with_more_than_they_hold() {
    // Who (row) may invite with which role (column), as reviewed: owner, admin, developer, member, read_only, scouts.
    const MAY: [(&str, [bool; 6]); 6] = [
        ("owner", [true, true, true, true, true, true]),
        ("admin", [false, true, true, true, true, true]),
        ("developer", [false; 6]),
        ("member", [false; 6]),
        ("read_only", [false; 6]),
        // members:read and members:manage alone: only a role of no more than that.
        ("recruiters", [false, false, false, false, false, true]),
    ];
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let role = async |name: &str, permissions: &[&str]| -> String {
        let body = json!({ "name": name, "permissions": permissions });
        owner.post("/v1/roles", body).await.expect::<Value>(201)["role"].as_str().unwrap().to_owned()
    };
    let recruiters = role("Recruiters", &["members:read", "members:manage"]).await;
    let scouts = role("Scouts", &["members:read"]).await;
    set_company(&app, owner.tenant, |company| company.seat_limit = 100).await;
    for (row, (actor, may)) in MAY.iter().enumerate() {
        let named = if *actor == "recruiters" { &recruiters } else { *actor };
        let actor = join(&app, &owner, &format!("a-{}@acme.example", actor.replace('_', "")), named).await;
        let columns = ["owner", "admin", "developer", "member", "read_only", &scouts];
        for (column, wanted) in columns.iter().enumerate() {
            let before = items(&app).await;
            let body = json!({ "email": format!("guest{row}{column}@acme.example"), "role": wanted });
            let answer = actor.post(PATH, body).await;
            if may[column] {
                answer.expect::<Value>(202);
                continue;
            }
            let lacks_all = matches!(row, 2..=4);
            answer.expect_problem(403, if lacks_all { "forbidden" } else { "more_than_you_have" });
            assert_eq!(items(&app).await, before, "{named} {wanted}: nothing is reserved or counted");
        }
    }
    let unknown = json!({ "email": "guest@acme.example", "role": "rol_00000000000000000000000000" });
    let answer = owner.post(PATH, unknown).await;
    answer.expect_problem(422, "invalid");
    assert_eq!(answer.json()["errors"][0]["code"], "no_such_role");
    app.pump().await;
}

#[tokio::test]
async fn of_racing_invitations_exactly_as_many_win_as_there_are_seats() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    for round in 0..6u32 {
        let used = company(&app, owner.tenant).await.seats;
        let free = 1 + round % 2;
        set_company(&app, owner.tenant, |company| company.seat_limit = used + free).await;
        // As many at once as the limit of a company tells apart from a flood.
        let bodies: Vec<Value> = (0..4)
            .map(|guest| json!({ "email": format!("guest{round}{guest}@acme.example"), "role": "member" }))
            .collect();
        let answers = join_all(bodies.iter().map(|body| owner.post(PATH, body.clone()))).await;
        let won = answers.iter().filter(|answer| answer.status == 202).count();
        assert_eq!(won, free as usize, "round {round}");
        for answer in answers.iter().filter(|answer| answer.status != 202) {
            answer.expect_problem(402, "plan_limit_reached");
            assert_eq!((&answer.json()["limit"], &answer.json()["used"]), (&json!(used + free), &json!(used + free)));
        }
        assert_counts(&app, owner.tenant).await;
    }
    app.pump().await;
}

#[tokio::test]
async fn an_address_is_invited_once_and_asking_again_kills_the_link_before() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let first = invite(&owner, "ben@acme.example", "member").await;
    let old = link(&app, owner.tenant, "ben@acme.example").await;
    app.clock.advance(SignedDuration::from_secs(61));
    let second = invite(&owner, "BEN@acme.example", "admin").await;
    assert_eq!(first["invitation"], second["invitation"]);
    assert_eq!(company(&app, owner.tenant).await.seats, 2, "one seat");
    accept(&app, &old).await.expect_problem(410, "link_not_good");
    let new = link(&app, owner.tenant, "ben@acme.example").await;
    accept(&app, &new).await.expect::<Value>(201);
    assert_eq!(app.sign_in("ben@acme.example").await.get("/v1/me").await.json()["role"], "admin");

    app.clock.advance(SignedDuration::from_secs(61));
    let body = json!({ "email": "ben@acme.example", "role": "member" });
    owner.post(PATH, body).await.expect_problem(409, "taken");
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn one_company_does_not_learn_from_inviting_who_has_an_account() {
    let app = App::start().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    // The first of a company finds its limit idle, which is one call less.
    invite(&acme, "first@acme.example", "member").await;
    app.pump().await;
    let mut told = Vec::new();
    for email in ["owner@other.example", "nobody@other.example"] {
        let answer = acme.post(PATH, json!({ "email": email, "role": "member" })).await;
        let mut view: Value = answer.expect(202);
        for own in ["invitation", "email"] {
            view.as_object_mut().unwrap().remove(own);
        }
        let (trips, _, _) = answer.cost();
        told.push((view, trips));
    }
    assert_eq!(told[0], told[1], "the same answer by the same course of work");
    // What another company does with the address does not count against this one, and does not show.
    let again = json!({ "email": "nobody@other.example", "role": "member" });
    other.post(PATH, again.clone()).await.expect::<Value>(202);
    acme.post(PATH, again).await.expect_problem(429, "too_many_requests");
    app.pump().await;
}

#[tokio::test]
async fn a_mailbox_is_not_flooded() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let body = json!({ "email": "ben@acme.example", "role": "member" });
    for _ in 0..5 {
        owner.post(PATH, body.clone()).await.expect::<Value>(202);
        let again = owner.post(PATH, body.clone()).await;
        again.expect_problem(429, "too_many_requests");
        assert_eq!(again.headers["retry-after"], "60");
        assert_eq!(again.json()["violated-policies"], json!(["invitation-again"]));
        app.clock.advance(SignedDuration::from_secs(60));
    }
    let sixth = owner.post(PATH, body).await;
    sixth.expect_problem(429, "too_many_requests");
    assert_eq!(sixth.json()["violated-policies"], json!(["invitation"]));
    assert_eq!(count(&app, &["kind=S(\"member.invited\")"]).await, 5);
    app.pump().await;
}

#[tokio::test]
async fn an_invitation_that_is_too_old_gives_its_seat_to_the_next_and_takes_one_when_sent_again() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    set_company(&app, owner.tenant, |company| company.seat_limit = 2).await;
    let old = invite(&owner, "late@acme.example", "member").await;
    let full = json!({ "email": "ben@acme.example", "role": "member" });
    let refused = owner.post(PATH, full.clone()).await;
    refused.expect_problem(402, "plan_limit_reached");
    let told = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(told.contains("places in the team") && !told.contains("seat"), "{told}");
    app.clock.advance(SignedDuration::from_hours(48));
    let owner = app.sign_in("owner@acme.example").await;
    owner.post(PATH, full).await.expect::<Value>(202);
    assert_counts(&app, owner.tenant).await;
    assert_eq!(company(&app, owner.tenant).await.seats, 2);

    let resend = format!("/v1/invitations/{}/resend", old["invitation"].as_str().unwrap());
    owner.act(&resend).await.expect_problem(402, "plan_limit_reached");
    set_company(&app, owner.tenant, |company| company.seat_limit = 3).await;
    owner.act(&resend).await.expect::<Value>(202);
    assert_counts(&app, owner.tenant).await;
    assert_eq!(company(&app, owner.tenant).await.seats, 3);
    app.pump().await;
}

#[tokio::test]
async fn what_no_mail_reaches_is_no_invitation() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let before = items(&app).await;
    for bad in ["", "ben", "ben@", "@acme.example", "a\r\nbcc:x@y.example", "<ben@acme.example>", "a b@acme.example"] {
        let answer = owner.post(PATH, json!({ "email": bad, "role": "member" })).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/email", "{bad}");
    }
    for bad in ["Owner", "", "root", "rol_", "usr_00000000000000000000000000", "owner\u{0}"] {
        owner.post(PATH, json!({ "email": "ben@acme.example", "role": bad })).await.expect_problem(400, "bad_body");
    }
    assert_eq!(items(&app).await, before);
}

#[tokio::test]
async fn a_member_who_was_removed_or_demoted_invites_nobody() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "admin").await;
    change(&app, &owner, &ben, json!({ "role": "member" })).await.expect::<Value>(200);
    let body = json!({ "email": "eve@acme.example", "role": "read_only" });
    ben.post(PATH, body.clone()).await.expect_problem(401, "invalid_token");
    let ben = app.sign_in("ben@acme.example").await;
    ben.post(PATH, body.clone()).await.expect_problem(403, "forbidden");
    assert_eq!(remove(&app, &owner, &ben).await.status, 204);
    ben.post(PATH, body).await.expect_problem(401, "invalid_token");
    app.pump().await;
}

#[tokio::test]
async fn what_takes_a_recent_proof_is_offered_by_who_proved_lately_who_they_are() {
    const PROVED: [&str; 5] = ["tenant:manage", "members:manage", "roles:manage", "keys:manage", "fixes:apply"];
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let all: Vec<&str> = model::Permission::ALL.iter().map(|one| one.as_str()).collect();
    app.clock.advance(SignedDuration::from_mins(11));
    // Making a role gives nobody anything.
    let role = async |name: &str, permissions: &[&str]| -> String {
        let body = json!({ "name": name, "permissions": permissions });
        owner.post("/v1/roles", body).await.expect::<Value>(201)["role"].as_str().unwrap().to_owned()
    };
    let mut proved: Vec<String> = ["owner", "admin", "developer"].map(str::to_owned).into();
    for (number, permission) in PROVED.into_iter().enumerate() {
        proved.push(role(&format!("Proved {number}"), &["scans:read", permission]).await);
    }
    let but = |left_out: &[&str]| -> Vec<&str> {
        all.iter().copied().filter(|permission| !left_out.contains(permission)).collect()
    };
    proved.push(role("All but members", &but(&["members:manage"])).await);
    let others = role("All that takes no proof", &but(&PROVED)).await;
    for role in &proved {
        let body = json!({ "email": "eve@evil.example", "role": role });
        owner.post(PATH, body).await.expect_problem(403, "proof_too_old");
    }
    invite(&owner, "eve@acme.example", "member").await;
    invite(&owner, "cleo@acme.example", &others).await;
    let fresh = app.sign_in("owner@acme.example").await;
    invite(&fresh, "ben@acme.example", "owner").await;
    invite(&fresh, "dora@acme.example", &proved[7]).await;
    app.pump().await;
}
