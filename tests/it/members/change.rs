//! `members-change`.

use futures::future::join;
use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::App;

use super::{assert_counts, change, company, matched, member, newest_event, set_company};
use crate::table::items;

#[tokio::test]
async fn a_change_names_the_version_it_is_meant_for() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = super::join(&app, &owner, "ben@acme.example", "member").await;
    let path = format!("/v1/members/{}", ben.user);
    let body = json!({ "role": "developer" });
    let before = items(&app).await;
    matched(&app, &owner, Method::PATCH, &path, None, Some(&body)).await.expect_problem(428, "precondition_required");
    for stale in ["\"0\"", "\"2\"", "1", "W/\"1\"", ""] {
        matched(&app, &owner, Method::PATCH, &path, Some(stale), Some(&body)).await.expect_problem(412, "stale");
    }
    for bad in [json!({}), json!({ "role": "member", "active": true }), json!({ "role": null })] {
        matched(&app, &owner, Method::PATCH, &path, Some("*"), Some(&bad)).await.expect_problem(422, "invalid");
    }
    assert_eq!(items(&app).await, before);
    let listed = member(&owner, &ben.user.to_string()).await;
    let etag = listed["etag"].as_str().unwrap();
    let answer = matched(&app, &owner, Method::PATCH, &path, Some(etag), Some(&body)).await;
    let changed: Value = answer.expect(200);
    assert_eq!((&changed["role"], &changed["role_name"]), (&json!("developer"), &json!("developer")));
    assert_eq!(answer.headers["etag"].to_str().unwrap(), changed["etag"]);
    assert_eq!(changed, member(&owner, &ben.user.to_string()).await);
    let event = newest_event(&owner).await;
    let wanted = json!({ "kind": "member.role_changed", "user": ben.user, "before": "member", "after": "developer" });
    assert_eq!(event, wanted);
    matched(&app, &owner, Method::PATCH, &path, Some(etag), Some(&body)).await.expect_problem(412, "stale");
    // What is so already is no change and no entry.
    let same = change(&app, &owner, &ben, body).await;
    assert_eq!(same.json()["etag"], changed["etag"]);
    app.pump().await;
}

#[tokio::test]
async fn who_is_deactivated_is_out_at_once_and_comes_back_by_signing_in_only() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = super::join(&app, &owner, "ben@acme.example", "member").await;
    ben.get("/v1/me").await.expect::<Value>(200);
    let out: Value = change(&app, &owner, &ben, json!({ "active": false })).await.expect(200);
    assert_eq!(out["active"], false);
    ben.get("/v1/me").await.expect_problem(401, "invalid_token");
    let refresh = json!({ "refresh_token": ben.refresh });
    app.post("/v1/refresh", refresh.clone()).await.expect_problem(401, "invalid_token");
    assert_eq!(newest_event(&owner).await, json!({ "kind": "member.deactivated", "user": ben.user }));
    let sign_in = json!({ "email": "ben@acme.example", "password": tests::PASSWORD });
    app.post("/v1/sign-in", sign_in).await.expect_problem(401, "sign_in_refused");
    assert_eq!(newest_event(&owner).await["kind"], "user.sign_in_failed");
    assert_eq!(company(&app, owner.tenant).await.seats, 2, "the seat stays theirs");

    change(&app, &owner, &ben, json!({ "active": true })).await.expect::<Value>(200);
    assert_eq!(newest_event(&owner).await, json!({ "kind": "member.reactivated", "user": ben.user }));
    ben.get("/v1/me").await.expect_problem(401, "invalid_token");
    app.post("/v1/refresh", refresh).await.expect_problem(401, "invalid_token");
    app.sign_in("ben@acme.example").await.get("/v1/me").await.expect::<Value>(200);
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn another_role_holds_at_once_and_tokens_of_the_old_one_are_refused() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = super::join(&app, &owner, "ben@acme.example", "admin").await;
    ben.get("/v1/events").await.expect::<Value>(200);
    change(&app, &owner, &ben, json!({ "role": "read_only" })).await.expect::<Value>(200);
    ben.get("/v1/events").await.expect_problem(401, "invalid_token");
    let tokens: Value = app.post("/v1/refresh", json!({ "refresh_token": ben.refresh })).await.expect(200);
    let fresh = tokens["access_token"].as_str();
    app.call(Method::GET, "/v1/events", fresh, None).await.expect_problem(403, "forbidden");
    app.call(Method::GET, "/v1/findings", fresh, None).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn nobody_changes_who_holds_more_nor_gives_what_they_do_not_hold() {
    const ROLES: [&str; 5] = ["owner", "admin", "developer", "member", "read_only"];
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let mut team = Vec::new();
    for role in ROLES {
        team.push(super::join(&app, &owner, &format!("a-{}@acme.example", role.replace('_', "")), role).await);
    }
    // Reviewed: an owner does all; an admin changes anybody but owners, into anything but an owner; the others nothing.
    let may = |actor: usize, target: usize, role: usize| match actor {
        0 => true,
        1 => target != 0 && role != 0,
        _ => false,
    };
    for (a, actor) in ROLES.iter().enumerate() {
        for (t, target) in ROLES.iter().enumerate().filter(|(t, _)| *t != a) {
            for (r, role) in ROLES.iter().enumerate() {
                let who = app.sign_in(&format!("a-{}@acme.example", actor.replace('_', ""))).await;
                let answer = change(&app, &who, &team[t], json!({ "role": role })).await;
                let case = format!("{actor} makes {target} {role}");
                if may(a, t, r) {
                    assert_eq!(answer.status, 200, "{case}");
                    change(&app, &owner, &team[t], json!({ "role": target })).await.expect::<Value>(200);
                } else {
                    let code = if a < 2 { "more_than_you_have" } else { "forbidden" };
                    assert_eq!((answer.status.as_u16(), answer.json()["code"].as_str()), (403, Some(code)), "{case}");
                }
            }
        }
        // Nobody raises themselves.
        let who = app.sign_in(&format!("a-{}@acme.example", actor.replace('_', ""))).await;
        let answer = change(&app, &who, &team[a], json!({ "role": "owner" })).await;
        assert_eq!(answer.status == 200, a == 0, "{actor}");
    }
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn a_role_of_few_rights_changes_only_who_has_fewer() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let body = json!({ "name": "Recruiters", "permissions": ["members:read", "members:manage"] });
    let role = owner.post("/v1/roles", body).await.json()["role"].as_str().unwrap().to_owned();
    let recruiter = super::join(&app, &owner, "recruiter@acme.example", &role).await;
    let looker = super::join(&app, &owner, "looker@acme.example", "read_only").await;
    for body in [json!({ "active": false }), json!({ "role": role }), json!({ "role": "read_only" })] {
        change(&app, &recruiter, &looker, body).await.expect_problem(403, "more_than_you_have");
    }
    change(&app, &owner, &looker, json!({ "role": role })).await.expect::<Value>(200);
    change(&app, &recruiter, &looker, json!({ "role": "read_only" })).await.expect_problem(403, "more_than_you_have");
    change(&app, &recruiter, &looker, json!({ "active": false })).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn a_company_keeps_an_owner_who_gets_in() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    for body in [json!({ "role": "admin" }), json!({ "active": false })] {
        change(&app, &owner, &owner, body).await.expect_problem(409, "last_owner");
    }
    let second = super::join(&app, &owner, "second@acme.example", "owner").await;
    change(&app, &owner, &second, json!({ "active": false })).await.expect::<Value>(200);
    assert_eq!(company(&app, owner.tenant).await.owners, 1, "an owner who is out does not count");
    change(&app, &owner, &owner, json!({ "role": "admin" })).await.expect_problem(409, "last_owner");
    change(&app, &owner, &second, json!({ "active": true })).await.expect::<Value>(200);
    // The one who is left when Microsoft does not work stays.
    set_company(&app, owner.tenant, |company| {
        company.policy.sign_in = model::policy::SignInWays::Microsoft { break_glass: owner.user };
    })
    .await;
    for body in [json!({ "role": "admin" }), json!({ "active": false })] {
        change(&app, &owner, &owner, body).await.expect_problem(409, "in_use");
    }
    set_company(&app, owner.tenant, |company| company.policy = model::Policy::default()).await;
    change(&app, &owner, &owner, json!({ "role": "admin" })).await.expect::<Value>(200);
    assert_counts(&app, owner.tenant).await;
    app.pump().await;
}

