//! What Graph and the network do to a reader once in a while: a scan ends with the same result, or in a state
//! that says precisely why not, and never with waste concluded from a part.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use local_microsoft::{Fault, RetryAfter, When};
use serde_json::Value;
use tests::{App, Client, directory};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    ledger::{Told, assert_equal, told},
    scans::{calls, pages, renew, scan},
};

/// Longer than anybody waits.
const LONG: RetryAfter = RetryAfter::Seconds(1_000_000_000);

/// What passes: asking again gives an answer.
fn passing() -> Vec<Fault> {
    let mut faults = vec![
        Fault::ResetMidBody,
        Fault::TruncatedJson,
        Fault::HtmlPage,
        Fault::ErrorWith200,
        Fault::Unauthorized,
        Fault::StatusAfterwards(504),
    ];
    for after in [
        RetryAfter::Absent,
        RetryAfter::Seconds(7),
        RetryAfter::Seconds(0),
        RetryAfter::Seconds(-1),
        LONG,
        RetryAfter::DateIn(30),
        RetryAfter::DateIn(-30),
    ] {
        faults.push(Fault::Status(429, after));
    }
    for status in [500, 502, 503, 504] {
        faults.push(Fault::Status(status, RetryAfter::Absent));
    }
    faults.push(Fault::Status(503, RetryAfter::Seconds(7)));
    faults
}

/// Each fault once at calls of each of the paths, all of them in one scan: as if nothing had been.
async fn passes(paths: &[&str], faults: Vec<Fault>, pause: SignedDuration) {
    let directory = directory(21, 30);
    let ledger = directory.ledger().clone();
    let app = App::of(directory).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    assert_equal(&before, &ledger, "undisturbed");
    for fault in faults {
        // Of the longest waits one scan has time for one.
        let at_once = if fault == Fault::Status(429, LONG) { 1 } else { paths.len() };
        for paths in paths.chunks(at_once) {
            app.clock.advance(pause);
            app.microsoft().clear_calls();
            for path in paths {
                app.microsoft().fault(When::path(path), fault.clone());
            }
            let ended = scan(&app, &mut owner).await;
            let what = format!("{fault:?} at {paths:?}");
            assert_eq!(app.microsoft().faults_left(), 0, "{what} happened");
            assert_eq!(ended["state"], "finished", "{what}: {ended:#}");
            let overview: Value = owner.get("/v1/overview").await.expect(200);
            for same in ["totals", "top", "findings", "not_evaluated"] {
                assert_eq!(overview[same], before.overview[same], "{what}");
            }
        }
    }
    assert_equal(&told(&owner).await, &ledger, &format!("{paths:?}"));
}

#[tokio::test]
async fn a_fault_in_the_licence_types_and_in_the_subscriptions_passes() {
    passes(&["/v1.0/subscribedskus", "/v1.0/directory/subscriptions"], passing(), SignedDuration::ZERO).await;
}

#[tokio::test]
async fn a_fault_in_the_people_passes() {
    passes(&["/v1.0/users"], passing(), SignedDuration::ZERO).await;
}

#[tokio::test]
async fn a_fault_in_roles_and_in_deleted_people_passes() {
    let paths = ["/v1.0/rolemanagement/directory/roleassignments", "/v1.0/directory/deleteditems/microsoft.graph.user"];
    passes(&paths, passing(), SignedDuration::ZERO).await;
}

#[tokio::test]
async fn a_fault_in_the_report_settings_and_in_a_report_passes() {
    let paths = ["/v1.0/admin/reportsettings", "/v1.0/reports/getoffice365activeuserdetail"];
    passes(&paths, passing(), SignedDuration::ZERO).await;
}

#[tokio::test]
async fn a_fault_in_a_download_passes() {
    // A report cut at the end of a line is whole to look at; a download has no shape that would tell. Its length does.
    let faults = passing().into_iter().filter(|fault| *fault != Fault::TruncatedJson).collect();
    passes(&["/downloads/"], faults, SignedDuration::ZERO).await;
}

