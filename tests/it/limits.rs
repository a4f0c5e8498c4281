//! Limits of what nobody signs in for: told honestly, the same for whoever is known and whoever is not (C18).

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::App;

use crate::{
    links::{With, post_with},
    table::count,
};

/// A request that is limited by network, and how often it may be sent.
struct Limited {
    path: &'static str,
    policy: &'static str,
    most: usize,
    window: i64,
    body: fn(usize) -> Value,
    answer: u16,
}

#[tokio::test]
async fn a_network_sends_as_many_as_it_may_and_another_one_is_not_in_its_way() {
    let app = App::start().await;
    let all = [
        Limited {
            path: "/v1/sign-up",
            policy: "sign-up",
            most: 10,
            window: 12_000,
            body: |n| json!({ "email": format!("a{n}@b{n}.example"), "company": "Acme" }),
            answer: 202,
        },
        Limited {
            path: "/v1/sign-up/resend",
            policy: "resend",
            most: 20,
            window: 3600,
            body: |n| json!({ "signup": model::SignupId::from_bits(n as u128) }),
            answer: 202,
        },
        Limited {
            path: "/v1/password-reset",
            policy: "password-reset",
            most: 10,
            window: 3600,
            body: |n| json!({ "email": format!("a{n}@b.example") }),
            answer: 202,
        },
        Limited {
            path: "/v1/email-change/undo",
            policy: "link",
            most: 30,
            window: 600,
            body: |n| json!({ "token": format!("svt_{n}") }),
            answer: 410,
        },
        Limited {
            path: "/v1/refresh",
            policy: "refresh",
            most: 300,
            window: 60,
            body: |n| json!({ "refresh_token": format!("srt_{n}") }),
            answer: 401,
        },
    ];
    for Limited { path, policy, most, window, body, answer } in all {
        let from = |ip: &str, number: usize| {
            let (app, ip, body) = (&app, ip.parse().ok(), body(number));
            async move { post_with(app, path, &body, With { ip, ..With::default() }).await }
        };
        for number in 0..most {
            assert_eq!(from("192.0.2.1", number).await.status.as_u16(), answer, "{path} {number}");
        }
        let refused = from("192.0.2.1", most).await;
        refused.expect_problem(429, "too_many_requests");
        assert_eq!(refused.json()["violated-policies"], json!([policy]));
        assert_eq!(refused.headers["ratelimit-policy"], format!("\"{policy}\";q={most};w={window}"));
        let again = window / most as i64 + i64::from(window % most as i64 > 0);
        assert_eq!(refused.headers["retry-after"], again.to_string(), "{path}");
        assert_eq!(from("192.0.2.2", most).await.status.as_u16(), answer, "{path}");
        app.clock.advance(SignedDuration::from_secs(again));
        assert_eq!(from("192.0.2.1", most + 1).await.status.as_u16(), answer, "{path}");
    }
    // All links of mails are one limit: a guesser does not get four.
    for path in ["/v1/verify-email", "/v1/password-reset/confirm", "/v1/email-change/confirm"] {
        let ip = "198.51.100.7".parse().ok();
        for number in 0..10 {
            let body = match path {
                "/v1/email-change/confirm" => json!({ "token": "x" }),
                "/v1/verify-email" => json!({ "token": "x", "name": "x", "password": "x" }),
                _ => json!({ "token": "x", "password": "x" }),
            };
            let answer = post_with(&app, path, &body, With { ip, ..With::default() }).await;
            assert_eq!(answer.status, 410, "{path} {number}");
        }
    }
    let body = json!({ "token": "x" });
    let ip = "198.51.100.7".parse().ok();
    let answer = post_with(&app, "/v1/email-change/undo", &body, With { ip, ..With::default() }).await;
    answer.expect_problem(429, "too_many_requests");
    app.pump().await;
    assert_eq!(count(&app, &["192.0.2.1", "PK=S(\"LIMIT#"]).await, 0, "networks are counted by their hash");
}

#[tokio::test]
async fn one_address_gets_no_more_mails_of_sign_ups_than_it_may() {
    let app = App::start().await;
    let body = json!({ "email": "victim@acme.example", "company": "Acme" });
    for _ in 0..6 {
        app.post("/v1/sign-up", body.clone()).await.expect::<Value>(202);
    }
    let refused = app.post("/v1/sign-up", body).await;
    refused.expect_problem(429, "too_many_requests");
    assert_eq!(refused.json()["violated-policies"], json!(["sign-up-address"]));
    app.pump().await;
    assert_eq!(app.inbox().len(), 6);
    let other = json!({ "email": "other@acme.example", "company": "Acme" });
    app.post("/v1/sign-up", other).await.expect::<Value>(202);
    app.pump().await;
}
