//! `fixes-export`.

use std::collections::BTreeMap;

use http::header;
use jiff::SignedDuration;
use model::{Change, FixId, PersonId, Role, State};
use serde_json::{Value, json};
use store::{Attempt, FixItem, FixPart, ItemState};
use tests::{Answer, App, Client};

use super::{any, app, approve, finding, fix_of, items, owner, preview, undo};
use crate::{
    files::{is_noted, minor, rows, unquoted},
    table::{scope, set_role},
};

async fn file(owner: &Client<'_>, query: &str) -> Answer {
    owner.get(&format!("/v1/fixes/export{query}")).await
}

#[tokio::test]
async fn the_file_has_a_row_for_every_change_with_how_it_and_its_undo_ended() {
    let app = app(180).await;
    let mut owner = owner(&app).await;
    let (first, _) = fix_of(&app, &mut owner, "L3").await;
    undo(&app, &mut owner, &first).await;
    app.clock.advance(SignedDuration::from_secs(1));
    let (second, _) = fix_of(&app, &mut owner, "L3").await;
    let members: Value = owner.get("/v1/members").await.expect(200);
    let name = members["items"][0]["name"].as_str().unwrap();
    let answer = file(&owner, "").await;
    assert!(answer.headers.get(header::LINK).is_none());
    let file_rows = rows(&answer, "steward-changes");
    let mut left = file_rows.iter();
    for (path, is_undone) in [(&first, true), (&second, false)] {
        let fix: Value = owner.get(path).await.expect(200);
        for item in items(&owner, path).await {
            let row = left.next().expect("a row for every change");
            for (cell, value) in [
                ("fix", &fix["fix"]),
                ("headline", &fix["headline"]),
                ("check", &json!("L3")),
                ("requested_at", &fix["requested_at"]),
                ("requested_by", &json!(name)),
                ("requested_by_id", &fix["requested_by"]),
                ("person", &item["person"]),
                ("change", &item["what"]),
                ("outcome", &json!("done")),
                ("reason", &json!("")),
                ("ended_at", &item["outcome"]["ended_at"]),
                ("undo_outcome", &json!(if is_undone { "done" } else { "" })),
                ("can_be_undone", &json!(if is_undone { "no" } else { "yes" })),
                ("stands", &json!(if is_undone { "no" } else { "yes" })),
            ] {
                assert_eq!(row[cell], value.as_str().unwrap(), "{cell} of {row:#?}");
            }
            assert_eq!(unquoted(&row["name"]), item["name"].as_str().unwrap().replace('\0', ""));
            assert_eq!(row["number"], item["number"].to_string());
            assert_eq!(row["undo_ended_at"], item["undo"]["ended_at"].as_str().unwrap_or_default());
            assert_eq!(row["undo_until"], fix["undo"]["until"].as_str().unwrap_or_default());
            assert_eq!(minor(&row["monthly"]), item["monthly"]["amount_minor"].as_i64());
            assert_eq!(row["currency"], item["monthly"]["currency"].as_str().unwrap_or_default());
            // What was taken was there before, and is not after.
            let taken = item["what"].as_str().unwrap().strip_prefix("Remove ").unwrap();
            assert!(taken.split(", ").all(|one| row["before"].contains(one)), "{row:#?}");
            assert_ne!(row["before"], row["after"]);
        }
    }
    assert!(left.next().is_none() && !file_rows.is_empty());
    is_noted(&owner, "fixes", file_rows.len()).await;
    file(&owner, "?cursor=junk").await.expect_problem(400, "bad_cursor");
    app.pump().await;
}

#[tokio::test]
async fn what_was_called_off_is_told_as_that() {
    let app = app(180).await;
    let owner = owner(&app).await;
    let at = app.clock.clock().now() + SignedDuration::from_hours(24);
    let shown = preview(&owner, json!({ "finding": finding(&owner, "L3").await, "at": at.to_string() })).await;
    let path = approve(&app, &owner, &shown).await;
    let planned = rows(&file(&owner, "").await, "steward-changes");
    assert!(!planned.is_empty());
    for row in &planned {
        assert_eq!((row["outcome"].as_str(), &row["planned_for"]), ("waiting", &at.to_string()));
    }
    assert_eq!(owner.delete(&path).await.status, 204);
    for row in rows(&file(&owner, "").await, "steward-changes") {
        assert_eq!((row["outcome"].as_str(), row["stands"].as_str()), ("cancelled", "no"), "{row:#?}");
    }
    app.pump().await;
}

/// Adds parts of twenty changes each to a fix, of people with a name.
async fn add(app: &App, owner: &Client<'_>, fix: FixId, parts: std::ops::Range<u16>, name: &str) {
    let scope = scope(app, owner).await;
    let tenant = app.system.store.of(&scope);
    for part in parts {
        let number = |at: u32| u32::from(part) * 20 + at;
        let item = |at: u32| FixItem {
            number: number(at),
            person: Some(PersonId(uuid::Uuid::from_u128(number(at).into()))),
            name: name.into(),
            change: Change::SignIn { allowed: false },
            before: State { enabled: Some(true), ..State::default() },
            doubts: None,
            monthly: None,
            attempt: Attempt { state: ItemState::Done, ..Attempt::WAITING },
            undo: None,
        };
        let (groups, items) = (BTreeMap::new(), (1..=20).map(item).collect());
        tenant.save(&FixPart { fix, part, groups, items }).await.unwrap();
    }
}

#[tokio::test]
async fn a_long_list_is_several_files_with_every_change_once_and_no_name_is_a_formula() {
    const PARTS: u16 = 240;
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    let fix: FixId = any(&app, &owner).await.parse().unwrap();
    let name = format!("=HYPERLINK(\"https://evil.example\"){}", "€".repeat(160));
    add(&app, &owner, fix, 0..PARTS, &name).await;
    let (mut query, mut numbers, mut files) = (String::new(), Vec::new(), 0);
    loop {
        let answer = file(&owner, &query).await;
        // As Lambda answers it: a JSON text, in which each quote takes two.
        assert!(Value::from(String::from_utf8_lossy(&answer.body)).to_string().len() < 6_000_000);
        let file_rows = rows(&answer, "steward-changes");
        for row in &file_rows {
            assert!(row["name"].starts_with('\'') && unquoted(&row["name"]) == name);
            assert_eq!((row["before"].as_str(), row["after"].as_str()), ("Sign-in allowed", "Sign-in blocked"));
        }
        is_noted(&owner, "fixes", file_rows.len()).await;
        numbers.extend(file_rows.iter().map(|row| row["number"].parse::<u32>().unwrap()));
        files += 1;
        let Some(link) = answer.headers.get(header::LINK) else { break };
        let link = link.to_str().unwrap();
        query = link.strip_prefix('<').and_then(|link| link.split_once('>')).unwrap().0.to_owned();
        // Of another moment: the log sorts by time.
        app.clock.advance(SignedDuration::from_secs(1));
    }
    assert!(files > 1, "it is one file: this shows nothing");
    assert!(numbers.iter().copied().eq(1..=u32::from(PARTS) * 20));
    app.pump().await;
}

#[tokio::test]
async fn who_may_look_at_changes_may_not_take_them_away() {
    let app = App::start().await;
    let owner = app.tenant("acme").await;
    assert_eq!(rows(&file(&owner, "").await, "steward-changes").len(), 0);
    set_role(&app, &scope(&app, &owner).await, &owner, Role::Member).await;
    owner.get("/v1/fixes").await.expect::<Value>(200);
    file(&owner, "").await.expect_problem(403, "forbidden");
    app.pump().await;
}