#[tokio::test]
async fn a_fault_in_getting_a_token_passes() {
    let faults = vec![
        Fault::Status(429, RetryAfter::Seconds(5)),
        Fault::Status(503, RetryAfter::Absent),
        Fault::Status(504, RetryAfter::Absent),
        Fault::ResetMidBody,
        Fault::TruncatedJson,
        Fault::HtmlPage,
    ];
    // A token is good for an hour.
    passes(&["/{tenant}/oauth2/v2.0/token"], faults, SignedDuration::from_hours(2)).await;
}

/// A directory of two pages, scanned once.
async fn two_pages(app: &App) -> (Client<'_>, Told) {
    let owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    assert_eq!(pages(app), 2);
    (owner, before)
}

#[tokio::test]
async fn people_given_twice_or_on_empty_pages_count_once() {
    let directory = directory(21, 520);
    let ledger = directory.ledger().clone();
    let app = App::of(directory).await;
    let (mut owner, before) = two_pages(&app).await;
    // Page tokens carry the second they were made in: a token of the same place and second would be a circle.
    app.microsoft().page_latency(SignedDuration::from_secs(1));
    for (fault, nth) in [
        (Fault::DuplicateItem, 1),
        (Fault::EmptyPage, 1),
        (Fault::EmptyPage, 2),
        // Back to the first page: read twice, counted once.
        (Fault::LoopingNextLink, 1),
        (Fault::ExpiredSkipToken, 2),
    ] {
        app.microsoft().clear_calls();
        app.microsoft().fault(When::path("/v1.0/users").nth(nth), fault.clone());
        let ended = scan(&app, &mut owner).await;
        assert_eq!(
            (ended["state"].as_str(), app.microsoft().faults_left()),
            (Some("finished"), 0),
            "{fault:?}: {ended:#}"
        );
        let overview: Value = owner.get("/v1/overview").await.expect(200);
        assert_eq!(overview["totals"], before.overview["totals"], "{fault:?} on page {nth}");
        assert_eq!(ended["progress"]["people"], 520, "{fault:?} on page {nth}");
        assert!(pages(&app) <= 4, "{fault:?} on page {nth}: {} pages", pages(&app));
    }
    let after = told(&owner).await;
    assert_equal(&after, &ledger, "after all of them");
    assert_eq!(after.result(), before.result());
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_end_the_scan() {
    let app = App::of(directory(21, 520)).await;
    let (mut owner, before) = two_pages(&app).await;
    for (nth, fault, failure) in [
        (1, Fault::LoopingNextLink, "bad_answer"),
        (2, Fault::LoopingNextLink, "bad_answer"),
        (2, Fault::ExpiredSkipToken, "too_slow"),
    ] {
        app.microsoft().clear_calls();
        app.microsoft().fault(When::path("/v1.0/users").nth(nth).always(), fault.clone());
        let ended = scan(&app, &mut owner).await;
        app.microsoft().clear_faults();
        let told = (ended["state"].as_str(), ended["failure"].as_str());
        let allowed = [(Some("failed"), Some(failure)), (Some("failed"), Some("page_expired"))];
        assert!(allowed.contains(&told), "{fault:?} from page {nth} on: {ended:#}");
        assert!(pages(&app) <= 200, "{fault:?} from page {nth} on: {} pages", pages(&app));
        let overview: Value = owner.get("/v1/overview").await.expect(200);
        assert_eq!(overview["totals"], before.overview["totals"], "{fault:?}");
    }
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    assert_eq!(told(&owner).await.result(), before.result());
}

#[tokio::test]
async fn somebody_missing_or_deleted_between_pages_is_nobody_else() {
    let directory = directory(21, 520);
    let app = App::of(directory).await;
    let (mut owner, before) = two_pages(&app).await;
    for fault in [Fault::MissingItem, Fault::UserDeletedBetweenPages] {
        app.microsoft().fault(When::path("/v1.0/users"), fault.clone());
        let ended = scan(&app, &mut owner).await;
        assert_eq!(
            (ended["state"].as_str(), app.microsoft().faults_left()),
            (Some("finished"), 0),
            "{fault:?}: {ended:#}"
        );
        assert_eq!(ended["progress"]["people"], 519, "{fault:?}");
        let after = told(&owner).await;
        // Nobody is found who was not found before, but as deleted: at most one person's licences are missing.
        let of_people = |told: &Told| {
            told.entries
                .iter()
                .filter(|((check, _, who), _)| who.is_some() && check != "L25")
                .map(|(key, _)| key.clone())
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert!(of_people(&after).is_subset(&of_people(&before)), "{fault:?}");
    }
}

#[tokio::test]
async fn a_refusal_that_stays_ends_in_a_state_that_says_which() {
    let app = App::of(directory(21, 30)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let needed = ["/v1.0/subscribedskus", "/v1.0/directory/subscriptions", "/v1.0/users"];
    let helpful = ["/v1.0/admin/reportsettings", "/v1.0/reports", "/downloads/"];
    let mut last = before.overview.clone();
    for (fault, failure) in [
        (Fault::Status(400, RetryAfter::Absent), "refused"),
        (Fault::Status(403, RetryAfter::Absent), "permission_missing"),
        (Fault::Status(404, RetryAfter::Absent), "not_found"),
        (Fault::Status(429, RetryAfter::Seconds(1200)), "too_slow"),
        (Fault::Status(503, RetryAfter::Absent), "too_slow"),
        (Fault::HtmlPage, "bad_answer"),
        (Fault::ResetMidBody, "no_connection"),
        (Fault::Unauthorized, "refused"),
        (Fault::ExpiredSkipToken, "page_expired"),
    ] {
        for path in needed.into_iter().chain(helpful) {
            let what = format!("{fault:?} at {path}");
            app.microsoft().fault(When::path(path).always(), fault.clone());
            let ended = scan(&app, &mut owner).await;
            app.microsoft().clear_faults();
            let overview: Value = owner.get("/v1/overview").await.expect(200);
            if needed.contains(&path) {
                assert_eq!(
                    (ended["state"].as_str(), ended["failure"].as_str()),
                    (Some("failed"), Some(failure)),
                    "{what}"
                );
            } else {
                assert_eq!(ended["state"], "finished", "{what}: {ended:#}");
            }
            let money = |overview: &Value, name: &str| overview["totals"][name]["amount_minor"].as_i64().unwrap();
            // What was certain is, and nothing certain comes on top.
            assert_eq!(money(&overview, "certain_monthly"), money(&before.overview, "certain_monthly"), "{what}");
            let weaker = overview["not_evaluated"].as_array().unwrap().iter().any(|not| not["check"] == "L6");
            if needed.contains(&path) {
                assert_eq!(overview["totals"], last["totals"], "{what}");
            } else if path == "/v1.0/admin/reportsettings" {
                assert_eq!((&overview["totals"], weaker), (&before.overview["totals"], false), "{what}");
            } else {
                // Without reports sign-ins alone tell (checks.md 1.0.2): who only reads mail looks idle, likely so.
                assert!(weaker, "{what}: {:#}", overview["not_evaluated"]);
            }
            last = overview;
            renew(&app, &mut owner).await;
        }
    }
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    assert_eq!(told(&owner).await.entries, before.entries);
}

#[tokio::test]
async fn what_microsoft_asks_for_in_patience_it_gets() {
    let app = App::of(directory(21, 60)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    for (path, seconds) in [("/v1.0/users", 3000), ("/v1.0/subscribedskus", 20), ("/v1.0/reports", 2000)] {
        app.microsoft().clear_calls();
        app.microsoft().fault(When::path(path), Fault::Status(429, RetryAfter::Seconds(seconds)));
        assert_eq!(scan(&app, &mut owner).await["state"], "finished");
        let made: Vec<_> = app.microsoft().calls().into_iter().filter(|call| call.template.starts_with(path)).collect();
        let refused = made.iter().position(|call| call.status == 429).unwrap();
        let waited = made[refused + 1].at.duration_since(made[refused].at);
        assert!(waited >= SignedDuration::from_secs(seconds), "{path}: {waited:#}");
    }
}

/// A host that is not Microsoft's: it keeps what it is sent and answers 404.
async fn stranger() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = vec![0; 16 * 1024];
            let read = stream.read(&mut bytes).await.unwrap_or(0);
            keep.lock().unwrap().push(String::from_utf8_lossy(&bytes[..read]).to_lowercase());
            let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        }
    });
    (port, heard)
}

