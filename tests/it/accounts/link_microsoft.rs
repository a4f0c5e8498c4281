//! `accounts-link-microsoft`.

use http::Method;
use jiff::SignedDuration;
use serde_json::Value;
use tests::{App, Options, directory};

use crate::at_microsoft::{LINK, LINK_CALLBACK, link, returned};
use crate::microsoft::administrator;

#[tokio::test]
async fn it_begins_in_a_session_whose_owner_proved_who_they_are_a_moment_ago() {
    let app = App::of(directory(1, 30)).await;
    app.call(Method::POST, LINK, None, None).await.expect_problem(401, "missing_credentials");
    let owner = app.tenant("northwind").await;
    let begun: Value = owner.act(LINK).await.expect(200);
    assert!(begun["url"].as_str().unwrap().contains("%2Faccount%2Fmicrosoft"));
    app.clock.advance(SignedDuration::from_mins(11));
    owner.act(LINK).await.expect_problem(403, "proof_too_old");
}

#[tokio::test]
async fn five_work_accounts_are_enough() {
    let directories = (1..=6).map(|seed| directory(seed, 20)).collect();
    let app = App::with(Options { directories, ..Options::default() }).await;
    let owner = app.tenant("northwind").await;
    // Also of those that were begun before there were so many.
    let begun: Value = owner.act(LINK).await.expect(200);
    let sixth = administrator(&app, app.microsoft().directories()[5]);
    let late = returned(&app, begun["url"].as_str().unwrap(), sixth);
    for id in app.microsoft().directories().into_iter().take(5) {
        assert_eq!(link(&app, &owner, administrator(&app, id)).await.status, 204);
    }
    owner.post(LINK_CALLBACK, late).await.expect_problem(409, "in_use");
    owner.act(LINK).await.expect_problem(409, "in_use");
    app.pump().await;
}
