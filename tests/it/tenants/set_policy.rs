//! `tenants-set-policy`.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::SignedDuration;
use model::{Permission, Permissions, PersonId, Role};
use serde_json::{Value, json};
use tests::{App, Client, directory};

use super::policy::{PATH, change_policy, put_policy};
use crate::{
    at_microsoft::{client, link, people, sign_in},
    microsoft::{administrator, count},
    table,
};

/// An owner with a linked work account, and that account.
async fn connected(app: &App) -> (Client<'_>, PersonId) {
    let directory = app.only_directory();
    let owner = app.scanned("northwind", directory).await;
    let person = administrator(app, directory);
    assert_eq!(link(app, &owner, person).await.status, 204);
    app.pump().await;
    app.microsoft().set_claim(person, "amr", json!(["pwd", "mfa"]));
    (owner, person)
}

/// Gives the owner of northwind a second factor, as setting one up does.
async fn with_second_factor(app: &App) {
    let yes = AttributeValue::Bool(true);
    table::set(app, ("EMAIL#owner@northwind.example", "EMAIL"), "second_factor", yes).await;
}

fn microsoft_only(break_glass: &Client<'_>) -> Value {
    json!({ "sign_in": { "by": "microsoft", "break_glass": break_glass.user } })
}

#[tokio::test]
async fn a_change_names_the_version_it_changes_and_is_told_with_before_and_after() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let policy: Value = owner.get(PATH).await.expect(200);
    put_policy(&app, &owner, None, &policy).await.expect_problem(428, "precondition_required");
    for etag in ["\"2\"", "1", "*", "W/\"1\"", ""] {
        put_policy(&app, &owner, Some(etag), &policy).await.expect_problem(412, "stale");
    }
    // The same again is no change.
    put_policy(&app, &owner, Some("\"1\""), &policy).await.expect::<Value>(200);
    assert_eq!(count(&owner, "policy.changed").await, 0);
    let join = json!({ "who": "directory", "role": "read_only" });
    let answer = change_policy(&app, &owner, json!({ "join": join })).await;
    assert_eq!(answer.headers["etag"], "\"2\"");
    assert_eq!(answer.expect::<Value>(200)["join"], join);
    assert_eq!(owner.get(PATH).await.expect::<Value>(200)["join"], join);
    let log: Value = owner.get("/v1/events?limit=1").await.expect(200);
    let event = &log["items"][0]["event"];
    assert_eq!((event["before"]["join"]["who"].as_str(), &event["after"]["join"]), (Some("nobody"), &join));
    // Of two over one version one wins.
    let [a, b] = ["member", "developer"].map(|role| {
        let mut next = policy.clone();
        next["join"] = json!({ "who": "directory", "role": role });
        next
    });
    let (a, b) = tokio::join!(put_policy(&app, &owner, Some("\"2\""), &a), put_policy(&app, &owner, Some("\"2\""), &b));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    app.pump().await;
}

#[tokio::test]
async fn nobody_joins_as_owner_or_administrator_or_in_a_role_there_is_not() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let own = async |name: &str, permission: &str| -> String {
        let body = json!({ "name": name, "permissions": ["findings:read", permission] });
        owner.post("/v1/roles", body).await.expect::<Value>(201)["role"].as_str().unwrap().to_owned()
    };
    let (recruiters, makers) = (own("Recruiters", "members:manage").await, own("Makers", "roles:manage").await);
    for role in ["owner", "admin", "rol_00000000000000000000000000", &recruiters, &makers] {
        let answer = change_policy(&app, &owner, json!({ "join": { "who": "directory", "role": role } })).await;
        answer.expect_problem(422, "invalid");
        assert_eq!(answer.json()["errors"][0]["pointer"], "/join/role");
    }
    change_policy(&app, &owner, json!({ "join": { "who": "everybody" } })).await.expect_problem(400, "bad_body");
    let mut incomplete: Value = owner.get(PATH).await.expect(200);
    incomplete.as_object_mut().unwrap().remove("sign_in");
    put_policy(&app, &owner, Some("\"1\""), &incomplete).await.expect_problem(400, "bad_body");
    assert_eq!(count(&owner, "policy.changed").await, 0);
    app.pump().await;
}

