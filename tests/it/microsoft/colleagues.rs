//! `microsoft-colleagues`.

use model::Role;
use serde_json::{Value, json};
use tests::{App, directory};

use crate::{at_microsoft, table};

const PATH: &str = "/v1/microsoft/colleagues";

#[tokio::test]
async fn people_at_work_are_found_by_what_is_shown_of_them() {
    let app = App::of(directory(1, 200)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    assert_eq!(owner.get(PATH).await.expect::<Value>(200), json!({ "items": [], "more": false }), "nothing is scanned");
    owner.connect(id).await;
    app.pump().await;
    let all: Value = owner.get(PATH).await.expect(200);
    let shown = all["items"].as_array().unwrap();
    assert_eq!((shown.len(), &all["more"]), (20, &json!(true)));
    let names: Vec<String> = shown.iter().map(|one| one["name"].as_str().unwrap().to_lowercase()).collect();
    assert!(names.is_sorted(), "{names:?}");

    let anna = at_microsoft::people(&app, id, 1).remove(0);
    let found: Value = owner.get(&format!("{PATH}?search={}", anna.upn.to_uppercase())).await.expect(200);
    assert_eq!(found["items"][0]["person"], json!(anna.id), "{found}");
    assert_eq!((&found["items"][0]["name"], &found["more"]), (&json!(anna.name), &json!(false)));
    // Whom one does not invite: guests, and accounts nobody works with.
    let guests = app.microsoft().directory(id, |d| d.guests()).unwrap();
    assert!(!guests.is_empty());
    for guest in guests {
        let name = guest.upn.split('#').next().unwrap();
        let found: Value = owner.get(&format!("{PATH}?search={name}")).await.expect(200);
        assert!(!found.to_string().contains(&guest.id.to_string()));
    }
    // Who joined is a colleague no more to invite.
    crate::tenants::policy::change_policy(&app, &owner, json!({ "join": { "who": "directory", "role": "member" } }))
        .await;
    at_microsoft::client(&app, anna.id).await;
    let found: Value = owner.get(&format!("{PATH}?search={}", anna.upn)).await.expect(200);
    assert_eq!(found["items"], json!([]));
    owner.get(&format!("{PATH}?search={}", "a".repeat(101))).await.expect_problem(400, "bad_query");
    let nobody: Value = owner.get(&format!("{PATH}?search=%00%25_nobody")).await.expect(200);
    assert_eq!(nobody["items"], json!([]));
    // Who may invite looks; it takes no call of Microsoft.
    let calls = app.microsoft().calls().len();
    let scope = table::scope(&app, &owner).await;
    for &role in Role::ALL {
        table::set_role(&app, &scope, &owner, role).await;
        let answer = owner.get(PATH).await;
        match role {
            Role::Owner | Role::Admin => assert_eq!(answer.status, 200),
            Role::Developer | Role::Member | Role::ReadOnly => answer.expect_problem(403, "forbidden"),
        }
    }
    assert_eq!(app.microsoft().calls().len(), calls);
}
