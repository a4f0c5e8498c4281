//! `accounts-me`, and what passes as an access token.

use axum::body::Body;
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{Request, header};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey};
use model::{Permission, Role, TenantState};
use serde_json::{Value, json};
use store::{Company, TenantScope};
use tests::{Answer, App};

use crate::table::{claims, items, scope, set_member, set_role};

#[tokio::test]
async fn me_says_who_where_and_what_the_role_may() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    for &role in Role::ALL {
        set_role(&app, &scope, &owner, role).await;
        let answer = owner.get("/v1/me").await;
        let me: Value = answer.expect(200);
        let may: Vec<Permission> =
            Permission::ALL.iter().copied().filter(|right| role.permissions().holds(*right)).collect();
        let wanted = json!({
            "user": owner.user, "name": "Owner of acme", "email": "owner@acme.example",
            "tenant": owner.tenant, "role": role, "permissions": may, "locale": null, "has_password": true,
            "paused": [], "state": "active", "standing": null, "sample": false,
            "notifications": {
                "checks": true, "changes": true, "renewals": true, "answers": true, "team": true, "keys": true,
            },
            "second_factor": false, "amr": ["pwd"], "second_factor_required_from": null,
        });
        assert_eq!(me, wanted);
        assert!(answer.cost().0 <= 2, "{:?}", answer.cost());
    }
}

/// Puts a company into a state, with a payment open since a time.
async fn stand(app: &App, scope: &TenantScope, state: TenantState, past_due_since: Option<Timestamp>) {
    let tenant = app.system.store.of(scope);
    let mut company = tenant.get_strong::<Company>(&()).await.unwrap().expect("a company");
    company.value.state = state;
    company.value.past_due_since = past_due_since;
    tenant.checkpoint(&company).await.unwrap();
}

#[tokio::test]
async fn what_is_not_paid_is_told_with_what_works_until_when_and_who_mends_it() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let since: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();

    stand(&app, &scope, TenantState::PastDue, Some(since)).await;
    let me: Value = owner.get("/v1/me").await.expect(200);
    assert_eq!((&me["state"], &me["paused"]), (&json!("past_due"), &json!([])));
    let standing = &me["standing"];
    assert_eq!(standing["what"], "A payment for Steward failed.");
    assert_eq!(standing["works"], "Everything works as before.");
    assert_eq!(standing["until"], "2026-12-04T08:00:00Z");
    assert_eq!(standing["then"], "Then Steward changes nothing any more.");
    assert!(standing["mend"].as_str().unwrap().starts_with("Answer any mail from Steward"), "{me:#}");
    let invited = json!({ "email": "ben@acme.example", "role": "member" });
    owner.post("/v1/invitations", invited).await.expect::<Value>(202);
    app.pump().await;
}

#[tokio::test]
async fn a_read_only_company_says_what_is_paused_until_when_and_still_reads() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let since: Timestamp = "2026-11-10T08:00:00Z".parse().unwrap();
    stand(&app, &scope, TenantState::ReadOnly, Some(since)).await;
    let me: Value = owner.get("/v1/me").await.expect(200);
    let paused = [
        "tenant:manage",
        "members:manage",
        "roles:manage",
        "keys:manage",
        "connection:manage",
        "scans:start",
        "findings:manage",
        "checks:manage",
        "fixes:apply",
    ];
    assert_eq!(me["paused"], json!(paused));
    assert_eq!(me["standing"]["until"], "2026-12-01T08:00:00Z");
    owner.act("/v1/scans").await.expect_problem(403, "tenant_closed");
    owner.get("/v1/events").await.expect::<Value>(200);

    // Who cannot settle it is sent to who can, and nothing they never had is paused.
    set_role(&app, &scope, &owner, Role::ReadOnly).await;
    let me: Value = owner.get("/v1/me").await.expect(200);
    assert_eq!(me["paused"], json!([]));
    assert!(me["standing"]["mend"].as_str().unwrap().starts_with("An owner of your company"), "{me:#}");

    // A trial that ended without a card has no day on which less works.
    stand(&app, &scope, TenantState::ReadOnly, None).await;
    let me: Value = owner.get("/v1/me").await.expect(200);
    assert_eq!((&me["standing"]["until"], &me["standing"]["then"]), (&Value::Null, &Value::Null));

    // Nor is a day told that is over.
    stand(&app, &scope, TenantState::ReadOnly, Some(since)).await;
    app.clock.advance(SignedDuration::from_hours(24 * 11));
    let me: Value = app.sign_in("owner@acme.example").await.get("/v1/me").await.expect(200);
    assert_eq!((&me["standing"]["until"], &me["standing"]["then"]), (&Value::Null, &Value::Null));
    app.pump().await;
}

