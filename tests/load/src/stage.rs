//! The system as release binaries meet it: stand-ins on loopback, on the machine's time, with one scanned company.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use anyhow::Context;
use jiff::SignedDuration;
use local::{Described, Kind};
use local_microsoft::{Directory, Recipe};
use model::{Clock, DirectoryId};
use runtime::SystemClock;
use serde_json::{Value, json};
use tests::{App, Client, Options, PASSWORD, query};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::{SEED, factors, report};

/// Variables of a function. `STEWARD_SHOW_CAPACITY` is not among them: in AWS it is not set.
const VARIABLES: [&str; 17] = [
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    TABLE_ENDPOINT,
    "AWS_ENDPOINT_URL_SESV2",
    SECRETS_ENDPOINT,
    "STEWARD_TABLE",
    "STEWARD_SECRETS",
    "STEWARD_APP_URL",
    "STEWARD_MICROSOFT_AUTHORITY",
    "STEWARD_MICROSOFT_GRAPH",
    "STEWARD_READER_CLIENT_ID",
    "STEWARD_LICENCE_WRITER_CLIENT_ID",
    "STEWARD_MAIL_FROM_NAME",
    "STEWARD_MAIL_FROM",
    "STEWARD_MAIL_REPLY_TO",
    "STEWARD_MAIL_CONFIGURATION_SET",
];
const POSTAL_ADDRESS: &str = "STEWARD_MAIL_POSTAL_ADDRESS";
const TABLE_ENDPOINT: &str = "AWS_ENDPOINT_URL_DYNAMODB";
const SECRETS_ENDPOINT: &str = "AWS_ENDPOINT_URL_SECRETS_MANAGER";
const OWNER: &str = "owner@bench.example";

/// The system and its one directory.
pub struct Stage {
    /// It.
    pub app: App,
    /// The directory.
    pub directory: DirectoryId,
    /// Keeps its clock at the machine's.
    following: JoinHandle<()>,
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.following.abort();
    }
}

impl Stage {
    /// Starts with a directory of `people`, on the machine's time.
    pub async fn start(people: u32) -> Self {
        let clock = Clock::new(SystemClock);
        let directory = Directory::generate(&Recipe::new(SEED, clock.now(), people));
        let app = App::with(Options { directories: vec![directory], seed: SEED, ..Options::default() }).await;
        let manual = app.clock.clone();
        let follow = move || manual.advance(SystemClock.now_since(&manual.clock()));
        follow();
        let following = tokio::spawn(async move {
            loop {
                clock.sleep(SignedDuration::from_millis(20)).await;
                follow();
            }
        });
        let directory = app.only_directory();
        Self { app, directory, following }
    }

    /// What a function is started with.
    ///
    /// # Errors
    /// When the system lacks a variable.
    pub fn environment(&self) -> anyhow::Result<Vec<(String, String)>> {
        let env = &self.app.system.connect().env;
        let names = VARIABLES.iter().chain([&POSTAL_ADDRESS]);
        let ours = names.map(|name| Ok(((*name).to_owned(), env.required(name)?.to_owned())));
        ours.collect()
    }

    /// A company whose directory was scanned once.
    pub async fn company(&self) -> Company<'_> {
        let owner = self.app.scanned("bench", self.directory).await;
        Company { stage: self, owner, number: 0, last: "" }
    }
}

trait Since {
    fn now_since(&self, other: &Clock) -> SignedDuration;
}

impl Since for SystemClock {
    fn now_since(&self, other: &Clock) -> SignedDuration {
        Clock::new(*self).now().duration_since(other.now())
    }
}

/// Passes a service's connections on and counts them.
#[derive(Debug, Clone, Default)]
pub struct Counted(Arc<AtomicU32>);

impl Counted {
    /// Connections so far.
    pub fn count(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }

    /// The address of a copy of `endpoint` (`http://127.0.0.1:<port>`) whose connections are counted.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn front(&self, endpoint: &str) -> anyhow::Result<String> {
        let to: SocketAddr = endpoint.strip_prefix("http://").context("an endpoint")?.parse()?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let counted = self.clone();
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                counted.0.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut to = TcpStream::connect(to).await?;
                    tokio::io::copy_bidirectional(&mut from, &mut to).await
                });
            }
        });
        Ok(format!("http://{address}"))
    }
}

/// The environment with the table and the secrets behind counted fronts.
///
/// # Errors
/// When no port is free.
pub async fn counted(environment: &[(String, String)]) -> anyhow::Result<(Vec<(String, String)>, Counted, Counted)> {
    let (table, secrets) = (Counted::default(), Counted::default());
    let mut changed = environment.to_vec();
    for (name, value) in &mut changed {
        match name.as_str() {
            TABLE_ENDPOINT => *value = table.front(value).await?,
            SECRETS_ENDPOINT => *value = secrets.front(value).await?,
            _ => {}
        }
    }
    Ok((changed, table, secrets))
}

/// A function's sample event.
///
/// # Errors
/// When there is none.
pub fn sample(function: &str) -> anyhow::Result<Value> {
    let file = report::root().join(format!("events/{function}.json"));
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(serde_json::from_str(&text)?)
}

/// The company whose owner sends the requests.
pub struct Company<'a> {
    stage: &'a Stage,
    owner: Client<'a>,
    number: u32,
    /// The function that was sent the last request.
    last: &'static str,
}

