//! `members-decline-invitation`.

use serde_json::json;
use tests::App;

use super::{accept, assert_counts, company, invite, link, newest_event};

#[tokio::test]
async fn who_declines_gives_the_seat_back_and_the_link_is_dead() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    invite(&owner, "ben@acme.example", "member").await;
    let (one, two) =
        (link(&app, owner.tenant, "ben@acme.example").await, link(&app, owner.tenant, "ben@acme.example").await);
    assert_eq!(app.post("/v1/invitations/decline", json!({ "token": one })).await.status, 204);
    assert_eq!(newest_event(&owner).await["kind"], "invitation.declined");
    assert_eq!(company(&app, owner.tenant).await.seats, 1);
    assert_counts(&app, owner.tenant).await;
    for link in [one, two] {
        accept(&app, &link).await.expect_problem(410, "link_not_good");
        app.post("/v1/invitations/decline", json!({ "token": link })).await.expect_problem(410, "link_not_good");
    }
    app.pump().await;
    let mail = app.mail_to("owner@acme.example");
    assert_eq!(mail.subject, "1 invitation to acme was declined");
    assert!(mail.from.starts_with("\"acme via Steward\" <"), "{}", mail.from);
    assert!(mail.text.contains("Invited: ben"), "{}", mail.text);
}
