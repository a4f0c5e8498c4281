//! What must be true of the files of a process that was killed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, ensure};
use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    types::AttributeValue,
};
use local_aws::{Aws, AwsConfig, REGION};
use model::Clock;
use runtime::SystemClock;

use crate::writers::{What, Writers};

type Item = std::collections::HashMap<String, AttributeValue>;

/// The items of the table that the writers have to do with.
#[derive(Default)]
pub struct Table {
    /// Events by id.
    events: BTreeMap<String, Event>,
    /// Addresses by sign-up.
    sign_ups: BTreeMap<String, String>,
    sessions: BTreeSet<String>,
    /// How often mails were remembered as sent, by event.
    done: BTreeMap<String, usize>,
}

struct Event {
    kind: String,
    request: Option<String>,
    /// The session or sign-up it is about.
    subject: Option<String>,
}

/// Looks at a copy of what the killed process left: SQLite finds its files whole, whatever was answered is there, and no
/// transaction is there by halves.
pub async fn at_rest(data: &Path, writers: &Writers, what: &str) -> anyhow::Result<Table> {
    let copy = tempfile::tempdir()?;
    for file in fs::read_dir(data.join("aws")).with_context(|| format!("{what}: no data"))? {
        let file = file?;
        fs::copy(file.path(), copy.path().join(file.file_name()))?;
    }
    for name in ["dynamodb.sqlite", "services.sqlite"] {
        let file = rusqlite::Connection::open(copy.path().join(name))?;
        let verdict: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        ensure!(verdict == "ok", "{what}: {name}: {verdict}");
    }
    let table = read(copy.path()).await.with_context(|| what.to_owned())?;
    check(&table, writers).with_context(|| what.to_owned())?;
    Ok(table)
}

fn check(table: &Table, writers: &Writers) -> anyhow::Result<()> {
    // No transaction by halves: each item has its one event, each event its item.
    let about = |kind: &str| {
        let mut about: BTreeMap<&str, usize> = BTreeMap::new();
        for event in table.events.values().filter(|event| event.kind == kind) {
            *about.entry(event.subject.as_deref().unwrap_or_default()).or_default() += 1;
        }
        about
    };
    let (asked, signed_in, signed_out) = (about("signup.requested"), about("user.signed_in"), about("user.signed_out"));
    for (kind, counts) in
        [("signup.requested", &asked), ("user.signed_in", &signed_in), ("user.signed_out", &signed_out)]
    {
        ensure!(counts.values().all(|count| *count == 1), "{kind} twice of one: {counts:?}");
    }
    let kept: BTreeSet<&str> = table.sign_ups.keys().map(String::as_str).collect();
    ensure!(asked.keys().copied().collect::<BTreeSet<_>>() == kept, "sign-ups and their events differ");
    let open: BTreeSet<&str> = table.sessions.iter().map(String::as_str).collect();
    let ended: BTreeSet<&str> = signed_out.keys().copied().collect();
    let begun: BTreeSet<&str> = signed_in.keys().copied().collect();
    ensure!(open.is_disjoint(&ended), "a session that was ended is there: {:?}", open.intersection(&ended));
    ensure!(open.union(&ended).copied().collect::<BTreeSet<_>>() == begun, "sessions and their events differ");

    // What was answered is there, once, with its event; what was not is there at most once.
    let mut by_request: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in table.events.values() {
        by_request.entry(event.request.as_deref().unwrap_or_default()).or_default().push(event);
    }
    let none = Vec::new();
    for (id, request) in writers.requests() {
        let events = by_request.get(id.as_str()).unwrap_or(&none);
        let (kind, subject) = match &request.what {
            What::SignUp(address) => {
                let own = table.sign_ups.iter().find(|(_, kept)| *kept == address).map(|(id, _)| id.clone());
                ("signup.requested", own)
            }
            What::SignIn(session) => ("user.signed_in", session.clone()),
            What::SignOut(session) => ("user.signed_out", Some(session.clone())),
            // Changes the session alone; whether the token is good is seen at the restart.
            What::Refresh(session) => {
                ensure!(begun.contains(session.as_str()), "{id}: the session {session} never began");
                continue;
            }
        };
        ensure!(events.len() <= 1, "{id} {request:?} has {} events", events.len());
        let Some(event) = events.first() else {
            ensure!(!request.answered, "{id} was answered and is lost: {request:?}");
            continue;
        };
        ensure!(event.kind == kind, "{id} {request:?} has the event {}", event.kind);
        ensure!(subject.is_none() || event.subject == subject, "{id} {request:?} is about {:?}", event.subject);
    }
    for session in writers.open_sessions() {
        ensure!(table.sessions.contains(&session), "the session {session} was answered and is lost");
    }
    Ok(())
}