#[tokio::test]
async fn nobody_joins_in_a_role_that_came_to_manage_members_or_roles() {
    let app = App::of(directory(1, 30)).await;
    let directory = app.only_directory();
    let (owner, _) = connected(&app).await;
    let body = json!({ "name": "Readers", "permissions": ["findings:read"] });
    let role: Value = owner.post("/v1/roles", body).await.expect(201);
    let join = json!({ "join": { "who": "directory", "role": role["role"] } });
    change_policy(&app, &owner, join).await.expect::<Value>(200);
    let colleague = people(&app, directory, 1).remove(0);
    let holds = async |permission: Permission| {
        let allowed = Permissions::NONE.with(permission);
        crate::members::set_company(&app, owner.tenant, |company| company.roles[0].permissions = allowed).await;
    };
    // As roles were kept when only owners and administrators were looked at, by their names.
    for wide in [Permission::ManageMembers, Permission::ManageRoles] {
        holds(wide).await;
        sign_in(&app, colleague.id).await.expect_problem(403, "not_a_member");
    }
    assert_eq!(count(&owner, "member.joined").await, 0);
    holds(Permission::ReadFindings).await;
    let me: Value = client(&app, colleague.id).await.get("/v1/me").await.expect(200);
    assert_eq!(me["role"], role["role"]);
    app.pump().await;
}

#[tokio::test]
async fn sensitive_as_it_is_it_asks_for_a_recent_proof_and_the_right() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = table::scope(&app, &owner).await;
    table::set_role(&app, &scope, &owner, Role::Developer).await;
    change_policy(&app, &owner, json!({})).await.expect_problem(403, "forbidden");
    table::set_role(&app, &scope, &owner, Role::Owner).await;
    app.clock.advance(SignedDuration::from_mins(11));
    change_policy(&app, &owner, json!({})).await.expect_problem(403, "proof_too_old");
}

#[tokio::test]
async fn a_second_factor_is_demanded_by_who_has_one_and_after_a_grace() {
    let app = App::of(directory(1, 30)).await;
    let (owner, person) = connected(&app).await;
    let demand = |from: jiff::Timestamp| json!({ "second_factor": { "is": "required", "from": from } });
    let now: jiff::Timestamp = tests::BEGIN.parse().unwrap();
    let soon = now + SignedDuration::from_hours(24 * 7);
    change_policy(&app, &owner, demand(soon)).await.expect_problem(403, "second_factor_required");
    // Without a word of Entra's a work account is no second factor.
    app.microsoft().set_claim(person, "amr", Value::Null);
    let plain = client(&app, person).await;
    change_policy(&app, &plain, demand(soon)).await.expect_problem(403, "second_factor_required");
    app.microsoft().set_claim(person, "amr", json!(["pwd", "mfa"]));
    let strong = client(&app, person).await;
    let late = change_policy(&app, &strong, demand(now + SignedDuration::from_hours(24 * 31))).await;
    late.expect_problem(422, "invalid");
    assert_eq!(late.json()["errors"][0]["pointer"], "/second_factor/from");
    change_policy(&app, &strong, demand(soon)).await.expect::<Value>(200);

    // In the grace everybody works; from its end on only who came in with one.
    owner.get("/v1/members").await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_hours(24 * 7));
    for (who, works) in [("password", false), ("microsoft", false), ("microsoft with mfa", true)] {
        app.microsoft().set_claim(person, "amr", if works { json!(["mfa"]) } else { json!(["pwd"]) });
        let there =
            if who == "password" { app.sign_in("owner@northwind.example").await } else { client(&app, person).await };
        let answer = there.get("/v1/members").await;
        match works {
            true => assert_eq!(answer.status, 200, "{who}"),
            false => answer.expect_problem(403, "second_factor_required"),
        }
        // What one needs to set one up stays open.
        there.get("/v1/me").await.expect::<Value>(200);
    }
}