#[tokio::test]
async fn a_closed_company_says_why_and_who_opens_it() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    for (state, says) in [
        (TenantState::Suspended, "It is suspended, and nothing of it is deleted."),
        (TenantState::Cancelled, "It was ended. Until its data is deleted"),
        (TenantState::Purging, "It was ended, and its data is deleted."),
        (TenantState::Provisioning, "It is being set up."),
    ] {
        stand(&app, &scope, state, None).await;
        let answer = owner.get("/v1/me").await;
        answer.expect_problem(403, "tenant_closed");
        let problem: Value = answer.expect(403);
        assert!(problem["detail"].as_str().unwrap().starts_with(says), "{problem:#}");
    }
}

#[tokio::test]
async fn a_company_that_is_made_up_says_so() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    let tenant = app.system.store.of(&scope);
    let mut company = tenant.get_strong::<Company>(&()).await.unwrap().expect("a company");
    company.value.sample = true;
    tenant.checkpoint(&company).await.unwrap();
    let me: Value = owner.get("/v1/me").await.expect(200);
    assert_eq!(me["sample"], true);
}

#[tokio::test]
async fn a_member_who_is_removed_or_changed_is_out_at_once() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let scope = scope(&app, &owner).await;
    set_member(&app, &scope, &owner, |member| member.mver = 2).await;
    owner.get("/v1/me").await.expect_problem(401, "invalid_token");
    set_member(&app, &scope, &owner, |member| member.mver = 1).await;
    owner.get("/v1/me").await.expect::<Value>(200);
    set_member(&app, &scope, &owner, |member| member.active = false).await;
    owner.get("/v1/me").await.expect_problem(401, "invalid_token");
}

async fn with(app: &App, authorization: &[&[u8]]) -> Answer {
    let mut request = Request::get("/v1/me");
    for value in authorization {
        request = request.header(header::AUTHORIZATION, *value);
    }
    app.send(request.body(Body::empty()).unwrap()).await
}

async fn bearing(app: &App, token: &str) -> Answer {
    with(app, &[format!("Bearer {token}").as_bytes()]).await
}

fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token of this header and these claims, signed as told.
fn signed(header: &Value, claims: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    signed_text(&format!("{}.{}", part(header), part(claims)), key, algorithm)
}