/// When everything was delivered: nothing waits, nothing was given up, and each sign-up's mail was sent and remembered.
pub async fn at_the_end(data: &Path, writers: &Writers, table: &Table) -> anyhow::Result<()> {
    let aws = open(&data.join("aws")).await?;
    ensure!(aws.bus().undelivered()? == 0, "deliveries wait");
    let dead = aws.bus().dead_letters()?;
    ensure!(dead.is_empty(), "dead letters: {dead:?}");
    for (id, event) in table.events.iter().filter(|(_, event)| event.kind == "signup.requested") {
        let done = table.done.get(id).copied().unwrap_or(0);
        ensure!(done == 1, "the mail of {id} is remembered {done} times; it is of {:?}", event.request);
    }
    ensure!(writers.answered() > 0, "nothing was written");
    Ok(())
}

async fn open(folder: &Path) -> anyhow::Result<Aws> {
    Aws::start(AwsConfig { data: Some(folder.to_owned()), clock: Clock::new(SystemClock) }).await
}

async fn read(folder: &Path) -> anyhow::Result<Table> {
    let aws = open(folder).await?;
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new("kills", "kills", None, None, "kills"))
        .http_client(aws::Http::new()?.client())
        .endpoint_url(aws.endpoints().dynamodb);
    let client = Client::from_conf(config.build());
    let mut items = client.scan().table_name("steward").into_paginator().items().send();
    let mut table = Table::default();
    while let Some(item) = items.next().await {
        table.take(&item?);
    }
    Ok(table)
}

impl Table {
    fn take(&mut self, item: &Item) {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        let (pk, sk) = (text("PK").unwrap_or_default(), text("SK").unwrap_or_default());
        if let Some(id) = sk.strip_prefix("EVENT#") {
            let subject = text("session").or_else(|| text("signup"));
            let event = Event { kind: text("kind").unwrap_or_default(), request: text("request_id"), subject };
            self.events.insert(id.to_owned(), event);
        } else if pk.starts_with("SIGNUP#") {
            self.sign_ups.insert(text("signup").unwrap_or_default(), text("email").unwrap_or_default());
        } else if sk.starts_with("SESSION#") {
            self.sessions.insert(text("session").unwrap_or_default());
        } else if let Some(event) = sk.rsplit('#').next().filter(|_| sk.contains("mail-send")) {
            *self.done.entry(event.to_owned()).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::writers::Request;

    fn sign_up(number: u32) -> (String, Event, String) {
        let event = Event {
            kind: "signup.requested".into(),
            request: Some(format!("request-{number}")),
            subject: Some(format!("sup_{number}")),
        };
        (format!("sup_{number}"), event, format!("a{number}@kills.example"))
    }

    fn kept(numbers: &[u32]) -> Table {
        let mut table = Table::default();
        for &number in numbers {
            let (id, event, address) = sign_up(number);
            table.events.insert(format!("evt_{number}"), event);
            table.sign_ups.insert(id, address);
        }
        table
    }

    #[test]
    fn a_lost_or_halved_write_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let writers = Writers::new(1, &folder.path().join("log")).unwrap();
        for number in 1..=2 {
            let what = What::SignUp(sign_up(number).2);
            writers.note(&format!("request-{number}"), Request { what, answered: true }).unwrap();
        }
        check(&kept(&[1, 2]), &writers).unwrap();
        assert!(check(&kept(&[1]), &writers).unwrap_err().to_string().contains("is lost"));
        let mut halved = kept(&[1, 2]);
        halved.events.remove("evt_2");
        assert!(check(&halved, &writers).unwrap_err().to_string().contains("differ"));
        let mut halved = kept(&[1, 2]);
        halved.sign_ups.remove("sup_1");
        assert!(check(&halved, &writers).unwrap_err().to_string().contains("differ"));
        let mut twice = kept(&[1, 2]);
        twice.events.insert("evt_3".into(), sign_up(1).1);
        assert!(check(&twice, &writers).unwrap_err().to_string().contains("twice"));
        let mut session = kept(&[1, 2]);
        session.sessions.insert("ses_1".into());
        assert!(check(&session, &writers).unwrap_err().to_string().contains("sessions"));
    }
}