#[tokio::test]
async fn microsoft_only_locks_passwords_out_at_once_but_not_the_one_owner_for_emergencies() {
    let app = App::of(directory(1, 30)).await;
    let directory = app.only_directory();
    let (owner, person) = connected(&app).await;
    let refused = async |client: &Client<'_>, status, code| {
        change_policy(&app, client, microsoft_only(&owner)).await.expect_problem(status, code);
    };
    refused(&owner, 403, "microsoft_only").await;
    let admin = client(&app, person).await;
    refused(&admin, 422, "invalid").await;
    with_second_factor(&app).await;
    let stranger = app.tenant("contoso").await;
    for nobody in [&stranger] {
        change_policy(&app, &admin, microsoft_only(nobody)).await.expect_problem(422, "invalid");
    }
    // Somebody who joined is no owner.
    let join = json!({ "join": { "who": "directory", "role": "member" } });
    change_policy(&app, &admin, join).await.expect::<Value>(200);
    let colleague = people(&app, directory, 1).remove(0);
    let member = client(&app, colleague.id).await;
    change_policy(&app, &admin, microsoft_only(&member)).await.expect_problem(422, "invalid");

    // A second owner with a password, to be locked out: the member, given a session that says so.
    let by_password = member;
    let session = table::session(&by_password);
    let amr = AttributeValue::L(vec![AttributeValue::S("pwd".into())]);
    let place = (format!("USER#{}", by_password.user), format!("SESSION#{session}"));
    table::set(&app, (&place.0, &place.1), "amr", amr).await;
    by_password.get("/v1/me").await.expect::<Value>(200);
    let refresh = async |client: &Client<'_>| app.post("/v1/refresh", json!({ "refresh_token": client.refresh })).await;
    refresh(&by_password).await.expect::<Value>(200);

    change_policy(&app, &admin, microsoft_only(&owner)).await.expect::<Value>(200);
    for path in ["/v1/me", "/v1/members", "/v1/policy"] {
        by_password.get(path).await.expect_problem(403, "microsoft_only");
        owner.get(path).await.expect::<Value>(200);
        admin.get(path).await.expect::<Value>(200);
    }
    client(&app, colleague.id).await.get("/v1/members").await.expect::<Value>(200);
    // A session that is not let in ends when it is to be renewed, with the token of before as well; the others go on.
    refresh(&by_password).await.expect_problem(401, "invalid_token");
    by_password.get("/v1/me").await.expect_problem(401, "invalid_token");
    for client in [&owner, &admin] {
        refresh(client).await.expect::<Value>(200);
    }
    assert_eq!(count(&owner, "token.reuse_detected").await, 0);

    // Who may only come in with Microsoft does not give that up; who may do otherwise does.
    let of_directory = format!("/v1/me/microsoft/{directory}");
    let colleague = client(&app, colleague.id).await;
    colleague.delete(&of_directory).await.expect_problem(409, "last_way_in");
    // Without the connection it cannot be asked for, and it can be given up.
    assert_eq!(owner.delete("/v1/microsoft").await.status, 204);
    change_policy(&app, &owner, json!({ "sign_in": { "by": "any" } })).await.expect::<Value>(200);
    by_password.get("/v1/me").await.expect_problem(401, "invalid_token");
    change_policy(&app, &admin, microsoft_only(&owner)).await.expect_problem(409, "not_connected");
    app.pump().await;
}

#[tokio::test]
async fn microsoft_only_keeps_the_directory_of_a_company_that_never_did() {
    let app = App::of(directory(1, 30)).await;
    let (owner, person) = connected(&app).await;
    let admin = client(&app, person).await;
    with_second_factor(&app).await;
    // As companies were kept that were connected before.
    crate::members::set_company(&app, owner.tenant, |company| company.directory = None).await;
    change_policy(&app, &admin, microsoft_only(&owner)).await.expect::<Value>(200);
    let company = crate::members::company(&app, owner.tenant).await;
    assert_eq!(company.directory, Some(app.only_directory()));
    admin.get("/v1/members").await.expect::<Value>(200);
    app.pump().await;
}