impl Company<'_> {
    /// A request to a function, as API Gateway hands it over: the sample event with this company's token, and with ids
    /// of what there is. Functions that make or need something special are sent what they answer with success; others
    /// keep the sample's ids and body.
    ///
    /// # Errors
    /// When there is no sample event.
    pub async fn request(&mut self, function: &Described) -> anyhow::Result<Value> {
        let Kind::Http { method, path } = &function.kind else { anyhow::bail!("{} has no route", function.name) };
        let mut event = sample(function.name)?;
        self.number += 1;
        let app = &self.stage.app;
        let company = format!("factors{}", self.number);
        let last = std::mem::replace(&mut self.last, function.name);
        if factors::concern(function.name) {
            self.owner = app.tenant(&company).await;
        } else if method != "GET" || last != function.name {
            // A session of its own, so that one that is ended here is missed by nobody.
            self.owner = app.sign_in(OWNER).await;
            self.connected(!matches!(function.name, "microsoft-connect" | "microsoft-callback")).await;
        }
        if function.name == "microsoft-end-tier" {
            self.owner.let_change(self.stage.directory).await;
        }
        let newcomer = format!("newcomer{}@bench.example", self.number);
        let body = match function.name {
            "accounts-sign-up" => Some(json!({ "email": newcomer, "company": "Newcomer" })),
            "accounts-verify-email" => {
                let token = app.sign_up(&newcomer, &format!("Newcomer {}", self.number)).await;
                Some(json!({ "token": token, "name": "New Comer", "password": PASSWORD }))
            }
            "accounts-sign-in" => Some(json!({ "email": OWNER, "password": PASSWORD })),
            "accounts-refresh" => Some(json!({ "refresh_token": self.owner.refresh })),
            "microsoft-callback" => {
                let directory = self.stage.directory;
                let admin =
                    app.microsoft().directory(directory, |d| d.administrators()[0].id).context("a directory")?;
                let begun: Value = self.owner.act("/v1/microsoft/connect").await.expect(200);
                let url = begun["url"].as_str().context("a URL")?;
                let back = app.microsoft().sign_in_as(url, admin).map_err(|shown| anyhow::anyhow!("{shown:?}"))?;
                Some(query(&back))
            }
            name => factors::body(app, &self.owner, &format!("owner@{company}.example"), name).await,
        };
        if event["headers"].get("authorization").is_some() {
            event["headers"]["authorization"] = format!("Bearer {}", self.owner.token).into();
        }
        let mut parameters: BTreeMap<String, String> =
            serde_json::from_value(event["pathParameters"].clone()).unwrap_or_default();
        parameters.extend(self.parameters(path).await?.into_iter().map(|(name, value)| (name.to_owned(), value)));
        let mut raw = path.clone();
        for (name, value) in &parameters {
            raw = raw.replace(&format!("{{{name}}}"), value);
        }
        event["rawPath"] = raw.clone().into();
        event["requestContext"]["http"]["path"] = raw.into();
        event["requestContext"]["http"]["method"] = method.clone().into();
        // Each from a network of its own: limits are not what is measured.
        let source = format!("198.18.{}.{}", self.number / 250 % 250, self.number % 250 + 1);
        event["requestContext"]["http"]["sourceIp"] = source.into();
        if !parameters.is_empty() {
            event["pathParameters"] = json!(parameters);
        }
        if let Some(body) = body {
            let body = body.to_string();
            event["headers"]["content-length"] = body.len().to_string().into();
            event["body"] = body.into();
            event["isBase64Encoded"] = false.into();
        }
        Ok(event)
    }

    async fn connected(&self, wanted: bool) {
        let connection: Value = self.owner.get("/v1/microsoft").await.expect(200);
        match (connection["state"] == "connected", wanted) {
            (true, false) => _ = self.owner.delete("/v1/microsoft").await,
            (false, true) => _ = self.owner.connect(self.stage.directory).await,
            _ => return,
        }
        self.settle().await;
    }

    /// Lets what a request caused happen.
    pub async fn settle(&self) {
        self.stage.app.pump().await;
    }

    async fn parameters(&self, path: &str) -> anyhow::Result<BTreeMap<&'static str, String>> {
        let first = async |list: &str, field: &str| -> anyhow::Result<String> {
            let found: Value = self.owner.get(list).await.expect(200);
            Ok(found["items"][0][field].as_str().with_context(|| format!("{list}: {found}"))?.to_owned())
        };
        let mut parameters = BTreeMap::new();
        if path.contains("{finding}") {
            parameters.insert("finding", first("/v1/findings", "finding").await?);
        }
        if path.contains("{scan}") {
            parameters.insert("scan", first("/v1/scans", "scan").await?);
        }
        if path.contains("{session}") {
            parameters.insert("session", first("/v1/me/sessions", "session").await?);
        }
        if path.contains("{passkey}") {
            let own: Value = self.owner.get("/v1/me/factors").await.expect(200);
            parameters.insert("passkey", own["passkeys"][0]["passkey"].as_str().context("a passkey")?.to_owned());
        }
        if path.contains("{tier}") {
            parameters.insert("tier", "licence_writer".into());
        }
        Ok(parameters)
    }
}
