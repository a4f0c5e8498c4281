//! `accounts-confirm-totp`.

use futures::join;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::{App, Codes};

use super::second_factor::{answer, challenge};
use crate::table::{count, session};

const PATH: &str = "/v1/me/totp/confirm";

#[tokio::test]
async fn one_right_code_sets_the_app_up_once_and_a_wrong_one_changes_nothing() {
    let app = App::start().await;
    let (owner, stranger) = (app.tenant("acme").await, app.tenant("nova").await);
    let other = app.sign_in("owner@acme.example").await;
    let begun: Value = owner.act("/v1/me/totp").await.expect(200);
    let codes = Codes { secret: begun["secret"].as_str().unwrap().into(), recovery: Vec::new() };
    let now = app.clock.clock().now();
    for wrong in ["000000", "", "12345", &codes.at(now - SignedDuration::from_secs(90))] {
        let body = json!({ "setup": begun["setup"], "code": wrong });
        owner.post(PATH, body).await.expect_problem(422, "invalid");
    }
    let body = json!({ "setup": begun["setup"], "code": codes.at(now), "end_other_sessions": true });
    stranger.post(PATH, body.clone()).await.expect_problem(410, "link_not_good");
    assert_eq!(count(&app, &["FACTORS"]).await, 0);

    // Posted twice at once, it is set up once.
    let (one, two) = join!(owner.post(PATH, body.clone()), owner.post(PATH, body.clone()));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200, "{statuses:?}");
    assert!(matches!(statuses[1], 410 | 412), "{statuses:?}");
    let confirmed = if one.status == 200 { one } else { two };
    let recovery: Value = confirmed.expect(200);
    assert_eq!(recovery["recovery_codes"].as_array().unwrap().len(), 10);
    owner.post(PATH, body).await.expect_problem(410, "link_not_good");
    for code in recovery["recovery_codes"].as_array().unwrap() {
        assert_eq!(count(&app, &[code.as_str().unwrap()]).await, 0);
    }

    // The other session is over, this one has the second factor, and the log says so.
    other.get("/v1/me").await.expect_problem(401, "invalid_token");
    let sessions: Value = owner.get("/v1/me/sessions").await.expect(200);
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
    assert_eq!(sessions["items"][0]["session"], json!(session(&owner)));
    assert_eq!(sessions["items"][0]["amr"], json!(["pwd", "otp"]));
    let log: Value = owner.get("/v1/events?limit=2").await.expect(200);
    assert_eq!(log["items"][1]["event"], json!({ "kind": "user.factor_added", "user": owner.user, "factor": "totp" }));
    let revoked = json!({ "kind": "user.sessions_revoked", "user": owner.user, "session": null });
    assert_eq!(log["items"][0]["event"]["kind"], revoked["kind"]);
    app.pump().await;
}

#[tokio::test]
async fn a_new_app_takes_the_place_of_the_old_and_the_recovery_codes_stay() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let old = owner.add_totp(app.clock.clock().now()).await;
    let new = owner.add_totp(app.clock.clock().now()).await;
    assert_eq!((old.recovery.len(), new.recovery.len()), (10, 0));
    app.clock.advance(SignedDuration::from_secs(30));
    let now = app.clock.clock().now();
    let begun = challenge(&app, "owner@acme.example").await;
    answer(&app, &begun, json!({ "totp": old.at(now) })).await.expect_problem(401, "second_factor_refused");
    answer(&app, &begun, json!({ "totp": new.at(now) })).await.expect::<Value>(200);
    app.pump().await;
}
