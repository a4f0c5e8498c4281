//! What the team's routes cost at the table: one company that invites, changes and removes.

use axum::body::Body;
use http::{Method, Request, header};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::{Invitation, Noted, Origin, Proven, Purpose, Token, TokenHash};
use tests::{Answer, App, Client, PASSWORD};

use crate::SEED;

/// Calls every route of invitations, members and roles, and notes each.
///
/// # Panics
/// When a route answers otherwise than it should.
pub async fn measure(note: &mut impl FnMut(&str, &Answer, u16)) {
    let app = App::with(tests::Options { seed: SEED, ..tests::Options::default() }).await;
    let owner = app.tenant("team").await;
    let text = |answer: &Answer, name: &str| answer.json()[name].as_str().expect("text").to_owned();

    note("members-invitations", &owner.get("/v1/invitations").await, 200);
    let (ben, eve) = ("ben@team.example", "eve@team.example");
    let asked = owner.post("/v1/invitations", json!({ "email": ben, "role": "member" })).await;
    note("members-invite", &asked, 202);
    app.clock.advance(SignedDuration::from_secs(61));
    let resend = format!("/v1/invitations/{}/resend", text(&asked, "invitation"));
    note("members-resend-invitation", &owner.act(&resend).await, 202);
    let link = link(&app, &owner, ben, 2, "sit_ben").await;
    note("members-preview-invitation", &app.post("/v1/invitations/preview", json!({ "token": link })).await, 200);
    let body = json!({ "token": link, "name": "Ben", "password": PASSWORD });
    let joined = app.post("/v1/invitations/accept", body).await;
    note("members-accept-invitation", &joined, 201);
    for page in ["decline", "revoke"] {
        app.clock.advance(SignedDuration::from_secs(61));
        let asked = owner.post("/v1/invitations", json!({ "email": eve, "role": "member" })).await;
        if page == "decline" {
            let link = self::link(&app, &owner, eve, 1, "sit_eve").await;
            let answer = app.post("/v1/invitations/decline", json!({ "token": link })).await;
            note("members-decline-invitation", &answer, 204);
        } else {
            let path = format!("/v1/invitations/{}", text(&asked, "invitation"));
            note("members-revoke-invitation", &owner.delete(&path).await, 204);
        }
    }

    note("members-roles", &owner.get("/v1/roles").await, 200);
    let role = owner.post("/v1/roles", json!({ "name": "Readers", "permissions": ["scans:read"] })).await;
    note("members-create-role", &role, 201);
    let path = format!("/v1/roles/{}", text(&role, "role"));
    let body = json!({ "name": "Lookers", "permissions": ["scans:read"] });
    note("members-replace-role", &matched(&app, &owner, Method::PUT, &path, Some(&body)).await, 200);
    let member = format!("/v1/members/{}", text(&joined, "user"));
    let body = json!({ "role": text(&role, "role") });
    note("members-change", &matched(&app, &owner, Method::PATCH, &member, Some(&body)).await, 200);
    let strong = with_second_factor(&app, &owner).await;
    let reset = app.call(Method::POST, &format!("{member}/reset-factors"), Some(&strong), None).await;
    note("members-reset-factors", &reset, 204);
    let delete = format!("{path}?reassign_to=member");
    note("members-delete-role", &owner.delete(&delete).await, 204);
    note("members-list", &owner.get("/v1/members").await, 200);
    note("members-remove", &matched(&app, &owner, Method::DELETE, &member, None).await, 204);
    let zoe = "zoe@team.example";
    owner.post("/v1/invitations", json!({ "email": zoe, "role": "member" })).await.expect::<Value>(202);
    let link = self::link(&app, &owner, zoe, 1, "sit_zoe").await;
    let body = json!({ "token": link, "name": "Zoe", "password": PASSWORD });
    app.post("/v1/invitations/accept", body).await.expect::<Value>(201);
    let zoe = app.sign_in(zoe).await;
    note("members-leave", &zoe.delete(&format!("/v1/me/tenants/{}", zoe.tenant)).await, 204);
    app.pump().await;
}

/// A link to join, made as whoever sends the mail makes it.
async fn link(app: &App, by: &Client<'_>, email: &str, serial: u32, secret: &str) -> String {
    let invitation = Invitation::id_of(by.tenant, email);
    let purpose = Purpose::Invitation { tenant: by.tenant, invitation, serial };
    let good_until = (app.clock.clock().now() + Invitation::GOOD_FOR).as_second();
    let token = Token { purpose, good_until };
    app.system.store.keep_token(&TokenHash::of(secret), &token).await.expect("kept");
    secret.to_owned()
}

/// An access token of a session that a second factor stands behind.
async fn with_second_factor(app: &App, by: &Client<'_>) -> String {
    let store = &app.system.store;
    let memberships = store.memberships(by.user).await.expect("read");
    let proven = Proven::of(by.user, vec!["pwd".into(), "otp".into()]);
    let opened = store.open_session_noting(proven, &memberships[0], Noted::default(), Origin::SYSTEM).await;
    let (refresh, _) = opened.expect("opened");
    let tokens: Value = app.post("/v1/refresh", json!({ "refresh_token": refresh })).await.expect(200);
    tokens["access_token"].as_str().expect("a token").to_owned()
}

/// Sends for whatever version is there.
async fn matched(app: &App, by: &Client<'_>, method: Method, path: &str, body: Option<&Value>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {}", by.token))
        .header(header::IF_MATCH, "*")
        .header(header::CONTENT_TYPE, "application/json");
    let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
    app.send(request.body(body).expect("a request")).await
}
