use std::{fs, path::Path};

use local_microsoft::{Directory, FolderError};
use serde_json::{Value, json};

use crate::client::{Hands, READER, WRITER, World};

fn save(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

/// Answers of a generated directory, saved page by page as a client would.
async fn saved(folder: &Path, world: &World) {
    let graph = world.graph().await;
    for (name, path) in
        [("organization", "/organization"), ("skus", "/subscribedSkus"), ("subscriptions", "/directory/subscriptions")]
    {
        save(folder, &format!("{name}.json"), &graph.get(path).await.text);
    }
    let groups =
        "/groups?$filter=assignedLicenses/$count ne 0&$count=true&$select=id,displayName,assignedLicenses,groupTypes";
    save(folder, "groups.json", &graph.call("GET", groups, true, None).await.text);
    let select = "id,userPrincipalName,displayName,accountEnabled,userType,createdDateTime,department,usageLocation,\
                  assignedLicenses,licenseAssignmentStates,signInActivity";
    let mut next = Some(format!("/users?$select={select}&$top=25"));
    let mut page = 0;
    while let Some(path) = next {
        let reply = graph.get(&path).await;
        save(folder, &format!("users-{page:02}.json"), &reply.text);
        next = reply.next();
        page += 1;
    }
    assert!(page > 2);
    let redirect = graph.get("/reports/getMailboxUsageDetail(period='D90')").await;
    let location = redirect.header("location").unwrap();
    let path = &location[location.find("/downloads/").unwrap()..];
    let request = axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap();
    save(folder, "MailboxUsage.csv", &world.send(request).await.text);
}

#[tokio::test]
async fn a_folder_of_saved_answers_answers_as_it_was_saved() {
    let folder = tempfile::tempdir().unwrap();
    let all = [READER.as_slice(), &WRITER].concat();
    let original = World::new(80, &all);
    saved(folder.path(), &original).await;
    let again = World::of(Hands::new(), Directory::from_folder(folder.path()).unwrap(), &all);
    assert_eq!(again.directory, original.directory);
    let admins = again.microsoft.directory(again.directory, Directory::administrators).unwrap();
    assert_eq!(admins.len(), 2, "somebody can consent");
    let (before, after) = (original.graph().await, again.graph().await);
    for path in [
        "/organization",
        "/subscribedSkus",
        "/directory/subscriptions",
        "/users?$select=id,displayName,assignedLicenses,licenseAssignmentStates,signInActivity&$top=30",
        "/users?$select=id&$filter=accountEnabled eq false",
        "/groups?$select=id,displayName,assignedLicenses",
    ] {
        let licensed: Vec<Value> = before.all(path).await;
        let mut expected = licensed;
        let mut actual = after.all(path).await;
        // Rows of one person may stand in another order.
        for user in expected.iter_mut().chain(&mut actual) {
            for field in ["assignedLicenses", "licenseAssignmentStates"] {
                if let Some(rows) = user[field].as_array_mut() {
                    rows.sort_by_key(Value::to_string);
                }
            }
        }
        assert_eq!(expected, actual, "{path}");
    }
    let report = "getMailboxUsageDetail(period='D90')";
    assert_eq!(before.report(report).await, after.report(report).await);
    assert_eq!(after.get("/reports/getM365AppUserDetail(period='D90')").await.status, 404, "was not saved");

    let users = after.all("/users?$select=id,assignedLicenses,licenseAssignmentStates&$top=500").await;
    let direct = |user: &&Value| {
        let states = user["licenseAssignmentStates"].as_array().unwrap();
        states.len() == 1 && states[0]["assignedByGroup"].is_null()
    };
    let user = users.iter().find(direct).unwrap();
    let sku = &user["assignedLicenses"][0]["skuId"];
    let body = json!({"addLicenses": [], "removeLicenses": [sku]});
    let path = format!("/users/{}/assignLicense", user["id"].as_str().unwrap());
    let reply = after.call("POST", &path, false, Some(body)).await;
    assert_eq!((reply.status, &reply.json()["assignedLicenses"]), (200, &json!([])));
}

#[test]
fn a_folder_that_is_none_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Directory::from_folder(folder.path()), Err(FolderError::Empty(_))));
    assert!(matches!(Directory::from_folder(&folder.path().join("nowhere")), Err(FolderError::File(..))));
    save(folder.path(), "a.json", "{");
    assert!(matches!(Directory::from_folder(folder.path()), Err(FolderError::Json(..))));
    save(folder.path(), "a.json", r#"{"@odata.context":"https://graph/v1.0/$metadata#users","value":[{"id":"x"}]}"#);
    assert!(matches!(Directory::from_folder(folder.path()), Err(FolderError::Item(..))));
    fs::remove_file(folder.path().join("a.json")).unwrap();
    save(folder.path(), "b.csv", "a,b,c\n1,2,3\n");
    assert!(matches!(Directory::from_folder(folder.path()), Err(FolderError::Report(..))));
}
