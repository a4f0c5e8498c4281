//! `members-key-revoke`, and what a key that does not open is told.

use axum::body::Body;
use http::Request;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{Answer, App};

use super::{events, get, key, made};

/// All that a refusal tells, but the name of its request.
fn told(answer: &Answer) -> (u16, Value, Vec<String>, (u32, f64, f64)) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("instance");
    let named = |name: &str| !["x-request-id", "x-steward-capacity"].contains(&name);
    let headers = answer.headers.iter().filter(|(name, _)| named(name.as_str()));
    let headers = headers.map(|(name, value)| format!("{name}: {value:?}")).collect();
    (answer.status.as_u16(), body, headers, answer.cost())
}

/// A well-formed key that differs from `text` in its secret alone, with a right checksum.
fn with_another_secret(text: &str) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let (named, secret) = text.strip_prefix("stw_live_").unwrap().rsplit_once('_').unwrap();
    let first = if secret.starts_with('0') { '1' } else { '0' };
    let body = format!("{named}_{first}{}", &secret[1..32]);
    let crc = crc32fast::hash(body.as_bytes());
    let check: String = (0..6).rev().map(|i| char::from(ALPHABET[(crc >> (i * 5) & 31) as usize])).collect();
    format!("stw_live_{body}{check}")
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_and_like_one_that_never_was() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("nova").await);
    let (id, revoked) = key(&owner, &["tenant:read"]).await;
    let (_, live) = key(&owner, &["tenant:read"]).await;
    get(&app, "/v1/tenant", &revoked).await.expect::<Value>(200);
    // Another company's member finds nothing there.
    other.delete(&format!("/v1/keys/{id}")).await.expect_problem(404, "not_found");
    get(&app, "/v1/tenant", &revoked).await.expect::<Value>(200);
    for _ in 0..2 {
        assert_eq!(owner.delete(&format!("/v1/keys/{id}")).await.status, 204);
    }
    app.pump().await;
    assert_eq!(events(&owner, "key.revoked").await.len(), 1);

    let wrong = get(&app, "/v1/tenant", &with_another_secret(&live)).await;
    wrong.expect_problem(401, "invalid_token");
    let refused = told(&get(&app, "/v1/tenant", &revoked).await);
    assert_eq!(told(&wrong), refused);
    assert_eq!(told(&get(&app, "/v1/tenant", &with_another_secret(&revoked)).await), refused);
    // One that was never made, of this company and of none: read as often.
    let ids = live.strip_prefix("stw_live_").unwrap();
    for unknown in [format!("{}{}", &ids[..26], "0".repeat(26)), "0".repeat(52)] {
        let unknown = with_another_secret(&format!("stw_live_{unknown}{}", &ids[52..]));
        let (status, body, headers, cost) = told(&get(&app, "/v1/tenant", &unknown).await);
        assert_eq!((status, body, headers), (refused.0, refused.1.clone(), refused.2.clone()));
        assert_eq!(cost.0, refused.3.0);
    }
    // What is no key at all is told in the same words.
    let (_, body, ..) = told(&get(&app, "/v1/tenant", &format!("{live}x")).await);
    assert_eq!(body, refused.1);
    owner.delete("/v1/keys/key_00000000000000000000000000").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn that_a_key_is_over_learns_only_who_has_its_secret() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let body = json!({ "name": "a week", "scopes": ["tenant:read"], "expires_at": "2026-11-28T08:00:00Z" });
    let (_, text) = made(&owner, body).await;
    app.clock.advance(SignedDuration::from_hours(24 * 7) - SignedDuration::from_secs(1));
    get(&app, "/v1/tenant", &text).await.expect::<Value>(200);
    app.clock.advance(SignedDuration::from_secs(1));
    get(&app, "/v1/tenant", &text).await.expect_problem(401, "key_expired");
    get(&app, "/v1/tenant", &with_another_secret(&text)).await.expect_problem(401, "invalid_token");
    app.pump().await;
}

#[tokio::test]
async fn a_key_works_from_its_networks_alone() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let networks = json!(["203.0.113.0/24", "2001:db8::/48"]);
    let body = json!({ "name": "office", "scopes": ["tenant:read"], "networks": networks });
    let (_, text) = made(&owner, body).await;
    let from = async |ip: Option<&str>| {
        let mut request = Request::get("/v1/tenant").header("x-api-key", &text);
        // What a client says of itself is not believed.
        request = request.header("x-forwarded-for", "203.0.113.7");
        if let Some(ip) = ip {
            request.extensions_mut().unwrap().insert(ip.parse::<std::net::IpAddr>().unwrap());
        }
        app.send(request.body(Body::empty()).unwrap()).await
    };
    for ip in ["203.0.113.7", "::ffff:203.0.113.7", "2001:db8:0:1::1"] {
        from(Some(ip)).await.expect::<Value>(200);
    }
    for ip in [Some("203.0.114.7"), Some("2001:db9::1"), None] {
        from(ip).await.expect_problem(403, "network_refused");
    }
    app.pump().await;
}