fn signed_text(message: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// `base` with some members set, or taken out where null.
fn but(base: &Value, changes: Value) -> Value {
    let mut changed = base.clone();
    for (name, value) in changes.as_object().unwrap() {
        let object = changed.as_object_mut().unwrap();
        if value.is_null() { drop(object.remove(name)) } else { drop(object.insert(name.clone(), value.clone())) }
    }
    changed
}

#[tokio::test]
async fn nothing_but_our_own_access_tokens_passes() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let secret: Value = runtime::secrets(app.system.connect()).unwrap().get("signing").await.unwrap();
    let ours = EncodingKey::from_ec_der(&BASE64_STANDARD.decode(secret["pkcs8"].as_str().unwrap()).unwrap());
    let kid = secret["kid"].as_str().unwrap();
    let another = App::with(tests::Options { seed: 2, ..Default::default() }).await;
    let theirs: Value = runtime::secrets(another.system.connect()).unwrap().get("signing").await.unwrap();
    let theirs_key = EncodingKey::from_ec_der(&BASE64_STANDARD.decode(theirs["pkcs8"].as_str().unwrap()).unwrap());
    let keys: Value = app.call(http::Method::GET, "/.well-known/jwks.json", None, None).await.expect(200);
    let jwk = &keys["keys"][0];
    let point = [
        &[4],
        &*BASE64_URL_SAFE_NO_PAD.decode(jwk["x"].as_str().unwrap()).unwrap(),
        &*BASE64_URL_SAFE_NO_PAD.decode(jwk["y"].as_str().unwrap()).unwrap(),
    ]
    .concat();

    let head = json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid });
    let says = claims(&owner.token);
    let now = says["iat"].as_i64().unwrap();
    let [h, p, s] = owner.token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };

    // Made the way ours are, it passes: what fails below fails for its difference.
    bearing(&app, &signed(&head, &says, &ours, Algorithm::ES256)).await.expect::<Value>(200);

    // Unsigned, signed with something public, signed by others, or damaged.
    let hs = |key: &[u8], header: Value| signed(&header, &says, &EncodingKey::from_secret(key), Algorithm::HS256);
    let hs_head = but(&head, json!({ "alg": "HS256" }));
    let mut unsigned: Vec<(&str, String)> = vec![
        ("empty", String::new()),
        ("dots", "..".into()),
        ("words", "not a token".into()),
        ("two parts", format!("{h}.{p}")),
        ("four parts", format!("{h}.{p}.{s}.{s}")),
        ("no signature", format!("{h}.{p}.")),
        ("padded", format!("{h}.{p}.{s}==")),
        ("short signature", format!("{h}.{p}.{}", &s[..s.len() - 2])),
        ("zero signature", format!("{h}.{p}.{}", BASE64_URL_SAFE_NO_PAD.encode([0; 64]))),
        ("claims changed", format!("{h}.{}.{s}", part(&but(&says, json!({ "mver": 2 }))))),
        (
            "another person",
            format!("{h}.{}.{s}", part(&but(&says, json!({ "sub": "usr_00000000000000000000000000" })))),
        ),
        ("HS256 with the key's JSON", hs(jwk.to_string().as_bytes(), hs_head.clone())),
        ("HS256 with the key's x", hs(jwk["x"].as_str().unwrap().as_bytes(), hs_head.clone())),
        ("HS256 with the point", hs(&point, hs_head.clone())),
        ("HS256 with nothing", hs(b"", hs_head.clone())),
        ("HS256 that says ES256", hs(&point, head.clone())),
        ("ES256 of another key", signed(&head, &says, &theirs_key, Algorithm::ES256)),
        (
            "another installation",
            signed(&but(&head, json!({ "kid": theirs["kid"] })), &says, &theirs_key, Algorithm::ES256),
        ),
        ("key inside", signed(&but(&head, json!({ "kid": null, "jwk": jwk })), &says, &theirs_key, Algorithm::ES256)),
        (
            "key elsewhere",
            signed(&but(&head, json!({ "jku": "http://127.0.0.1:1/keys" })), &says, &theirs_key, Algorithm::ES256),
        ),
        ("x5u", signed(&but(&head, json!({ "x5u": "http://127.0.0.1:1/cert" })), &says, &theirs_key, Algorithm::ES256)),
        ("a megabyte", format!("{h}.{}.{s}", "A".repeat(1 << 20))),
        ("a megabyte of signature", format!("{h}.{p}.{}", "A".repeat(1 << 20))),
        ("a megabyte of header", format!("{}.{p}.{s}", "A".repeat(1 << 20))),
        ("claims that are no object", signed(&head, &json!([]), &ours, Algorithm::ES256)),
    ];
    for algorithm in ["none", "None", "NONE", "nOnE", "", "ES384", "RS256", "PS256", "EdDSA"] {
        unsigned.push(("algorithm", format!("{}.{p}.", part(&but(&head, json!({ "alg": algorithm }))))));
        unsigned
            .push(("algorithm, old signature", format!("{}.{p}.{s}", part(&but(&head, json!({ "alg": algorithm }))))));
    }
    for at in (0..owner.token.len()).step_by(37) {
        let mut bytes = owner.token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        unsigned.push(("a letter changed", String::from_utf8(bytes).unwrap()));
    }
    for (why, twice) in [("sub", json!(owner.tenant)), ("tid", says["tid"].clone()), ("exp", json!(now + 1))] {
        // Two of one claim: which one counts would be a guess.
        let text = says.to_string().replacen('{', &format!("{{\"{why}\":{twice},"), 1);
        let message = format!("{h}.{}", BASE64_URL_SAFE_NO_PAD.encode(text));
        unsigned.push(("a claim twice", signed_text(&message, &ours, Algorithm::ES256)));
    }
    let traversals =
        ["../../../dev/null", "' OR 1=1 --", "http://127.0.0.1:1/k", "", "\u{0}", "JWKS", &kid.to_uppercase()];
    for kid in traversals {
        unsigned.push(("key id", signed(&but(&head, json!({ "kid": kid })), &says, &ours, Algorithm::ES256)));
    }

    // Signed with our own key, and not an access token of now.
    let by_us = |header: Value, says: Value| signed(&header, &says, &ours, Algorithm::ES256);
    let mut wrong: Vec<(&str, String)> = vec![
        ("no key id", by_us(but(&head, json!({ "kid": null })), says.clone())),
        ("key id a number", by_us(but(&head, json!({ "kid": 1 })), says.clone())),
        ("no type", by_us(but(&head, json!({ "typ": null })), says.clone())),
        (
            "id token",
            by_us(
                but(&head, json!({ "typ": "JWT" })),
                but(&says, json!({ "nonce": "n", "email": "owner@acme.example" })),
            ),
        ),
        ("type in capitals", by_us(but(&head, json!({ "typ": "AT+JWT" })), says.clone())),
        ("critical extension", by_us(but(&head, json!({ "crit": ["b64"], "b64": false })), says.clone())),
        ("critical nothing", by_us(but(&head, json!({ "crit": [] })), says.clone())),
    ];
    let changes = [
        ("another issuer", json!({ "iss": "http://127.0.0.1:8701" })),
        ("issuer with a slash", json!({ "iss": "http://127.0.0.1:8700/" })),
        ("no issuer", json!({ "iss": null })),
        ("another audience", json!({ "aud": "steward" })),
        ("several audiences", json!({ "aud": ["steward-api", "other"] })),
        ("no audience", json!({ "aud": null })),
        ("no subject", json!({ "sub": null })),
        ("subject of another kind", json!({ "sub": owner.tenant })),
        ("no tenant", json!({ "tid": null })),
        ("tenant that is none", json!({ "tid": "*" })),
        ("no session", json!({ "sid": null })),
        ("no version", json!({ "mver": null })),
        ("version below zero", json!({ "mver": -1 })),
        ("no end", json!({ "exp": null })),
        ("end as text", json!({ "exp": "9999999999" })),
        ("end far away", json!({ "exp": i64::MAX })),
        ("a second too long", json!({ "exp": now + 901 })),
        ("issued in the future", json!({ "iat": now + 60, "exp": now + 900 })),
        ("issued at the end of time", json!({ "iat": i64::MAX, "exp": i64::MAX })),
        ("issued before time", json!({ "iat": i64::MIN, "exp": now + 900 })),
    ];
    wrong.extend(changes.into_iter().map(|(why, change)| (why, by_us(head.clone(), but(&says, change)))));

    let before = kept(&app).await;
    assert!(unsigned.len() + wrong.len() >= 75, "{}", unsigned.len() + wrong.len());
    for (why, token) in unsigned.iter().chain(&wrong) {
        let answer = bearing(&app, token).await;
        assert_eq!(answer.json()["code"], "invalid_token", "{why}");
        answer.expect_problem(401, "invalid_token");
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        assert_eq!(answer.cost().0, 0, "{why}");
    }
    // Signed by us, in form, and of a session, person or company that is not so.
    let (session, tenant) = ("ses_00000000000000000000000000", "ten_00000000000000000000000000");
    let stranger = app.tenant("nova").await;
    for change in [
        json!({ "sid": session }),
        json!({ "tid": tenant }),
        json!({ "tid": stranger.tenant }),
        json!({ "sub": stranger.user }),
        json!({ "sub": stranger.user, "tid": stranger.tenant }),
        json!({ "mver": 2 }),
    ] {
        let answer = bearing(&app, &by_us(head.clone(), but(&says, change.clone()))).await;
        assert_eq!(answer.json()["code"], "invalid_token", "{change}");
        assert_eq!(answer.cost().0, 1, "{change}");
    }
    // Past its time by more than clocks differ.
    let old = by_us(head.clone(), but(&says, json!({ "iat": now - 911, "exp": now - 11 })));
    bearing(&app, &old).await.expect_problem(401, "token_expired");
    let just = by_us(head.clone(), but(&says, json!({ "iat": now - 910, "exp": now - 10 })));
    bearing(&app, &just).await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_secs(911));
    owner.get("/v1/me").await.expect_problem(401, "token_expired");
    assert_eq!(kept(&app).await.len(), before.len() + items_of_nova(&app).await);
}

