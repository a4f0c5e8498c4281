//! `members-invitations`.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::App;

use super::{accept, invite, link};

#[tokio::test]
async fn the_list_says_where_each_invitation_is_and_never_its_link() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    for name in ["pending", "accepted", "declined", "cancelled"] {
        invite(&owner, &format!("{name}@acme.example"), "member").await;
    }
    let taken = link(&app, owner.tenant, "accepted@acme.example").await;
    accept(&app, &taken).await.expect::<Value>(201);
    let refused = link(&app, owner.tenant, "declined@acme.example").await;
    assert_eq!(app.post("/v1/invitations/decline", json!({ "token": refused })).await.status, 204);
    let listed = async || -> Vec<Value> {
        let owner = app.sign_in("owner@acme.example").await;
        owner.get("/v1/invitations").await.expect::<Value>(200)["items"].as_array().unwrap().clone()
    };
    let of = |items: &[Value], name: &str| -> Value {
        items.iter().find(|item| item["email"] == format!("{name}@acme.example")).unwrap().clone()
    };
    let id = of(&listed().await, "cancelled")["invitation"].as_str().unwrap().to_owned();
    assert_eq!(owner.delete(&format!("/v1/invitations/{id}")).await.status, 204);

    let items = listed().await;
    for name in ["pending", "accepted", "declined", "cancelled"] {
        assert_eq!(of(&items, name)["status"], name);
        assert_eq!(of(&items, name)["invited_by"], json!(owner.user));
    }
    let text = json!(items).to_string();
    for secret in ["sit_", "serial", "token", "hash"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    app.clock.advance(SignedDuration::from_hours(48));
    assert_eq!(of(&listed().await, "pending")["status"], "expired");
    app.pump().await;
}

#[tokio::test]
async fn pages_hold_every_invitation_once_and_no_other_companys() {
    let app = App::start().await;
    let (owner, other) = (app.tenant("acme").await, app.tenant("other").await);
    for number in 0..7 {
        invite(&owner, &format!("guest{number}@acme.example"), "member").await;
        invite(&other, &format!("guest{number}@other.example"), "member").await;
    }
    let (mut path, mut seen) = ("/v1/invitations?limit=3".to_owned(), Vec::new());
    loop {
        let page: Value = owner.get(&path).await.expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap().to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/invitations?limit=3&cursor={cursor}");
    }
    seen.sort();
    assert_eq!(seen, (0..7).map(|number| format!("guest{number}@acme.example")).collect::<Vec<_>>());
    app.pump().await;
}
