//! Role by route (S-3): the running system against the reviewed table of `docs/roles.md`.

use http::{Method, Request, header};
use model::{Permission, Permissions, Role, RoleName};
use serde_json::{Value, json};
use tests::{Answer, App};

use crate::{
    members::{join, set_company},
    table::{scope_of, set_member},
};

/// An operation of the reviewed table that not anybody may call.
struct Row {
    method: Method,
    path: String,
    /// Whether a key may call it too.
    by_key: bool,
    takes: Option<Permission>,
}

fn rows() -> Vec<Row> {
    let table = include_str!("../../docs/roles.md").split("## Operations").nth(1).expect("the operations");
    let rows = table.lines().filter_map(|line| {
        let [_, _, route, who, takes, _] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] else { return None };
        let (method, path) = route.strip_prefix('`')?.strip_suffix('`')?.split_once(' ')?;
        let permission = |takes: &str| Permission::ALL.iter().copied().find(|one| one.as_str() == takes);
        let takes = match takes {
            "none" => None,
            takes => Some(permission(takes.trim_matches('`')).expect("a permission")),
        };
        let (method, path) = (method.parse().expect("a method"), path.to_owned());
        let row = Row { method, path, by_key: who == "a person or a key", takes };
        (who != "anybody").then_some(row)
    });
    rows.collect()
}

/// Calls an operation about nothing; its answer, and what it tells if that is a problem.
async fn tried(app: &App, token: &str, method: &Method, path: &str) -> (Answer, Value) {
    let request = Request::builder()
        .method(method.clone())
        .uri(of_nothing(path))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .body("{\"nothing\":0}".into())
        .unwrap();
    let answer = app.send(request).await;
    // An export is a file, and some answers are empty: what lacks is told in a problem only.
    let told = serde_json::from_slice(&answer.body).unwrap_or_default();
    (answer, told)
}

/// The path with ids that are well-formed and of nothing.
fn of_nothing(path: &str) -> String {
    let ids = [
        ("exception", "exc"),
        ("feed", "fed"),
        ("finding", "fnd"),
        ("invitation", "inv"),
        ("key", "key"),
        ("role", "rol"),
        ("scan", "scn"),
        ("user", "usr"),
    ];
    let path = path.replace("{sku}", "00000000-0000-4000-8000-000000000000");
    let path = path.replace("{person}", "00000000-0000-4000-8000-000000000000");
    ids.iter().fold(path, |path, (name, prefix)| {
        path.replace(&format!("{{{name}}}"), &format!("{prefix}_{}", "0".repeat(26)))
    })
}

/// All permissions but one.
fn all_but(out: Permission) -> impl Iterator<Item = Permission> {
    Permission::ALL.iter().copied().filter(move |one| *one != out)
}

#[tokio::test]
async fn every_set_of_rights_does_what_the_reviewed_table_says_and_no_more() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let ben = join(&app, &owner, "ben@acme.example", "member").await;
    let rows: Vec<(Row, Permission)> =
        rows().into_iter().filter_map(|row| row.takes.map(|takes| (row, takes))).collect();
    assert!(rows.len() >= 20, "{} rows", rows.len());
    // Ours and none at all, with every operation.
    let ours = Role::ALL.iter().map(|role| role.permissions()).chain([Permissions::NONE]);
    let mut sets: Vec<(Permissions, Option<Permission>)> = ours.map(|permissions| (permissions, None)).collect();
    // Each permission alone, and everything but that, with what takes it: alone it is enough, and all others are not.
    // Of what takes another one, those of that one say the same.
    for one in Permission::ALL {
        sets.push((Permissions::NONE.with(*one), Some(*one)));
        sets.push((all_but(*one).collect(), Some(*one)));
    }
    let id = owner.post("/v1/roles", json!({ "name": "Any", "permissions": [] })).await.json()["role"].clone();
    let role: RoleName = serde_json::from_value(id).unwrap();
    let scope = scope_of(&app, owner.tenant);
    set_member(&app, &scope, &ben, |member| member.role = role).await;
    for (permissions, only) in sets {
        set_company(&app, owner.tenant, |company| company.roles[0].permissions = permissions).await;
        let asked = rows.iter().filter(|(_, takes)| only.is_none_or(|one| one == *takes));
        for (Row { method, path, .. }, takes) in asked {
            let (answer, told) = tried(&app, &ben.token, method, path).await;
            let lacking = told["required_permission"].clone();
            let refused = answer.status == 403 && lacking == takes.as_str();
            assert_eq!(refused, !permissions.holds(*takes), "{method} {path} {permissions:?}: {told}");
        }
    }
    app.pump().await;
}

#[tokio::test]
async fn a_key_with_one_scope_does_what_takes_that_and_nothing_that_a_person_has_to_do() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let rows = rows();
    assert!(rows.iter().filter(|row| row.by_key).count() >= 15 && rows.iter().any(|row| !row.by_key));
    for (at, scope) in Permission::ALL.iter().enumerate() {
        // What takes none is the same with any.
        let asks = |row: &&Row| row.takes.map_or(at == 0, |takes| takes == *scope);
        // Alone, and all others: what takes it needs it, and nothing else.
        for scopes in [vec![*scope], all_but(*scope).collect()] {
            let has = scopes.contains(scope);
            let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
            let made: Value = owner.post("/v1/keys", json!({ "name": "Scopes", "scopes": scopes })).await.expect(201);
            let text = made["text"].as_str().unwrap();
            for Row { method, path, by_key, takes } in rows.iter().filter(asks) {
                let (answer, told) = tried(&app, text, method, path).await;
                let refused = match takes {
                    Some(_) if !has => Some("forbidden"),
                    _ if !by_key => Some("person_needed"),
                    _ => None,
                };
                let shown = format!("{method} {path} with {scopes:?}: {} {told}", answer.status);
                match refused {
                    Some(code) => assert_eq!((answer.status.as_u16(), &told["code"]), (403, &json!(code)), "{shown}"),
                    None => assert!(!matches!(answer.status.as_u16(), 401 | 403), "{shown}"),
                }
            }
            let path = format!("/v1/keys/{}", made["key"]["key"].as_str().unwrap_or_else(|| panic!("{made}")));
            assert_eq!(owner.delete(&path).await.status, 204);
        }
    }
    app.pump().await;
}
