use graph::{Error, PageLink};
use serde_json::json;

use crate::server::{Reply, Server, page};

const USERS: &str = "/v1.0/users";

fn user(n: u32) -> serde_json::Value {
    json!({"id": format!("00000000-0000-0000-0000-{n:012}"), "displayName": format!("Person {n}"),
        "@odata.type": "#microsoft.graph.user", "signInActivity": {"lastSignInDateTime": "2026-11-01T00:00:00Z"}})
}

/// All people, page by page, with the link stored and read back between pages as a checkpoint would be.
async fn read_all(server: &Server, sign_in: bool) -> Result<Vec<String>, Error> {
    let directory = server.directory();
    let (mut names, mut link) = (Vec::new(), None::<PageLink>);
    loop {
        let page = directory.users_page(link.as_ref(), sign_in).await?;
        names.extend(page.items.into_iter().filter_map(|user| user.display_name));
        match page.next {
            None => return Ok(names),
            Some(next) => link = Some(serde_json::from_str(&serde_json::to_string(&next).unwrap()).unwrap()),
        }
    }
}

#[tokio::test]
async fn pages_are_followed_verbatim_through_empty_ones_to_the_last() {
    let server = Server::start().await;
    let link = |token: &str| server.at(&format!("/v1.0/users?$skiptoken={token}"));
    server.reply(
        USERS,
        [
            page(json!([user(1), user(2)]), Some(&link("a%2Bb%27c~_-"))),
            page(json!([]), Some(&link("2"))),
            page(json!([user(3)]), None),
        ],
    );
    assert_eq!(read_all(&server, true).await.unwrap(), ["Person 1", "Person 2", "Person 3"]);
    let asked: Vec<String> = server.seen(USERS).iter().map(|seen| seen.uri.query().unwrap().to_owned()).collect();
    assert!(asked[0].starts_with("$select=id,userPrincipalName,"), "{}", asked[0]);
    assert!(asked[0].ends_with(",signInActivity&$top=500"), "{}", asked[0]);
    assert_eq!(asked[1..], ["$skiptoken=a%2Bb%27c~_-", "$skiptoken=2"]);
}

#[tokio::test]
async fn without_sign_in_dates_pages_are_as_large_as_graph_gives_them() {
    let server = Server::start().await;
    server.reply(USERS, [page(json!([]), None)]);
    assert!(read_all(&server, false).await.unwrap().is_empty());
    let query = server.seen(USERS)[0].uri.query().unwrap().to_owned();
    assert!(query.ends_with("&$top=999") && !query.contains("signInActivity"), "{query}");
}

#[tokio::test]
async fn a_next_page_at_another_host_gets_no_request_and_no_token() {
    let (server, elsewhere) = (Server::start().await, Server::start().await);
    server.reply(USERS, [page(json!([user(1)]), Some(&elsewhere.at(USERS)))]);
    let error = read_all(&server, true).await.unwrap_err();
    assert!(matches!(&error, Error::BadAnswer { reason, .. } if reason.contains("another host")), "{error}");
    assert_eq!(elsewhere.all_seen().len(), 0);
    assert_eq!(server.seen(USERS).len(), 1);
}

#[tokio::test]
async fn a_stored_link_that_was_tampered_with_gets_no_token() {
    let (server, elsewhere) = (Server::start().await, Server::start().await);
    let link = json!({"url": elsewhere.at(USERS), "page": 3, "mark": 1});
    let link: PageLink = serde_json::from_value(link).unwrap();
    let error = server.directory().users_page(Some(&link), true).await.unwrap_err();
    assert_eq!(error.reason(), "bad_answer");
    assert_eq!(elsewhere.all_seen().len(), 0);
}

#[tokio::test]
async fn a_chain_that_runs_in_a_circle_ends() {
    let server = Server::start().await;
    let circle = ["a", "b", "c"].map(|token| server.at(&format!("/v1.0/users?$skiptoken={token}")));
    server.reply(USERS, (0..100).map(|i| page(json!([user(1)]), Some(&circle[i % 3]))));
    let error = read_all(&server, true).await.unwrap_err();
    assert!(matches!(&error, Error::BadAnswer { reason, .. } if reason.contains("earlier page")), "{error}");
    assert!(server.seen(USERS).len() <= 10);
}

#[tokio::test]
async fn a_link_that_is_too_old_says_so() {
    let server = Server::start().await;
    let link = server.at("/v1.0/users?$skiptoken=old");
    server.reply(USERS, [page(json!([]), Some(&link)), Reply::error(400, "Directory_ExpiredPageToken")]);
    let error = read_all(&server, true).await.unwrap_err();
    assert_eq!(error.reason(), "page_expired");
}

#[tokio::test]
async fn a_body_that_breaks_off_or_is_cut_is_asked_for_again_and_never_half_taken() {
    let server = Server::start().await;
    let whole = page(json!([user(1), user(2), user(3)]), None);
    let cut = Reply::text(200, "application/json", r#"{"value":[{"displayName":"Person 9"}"#);
    server.reply(USERS, [whole.clone().breaking_off(), cut, whole]);
    assert_eq!(read_all(&server, true).await.unwrap(), ["Person 1", "Person 2", "Person 3"]);
    assert_eq!(server.seen(USERS).len(), 3);
}

#[tokio::test]
async fn an_answer_that_never_ends_is_refused() {
    let many = format!(r#"{{"value":[{}{{}}]}}"#, "{},".repeat(10_000));
    let long = format!(r#"{{"value":[{}]}}"#, " ".repeat(33 * 1024 * 1024));
    for (body, why, tries) in [(many, "10000 elements", 6), (long, "33554432 bytes", 1)] {
        let server = Server::start().await;
        server.reply(USERS, [Reply::text(200, "application/json", body)]);
        let error = server.directory().users_page(None, true).await.unwrap_err();
        assert!(matches!(&error, Error::BadAnswer { reason, .. } if reason.contains(why)), "{error}");
        assert_eq!(server.seen(USERS).len(), tries);
    }
}
