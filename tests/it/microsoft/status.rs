//! `microsoft-status`.

use http::Method;
use model::Role;
use serde_json::{Value, json};
use tests::{App, READER_APP, directory};

use crate::table;

#[tokio::test]
async fn it_says_where_the_connection_is_at_every_point_of_its_life() {
    let app = App::of(directory(1, 30)).await;
    let id = app.only_directory();
    let owner = app.tenant("northwind").await;
    let mut never: Value = owner.get("/v1/microsoft").await.expect(200);
    let tiers = never.as_object_mut().unwrap().remove("tiers").unwrap();
    let reads = never.as_object_mut().unwrap().remove("reads").unwrap();
    assert!(reads.as_array().unwrap().iter().all(|one| one["granted"] == false), "{reads:#}");
    assert_eq!((tiers[0]["tier"].as_str(), tiers[0]["granted"].as_bool()), (Some("licence_writer"), Some(false)));
    let nothing = json!({
        "state": "disconnected", "directory": null, "name": null, "reason": null, "since": null, "granted": [], "missing": [],
    });
    assert_eq!(never, nothing);

    owner.connect(id).await;
    app.pump().await;
    let connected: Value = owner.get("/v1/microsoft").await.expect(200);
    let mut granted: Vec<Value> = connected["granted"].as_array().unwrap().clone();
    granted.sort_by_key(Value::to_string);
    assert_eq!(granted, graph::reader_permissions().into_iter().map(Value::from).collect::<Vec<_>>());
    assert!(connected["since"].is_string() && connected["reason"].is_null());
    for read in connected["reads"].as_array().unwrap() {
        assert_eq!(read["granted"], true, "{read:#}");
        for one in read["uses"].as_array().unwrap() {
            assert!(one["what"].as_str().is_some_and(|what| !what.is_empty()), "{read:#}");
            assert!(one["why"].as_str().is_some_and(|why| why.starts_with("To ")), "{read:#}");
        }
        assert_ne!(read["uses"], json!([]), "{read:#}");
    }
    let of = |name: &str| connected["reads"].as_array().unwrap().iter().find(|one| one["name"] == name).cloned();
    let people = json!({
        "what": "Names, sign-in names, departments and licences of people", "why": "To find licences nobody needs",
    });
    assert_eq!(of("User.Read.All").unwrap()["uses"][0], people);

    app.microsoft().revoke_consent(READER_APP, id);
    owner.act("/v1/scans").await.expect::<Value>(202);
    app.pump().await;
    let lost: Value = owner.get("/v1/microsoft").await.expect(200);
    assert_eq!((lost["state"].as_str(), lost["directory"].clone()), (Some("consent_lost"), json!(id)));
    assert!(lost["reason"].as_str().unwrap().starts_with("AADSTS"), "{lost:#}");

    owner.delete("/v1/microsoft").await;
    let ended: Value = owner.get("/v1/microsoft").await.expect(200);
    assert_eq!((ended["state"].as_str(), ended["granted"].clone()), (Some("disconnected"), json!([])));
}

#[tokio::test]
async fn every_role_sees_it_and_nobody_else() {
    let app = App::of(directory(1, 30)).await;
    let owner = app.scanned("northwind", app.only_directory()).await;
    let scope = table::scope(&app, &owner).await;
    for &role in Role::ALL {
        table::set_role(&app, &scope, &owner, role).await;
        let status: Value = owner.get("/v1/microsoft").await.expect(200);
        assert_eq!(status["state"], "connected", "{role:?}");
    }
    app.call(Method::GET, "/v1/microsoft", None, None).await.expect_problem(401, "missing_credentials");
    let other = app.tenant("contoso").await;
    let status: Value = other.get("/v1/microsoft").await.expect(200);
    assert_eq!((status["state"].as_str(), status["directory"].clone()), (Some("disconnected"), Value::Null));
}
