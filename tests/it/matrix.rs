//! Role by route (S-3): the running system against the reviewed table of `docs/roles.md`.

use http::{Method, Request, header};
use model::{Permission, Permissions, Role, RoleName};
use serde_json::{Value, json};
use tests::App;

use crate::{
    members::{join, set_company},
    table::{scope_of, set_member},
};

/// An operation of the reviewed table that takes a permission.
struct Row {
    method: Method,
    path: String,
    takes: Permission,
}

fn rows() -> Vec<Row> {
    let table = include_str!("../../docs/roles.md").split("## Operations").nth(1).expect("the operations");
    let rows = table.lines().filter_map(|line| {
        let [_, _, route, _, takes, _] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] else { return None };
        let takes = takes.strip_prefix('`')?.strip_suffix('`')?;
        let (method, path) = route.strip_prefix('`')?.strip_suffix('`')?.split_once(' ')?;
        let takes = Permission::ALL.iter().copied().find(|one| one.as_str() == takes).expect("a permission");
        Some(Row { method: method.parse().expect("a method"), path: path.to_owned(), takes })
    });
    rows.collect()
}

/// The path with ids that are well-formed and of nothing.
fn of_nothing(path: &str) -> String {
    let ids = [
        ("feed", "fed"),
        ("finding", "fnd"),
        ("invitation", "inv"),
        ("key", "key"),
        ("role", "rol"),
        ("scan", "scn"),
        ("user", "usr"),
    ];
    let path = path.replace("{person}", "00000000-0000-4000-8000-000000000000");
    ids.iter().fold(path, |path, (name, prefix)| {
        path.replace(&format!("{{{name}}}"), &format!("{prefix}_{}", "0".repeat(26)))
    })
}

#[tokio::test]
async fn every_set_of_rights_does_what_the_reviewed_table_says_and_no_more() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "member").await;
    let rows = rows();
    assert!(rows.len() >= 20, "{} rows", rows.len());
    // Ours, none at all, each permission alone, and everything but one.
    let mut sets: Vec<Permissions> = Role::ALL.iter().map(|role| role.permissions()).collect();
    sets.push(Permissions::NONE);
    sets.extend(Permission::ALL.iter().map(|one| Permissions::NONE.with(*one)));
    let all_but = |out: &Permission| -> Permissions { Permissions::ALL.iter().filter(|one| one != out).collect() };
    sets.extend(Permission::ALL.iter().map(all_but));
    let id = owner.post("/v1/roles", json!({ "name": "Any", "permissions": [] })).await.json()["role"].clone();
    let role: RoleName = serde_json::from_value(id).unwrap();
    let scope = scope_of(&app, owner.tenant);
    set_member(&app, &scope, &ben, |member| member.role = role).await;
    for permissions in sets {
        set_company(&app, owner.tenant, |company| company.roles[0].permissions = permissions).await;
        for Row { method, path, takes } in &rows {
            let request = Request::builder()
                .method(method.clone())
                .uri(of_nothing(path))
                .header(header::AUTHORIZATION, format!("Bearer {}", ben.token))
                .header(header::CONTENT_TYPE, "application/json")
                .body("{\"nothing\":0}".into())
                .unwrap();
            let answer = app.send(request).await;
            // An export is a file, and some answers are empty: what lacks is told in a problem only.
            let told: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            let lacking = told["required_permission"].clone();
            let refused = answer.status == 403 && lacking == takes.as_str();
            assert_eq!(refused, !permissions.holds(*takes), "{method} {path} {permissions:?}: {told}");
        }
    }
    app.pump().await;
}
