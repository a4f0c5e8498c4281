//! The sample company: signs up, verifies, connects and is scanned, all over the API, as anybody would.

use std::{fs, io::Write, path::Path};

use anyhow::Context;
use axum::body::Body;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use model::{Clock, Ids};
use runtime::{SystemClock, SystemRandom};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower::ServiceExt;
use url::Url;

use crate::{
    System, company,
    up::{a_moment, demo_file, not_own},
};

const EMAIL: &str = "demo@northwind.example";
const COMPANY: &str = "Northwind (sample data)";

/// The sample company.
#[derive(Debug, Clone)]
pub struct Demo {
    /// Address to sign in with.
    pub email: String,
    /// Its password, made on this machine.
    pub password: String,
    /// The answer of `/v1/overview`; `None` where the owner changed how they sign in.
    pub overview: Option<Value>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    email: String,
    password: String,
}

/// Signs the sample company in, after making it at the first start, and reads its first screen.
pub(crate) async fn seed(system: &System, data: &Path) -> anyhow::Result<Demo> {
    let clock = Clock::new(SystemClock);
    let file = demo_file(data);
    let kept = match fs::read(&file) {
        Ok(bytes) => {
            serde_json::from_slice(&bytes).with_context(|| format!("{} is not ours; remove it", file.display()))?
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let password = BASE64_URL_SAFE_NO_PAD.encode(Ids::new(SystemRandom).bytes::<18>());
            let kept = Kept { email: EMAIL.into(), password };
            keep(&file, &kept)?;
            kept
        }
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", file.display())),
    };
    let demo = Seeding { system, clock, kept };
    // A first start may have been cut off anywhere: each step is done only where it is missing.
    let token = match demo.sign_in().await? {
        Some(token) => token,
        // Somebody tried a password or a second factor of their own: the company is theirs now.
        None if system.store.has_account(&demo.kept.email).await? => {
            return Ok(Demo { email: demo.kept.email, password: demo.kept.password, overview: None });
        }
        None => {
            demo.sign_up().await?;
            demo.sign_in().await?.context("the sample company cannot sign in")?
        }
    };
    company::change(system.connect(), &token, |company| company.sample = true).await?;
    demo.connect(&token).await?;
    let overview = Some(demo.overview(&token).await?);
    Ok(Demo { email: demo.kept.email, password: demo.kept.password, overview })
}

fn keep(file: &Path, kept: &Kept) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(file)?.write_all(&serde_json::to_vec(kept)?)?;
    Ok(())
}

struct Seeding<'a> {
    system: &'a System,
    clock: Clock,
    kept: Kept,
}

impl Seeding<'_> {
    async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> anyhow::Result<(StatusCode, Value)> {
        let mut request = Request::builder().method(method).uri(path).header(header::USER_AGENT, "steward up");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let response = self.system.router().oneshot(request.body(body)?).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        if status.is_server_error() {
            return Err(not_own(status, &bytes, path));
        }
        Ok((status, serde_json::from_slice(&bytes).unwrap_or_default()))
    }

    async fn sign_in(&self) -> anyhow::Result<Option<String>> {
        let body = json!({ "email": self.kept.email, "password": self.kept.password });
        let (status, answer) = self.call(Method::POST, "/v1/sign-in", None, Some(body)).await?;
        Ok((status == StatusCode::OK).then(|| answer["access_token"].as_str().map(str::to_owned)).flatten())
    }

    async fn sign_up(&self) -> anyhow::Result<()> {
        let mails_before = self.system.aws.inbox()?.len();
        let body = json!({ "email": self.kept.email, "company": COMPANY });
        let (status, answer) = self.call(Method::POST, "/v1/sign-up", None, Some(body)).await?;
        anyhow::ensure!(status == StatusCode::ACCEPTED, "sign-up: {answer}");
        let mut tries = 0;
        let token = loop {
            let mails = self.system.aws.inbox()?;
            // Whoever signs up meanwhile gets mail as well.
            let ours = mails.iter().skip(mails_before).filter(|mail| mail.to.contains(&self.kept.email));
            let link = ours.filter_map(|mail| mail.text.split("#token=").nth(1).map(str::to_owned)).next();
            match link {
                Some(rest) => break rest.split_whitespace().next().unwrap_or_default().to_owned(),
                None => a_moment(&self.clock, tries).await?,
            }
            tries += 1;
        };
        let body = json!({ "token": token, "name": "Demo Owner", "password": self.kept.password });
        let (status, answer) = self.call(Method::POST, "/v1/verify-email", None, Some(body)).await?;
        anyhow::ensure!(status == StatusCode::CREATED, "verify-email: {answer}");
        Ok(())
    }

    async fn connect(&self, token: &str) -> anyhow::Result<()> {
        let (_, connection) = self.call(Method::GET, "/v1/microsoft", Some(token), None).await?;
        if connection["state"] == "connected" {
            return Ok(());
        }
        let (simulation, _) =
            self.system.microsoft.as_ref().context("the sample company is at the simulated Microsoft")?;
        let directory = *simulation.directories().first().context("a directory")?;
        let administrator = simulation
            .directory(directory, |directory| directory.administrators().first().map(|admin| admin.id))
            .flatten()
            .context("an administrator")?;
        let (status, begun) = self.call(Method::POST, "/v1/microsoft/connect", Some(token), None).await?;
        anyhow::ensure!(status == StatusCode::OK, "connect: {begun}");
        let url = begun["url"].as_str().context("a URL")?;
        let back = simulation.sign_in_as(url, administrator).map_err(|shown| anyhow::anyhow!("{shown:?}"))?;
        let (status, consent) =
            self.call(Method::POST, "/v1/microsoft/callback", Some(token), Some(query(&back))).await?;
        anyhow::ensure!(status == StatusCode::OK, "callback: {consent}");
        let url = consent["url"].as_str().context("a URL")?;
        let back = simulation.consent_as(url, administrator, true).map_err(|shown| anyhow::anyhow!("{shown:?}"))?;
        let (status, connected) =
            self.call(Method::POST, "/v1/microsoft/callback", Some(token), Some(query(&back))).await?;
        anyhow::ensure!(status == StatusCode::OK, "callback: {connected}");
        Ok(())
    }

    async fn overview(&self, token: &str) -> anyhow::Result<Value> {
        let mut tries = 0;
        loop {
            let (status, overview) = self.call(Method::GET, "/v1/overview", Some(token), None).await?;
            anyhow::ensure!(status == StatusCode::OK, "overview: {overview}");
            let failed = overview["scan"]["state"] == "failed";
            if failed || !overview["totals"].is_null() {
                return Ok(overview);
            }
            a_moment(&self.clock, tries).await?;
            tries += 1;
        }
    }
}

fn query(url: &Url) -> Value {
    url.query_pairs().map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
}
