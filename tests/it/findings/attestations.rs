//! `findings-attestations`.

use serde_json::{Value, json};
use tests::{App, directory};

use super::attest::asked;

#[tokio::test]
async fn members_see_who_was_asked_and_no_address() {
    let app = App::of(directory(3, 180)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let (finding, person, _) = asked(&app, &owner).await;
    let path = format!("/v1/findings/{finding}/attestations");
    let told: Value = owner.get(&path).await.expect(200);
    let one = &told["items"][0];
    assert_eq!((&one["person"], &one["state"]), (&person.as_str().into(), &"open".into()));
    assert_eq!((&one["manager"], &one["asked_by"]), (&"Owner of northwind".into(), &json!(owner.user)));
    assert!(!told.to_string().contains("owner@northwind.example"));
    // Those of another company are nobody's here.
    let other = app.tenant("contoso").await;
    assert_eq!(other.get(&path).await.expect::<Value>(200)["items"], json!([]));
    owner.get(&format!("{path}?cursor=junk")).await.expect_problem(400, "bad_cursor");
}