/// Every item but the counters of limits.
async fn kept(app: &App) -> Vec<String> {
    items(app).await.into_iter().filter(|item| !item.contains("PK=S(\"LIMIT#")).collect()
}

/// Items that came with the second company.
async fn items_of_nova(app: &App) -> usize {
    let all = items(app).await;
    let nova = all.iter().find(|item| item.contains("name=S(\"nova\")")).expect("the company");
    let tenant = nova.split("TENANT#").nth(1).unwrap()[..30].to_owned();
    let member =
        all.iter().find(|item| item.contains(&format!("TENANT#{tenant}")) && item.contains("MEMBER#")).unwrap();
    let user = member.split("MEMBER#").nth(1).unwrap()[..30].to_owned();
    let signup = all.iter().filter(|item| item.contains("SIGNUP#") && item.contains(&tenant)).count();
    let others =
        all.iter().filter(|item| !item.contains("SIGNUP#") && (item.contains(&tenant) || item.contains(&user)));
    signup + others.count()
}

#[tokio::test]
async fn the_header_names_one_bearer_or_nobody() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let good = format!("Bearer {}", owner.token);
    let token = owner.token.as_bytes();
    let lacking: Vec<Vec<&[u8]>> = vec![
        vec![],
        vec![b""],
        vec![b"Bearer"],
        vec![token],
        vec![b"Basic b3duZXI6cGFzc3dvcmQ="],
        vec![b"Bearer\xff x"],
        vec![good.as_bytes(), good.as_bytes()],
        vec![b"Bearer x", good.as_bytes()],
    ];
    for headers in &lacking {
        let answer = with(&app, headers).await;
        answer.expect_problem(401, "missing_credentials");
        assert_eq!(answer.cost().0, 0);
    }
    with(&app, &[format!("bearer  {}", owner.token).as_bytes()]).await.expect::<Value>(200);
    let in_query = app.call(http::Method::GET, &format!("/v1/me?access_token={}", owner.token), None, None).await;
    in_query.expect_problem(401, "missing_credentials");
    let in_cookie = Request::get("/v1/me").header(header::COOKIE, format!("token={}", owner.token)).body(Body::empty());
    app.send(in_cookie.unwrap()).await.expect_problem(401, "missing_credentials");
}