#[tokio::test]
async fn the_token_goes_to_no_other_host() {
    let app = App::of(directory(21, 60)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let (port, heard) = stranger().await;
    let graph = app.system.microsoft_url().unwrap().clone();
    let graph_port = graph.port().unwrap();
    for host in [
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
        format!("http://127.0.0.1:{graph_port}@127.0.0.1:{port}"),
        format!("http://127.1:{port}"),
        format!("http://[::ffff:127.0.0.1]:{port}"),
        format!("https://127.0.0.1:{graph_port}"),
        format!("http://user:password@127.0.0.1:{graph_port}"),
        format!("//127.0.0.1:{port}"),
        "https://attacker.example".to_owned(),
        "https://graph.microsoft.com".to_owned(),
        "http://169.254.169.254".to_owned(),
        "file://".to_owned(),
        "javascript:".to_owned(),
        String::new(),
    ] {
        app.microsoft().fault(When::path("/v1.0/users"), Fault::NextLinkTo(host.clone()));
        let ended = scan(&app, &mut owner).await;
        let told = (ended["state"].as_str(), ended["failure"].as_str());
        assert_eq!(told, (Some("failed"), Some("bad_answer")), "{host}");
        let overview: Value = owner.get("/v1/overview").await.expect(200);
        assert_eq!(overview["totals"], before.overview["totals"], "{host}");
    }
    assert_eq!(*heard.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_report_is_fetched_without_the_token_wherever_it_is() {
    let app = App::of(directory(21, 60)).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    let (port, heard) = stranger().await;
    app.microsoft().set_downloads_origin(&format!("http://127.0.0.1:{port}"));
    let ended = scan(&app, &mut owner).await;
    assert_eq!(ended["state"], "finished", "{ended:#}");
    let requests = heard.lock().unwrap().clone();
    assert!(!requests.is_empty());
    for request in requests {
        assert!(request.starts_with("get /"), "{request}");
        for ours in ["authorization", "bearer", "cookie", "eyj"] {
            assert!(!request.contains(ours), "{request}");
        }
    }
    // Addresses nobody should go to at all.
    for origin in ["http://attacker.example", "http://169.254.169.254", "ftp://127.0.0.1", "file:///etc"] {
        app.microsoft().set_downloads_origin(origin);
        let ended = scan(&app, &mut owner).await;
        assert_eq!(ended["state"], "finished", "{origin}: {ended:#}");
    }
    app.microsoft().set_downloads_origin(app.system.microsoft.as_ref().unwrap().1.downloads.as_str());
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    assert_eq!(told(&owner).await.result(), before.result());
}

#[tokio::test]
async fn with_a_fifth_of_all_calls_failing_every_scan_completes() {
    let directory = directory(21, 60);
    let ledger = directory.ledger().clone();
    let app = App::of(directory).await;
    let mut owner = app.scanned("northwind", app.only_directory()).await;
    let before = told(&owner).await;
    app.microsoft().clear_calls();
    assert_eq!(scan(&app, &mut owner).await["state"], "finished");
    let undisturbed = calls(&app, "/v1.0/");
    app.microsoft().clear_calls();
    let rounds = 20;
    for round in 0..rounds {
        for fault in [
            Fault::Status(429, RetryAfter::Seconds(3)),
            Fault::Status(503, RetryAfter::Absent),
            Fault::ResetMidBody,
            Fault::HtmlPage,
        ] {
            app.microsoft().fault(When::path("/v1.0/").always().percent(5), fault);
        }
        let ended = scan(&app, &mut owner).await;
        app.microsoft().clear_faults();
        assert_eq!(ended["state"], "finished", "round {round}: {ended:#}");
        let overview: Value = owner.get("/v1/overview").await.expect(200);
        assert_eq!(overview["totals"], before.overview["totals"], "round {round}");
    }
    assert_equal(&told(&owner).await, &ledger, "after all of them");
    // At a fifth failing a quarter more, and some luck.
    let (made, least) = (calls(&app, "/v1.0/"), undisturbed * rounds);
    assert!(made > least && made <= least * 8 / 5, "{made} calls for {rounds} scans of {undisturbed}");
    assert_eq!(app.microsoft().most_in_flight("/v1.0/users"), 1, "one call at a time");
}