#[tokio::test]
async fn of_two_owners_who_demote_each_other_at_once_one_stays() {
    let app = App::start().await;
    let first = app.tenant("acme").await;
    let second = super::join(&app, &first, "second@acme.example", "owner").await;
    for round in 0..20 {
        let (first, second) = (app.sign_in("owner@acme.example").await, app.sign_in("second@acme.example").await);
        let body = json!({ "role": "admin" });
        let (one, two) = if round % 2 == 0 {
            join(change(&app, &first, &second, body.clone()), change(&app, &second, &first, body)).await
        } else {
            let (two, one) =
                join(change(&app, &second, &first, body.clone()), change(&app, &first, &second, body)).await;
            (one, two)
        };
        let won = [&one, &two].iter().filter(|answer| answer.status == 200).count();
        assert_eq!(won, 1, "round {round}: {} {}", one.status, two.status);
        assert_eq!(company(&app, first.tenant).await.owners, 1);
        assert_counts(&app, first.tenant).await;
        let (left, back) = if one.status == 200 { (&first, &second) } else { (&second, &first) };
        change(&app, left, back, json!({ "role": "owner" })).await.expect::<Value>(200);
    }
    let _ = second;
    app.pump().await;
}

#[tokio::test]
async fn what_takes_a_recent_proof_is_given_by_who_proved_lately_who_they_are() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = super::join(&app, &owner, "ben@acme.example", "member").await;
    app.clock.advance(SignedDuration::from_mins(11));
    for role in ["owner", "admin", "developer"] {
        change(&app, &owner, &ben, json!({ "role": role })).await.expect_problem(403, "proof_too_old");
    }
    change(&app, &owner, &ben, json!({ "role": "read_only" })).await.expect::<Value>(200);
    let fresh = app.sign_in("owner@acme.example").await;
    change(&app, &fresh, &ben, json!({ "role": "owner" })).await.expect::<Value>(200);
    app.pump().await;
}

#[tokio::test]
async fn whoever_has_a_role_that_takes_a_recent_proof_is_let_in_again_on_one() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let admin = super::join(&app, &owner, "admin@acme.example", "admin").await;
    let ben = super::join(&app, &owner, "ben@acme.example", "member").await;
    app.clock.advance(SignedDuration::from_mins(11));
    for member in [&admin, &ben] {
        change(&app, &owner, member, json!({ "active": false })).await.expect::<Value>(200);
    }
    change(&app, &owner, &admin, json!({ "active": true })).await.expect_problem(403, "proof_too_old");
    change(&app, &owner, &ben, json!({ "active": true })).await.expect::<Value>(200);
    let fresh = app.sign_in("owner@acme.example").await;
    change(&app, &fresh, &admin, json!({ "active": true })).await.expect::<Value>(200);
    app.sign_in("admin@acme.example").await.get("/v1/tenant").await.expect::<Value>(200);
    app.pump().await;
}