#[tokio::test]
async fn unknown_key_ids_make_us_read_the_keys_once_in_half_a_minute() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let [h, p, s] = owner.token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
    let mut head: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(h).unwrap()).unwrap();
    app.clock.advance(SignedDuration::from_secs(30));
    let mut trips = 0;
    for number in 0..50 {
        head["kid"] = json!(format!("key-{number}"));
        let answer = bearing(&app, &format!("{}.{p}.{s}", part(&head))).await;
        answer.expect_problem(401, "invalid_token");
        trips += answer.cost().0;
    }
    assert_eq!(trips, 1);
    // A key published meanwhile is taken up without a restart.
    let another = App::with(tests::Options { seed: 2, ..Default::default() }).await;
    let theirs: Value = runtime::secrets(another.system.connect()).unwrap().get("signing").await.unwrap();
    let key = EncodingKey::from_ec_der(&BASE64_STANDARD.decode(theirs["pkcs8"].as_str().unwrap()).unwrap());
    let head = json!({ "alg": "ES256", "typ": "at+jwt", "kid": theirs["kid"] });
    let token = signed(&head, &claims(&owner.token), &key, Algorithm::ES256);
    let mut keys = app.system.store.jwks().await.unwrap();
    keys.keys.extend(another.system.store.jwks().await.unwrap().keys);
    app.system.store.publish_jwks(&keys).await.unwrap();
    bearing(&app, &token).await.expect_problem(401, "invalid_token");
    app.clock.advance(SignedDuration::from_secs(30));
    bearing(&app, &token).await.expect::<Value>(200);
}

#[tokio::test]
async fn a_company_named_in_a_header_must_be_the_tokens() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let named = async |value: &str| {
        let request = Request::get("/v1/me").header("x-tenant-id", value);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {}", owner.token));
        app.send(request.body(Body::empty()).unwrap()).await
    };
    named(&owner.tenant.to_string()).await.expect::<Value>(200);
    for value in [
        &*other.tenant.to_string(),
        "ten_00000000000000000000000000",
        "",
        "x",
        &owner.tenant.to_string().to_uppercase(),
    ] {
        let answer = named(value).await;
        answer.expect_problem(403, "tenant_mismatch");
        assert_eq!(answer.cost().0, 0);
    }
}
