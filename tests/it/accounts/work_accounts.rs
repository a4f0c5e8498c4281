//! `accounts-work-accounts`.

use serde_json::{Value, json};
use tests::{App, directory};

use crate::at_microsoft::{LINK, link};
use crate::microsoft::administrator;

#[tokio::test]
async fn everybody_sees_their_own_work_accounts() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let (owner, other) = (app.tenant("northwind").await, app.tenant("contoso").await);
    assert_eq!(owner.get(LINK).await.expect::<Value>(200), json!({ "items": [] }));
    link(&app, &owner, administrator(&app, id)).await;
    let wanted = json!({ "items": [{ "directory": id, "since": tests::BEGIN }] });
    assert_eq!(owner.get(LINK).await.expect::<Value>(200), wanted);
    assert_eq!(other.get(LINK).await.expect::<Value>(200), json!({ "items": [] }));
    app.pump().await;
}
