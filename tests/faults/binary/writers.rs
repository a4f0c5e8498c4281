//! Eight clients that sign up, sign in, renew and sign out, and write down what they were answered before they go on.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    future::Future,
    io::Write,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::Method;
use jiff::SignedDuration;
use model::Clock;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use runtime::SystemClock;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::process::{Http, Steward};

const USERS: usize = 4;
const PASSWORD: &str = "violet-tractor-mumbles-9";
/// Sessions open at most, so that looking at all of them after a restart is quick.
const SESSIONS: usize = 24;

/// One request that changes something.
#[derive(Debug, Clone)]
pub struct Request {
    pub what: What,
    /// Whether the answer came. Without it, nobody knows.
    pub answered: bool,
}

/// What a request asks for.
#[derive(Debug, Clone)]
pub enum What {
    /// An account for an address.
    SignUp(String),
    /// A session for a user; its id once it is known.
    SignIn(Option<String>),
    /// New tokens for a session.
    Refresh(String),
    /// The end of a session.
    SignOut(String),
}

/// A session as its client knows it.
#[derive(Debug, Clone)]
struct Session {
    id: String,
    access: String,
    refresh: String,
}

/// How many mails there were.
pub struct Mails {
    pub sent: usize,
    pub twice: usize,
}

/// What was asked and answered, by request id; on disk too, synced before the client goes on.
#[derive(Clone)]
pub struct Writers(Arc<Mutex<State>>, u64);

struct State {
    log: File,
    requests: BTreeMap<String, Request>,
    /// Open sessions nobody is using right now.
    open: Vec<Session>,
    /// Sessions whose end was asked for and not answered.
    ending: Vec<Session>,
    next: u64,
}

impl Writers {
    pub fn new(seed: u64, log: &Path) -> anyhow::Result<Self> {
        let log = File::create(log)?;
        let state = State { log, requests: BTreeMap::new(), open: Vec::new(), ending: Vec::new(), next: 0 };
        Ok(Self(Arc::new(Mutex::new(state)), seed))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every request so far, by its id.
    pub fn requests(&self) -> BTreeMap<String, Request> {
        self.state().requests.clone()
    }
    /// How many were answered.
    pub fn answered(&self) -> usize {
        self.state().requests.values().filter(|request| request.answered).count()
    }
    /// How many were not.
    pub fn in_flight(&self) -> usize {
        self.state().requests.values().filter(|request| !request.answered).count()
    }
    /// Sessions that must be there.
    pub fn open_sessions(&self) -> BTreeSet<String> {
        self.state().open.iter().map(|session| session.id.clone()).collect()
    }

    /// The access token of a session that is open.
    pub fn a_token(&self) -> Option<String> {
        self.state().open.first().map(|session| session.access.clone())
    }

    /// The users whose sessions come and go.
    pub async fn make_users(&self, steward: &Steward) -> anyhow::Result<()> {
        let http = steward.http();
        for user in 0..USERS {
            let body = json!({ "email": email(user), "company": format!("Company {user}") });
            self.ask(&http, What::SignUp(email(user)), "/v1/sign-up", None, Some(&body)).await?;
            let clock = Clock::new(SystemClock);
            let began = Instant::now();
            let token = loop {
                let mails = http.call(Method::GET, "/mails/mails.json", None, None, None).await?.body;
                if let Some(text) = mails_to(&mails, &email(user)).next() {
                    let rest = text.split("#token=").nth(1).context("a link")?;
                    break rest.split_whitespace().next().context("a token")?.to_owned();
                }
                ensure!(began.elapsed() < Duration::from_secs(30), "no mail to {}: {mails}", email(user));
                clock.sleep(SignedDuration::from_millis(20)).await;
            };
            let body = json!({ "token": token, "name": format!("User {user}"), "password": PASSWORD });
            let answer = http.call(Method::POST, "/v1/verify-email", None, None, Some(&body)).await?;
            ensure!(answer.status == 201, "verify-email: {}", answer.body);
            // One session each, so that there is something to renew from the first kill on.
            self.sign_in(&http, user).await?;
        }
        Ok(())
    }

    /// Lets so many clients write until the process is gone.
    pub fn start(
        &self,
        steward: &Steward,
        clients: u64,
        round: u64,
    ) -> impl Future<Output = anyhow::Result<()>> + use<> {
        let mut tasks = JoinSet::new();
        for client in 0..clients {
            let (writers, http) = (self.clone(), steward.http());
            let mut random = ChaCha8Rng::seed_from_u64(self.1 ^ (round << 8 | client) << 32);
            tasks.spawn(async move {
                loop {
                    match writers.step(&http, client, &mut random).await {
                        Ok(()) => {}
                        // The connection broke: it was killed.
                        Err(error) if error.is::<Gone>() => return Ok(()),
                        Err(error) => return Err(error),
                    }
                }
            });
        }
        async move {
            while let Some(ended) = tasks.join_next().await {
                ended??;
            }
            Ok(())
        }
    }

    async fn step(&self, http: &Http, client: u64, random: &mut ChaCha8Rng) -> anyhow::Result<()> {
        // Three write sign-ups, five sessions.
        if client < 3 {
            let number = self.number();
            let address = format!("newcomer@kills-{number}.example");
            let body = json!({ "email": address, "company": "Newcomer" });
            self.ask(http, What::SignUp(address), "/v1/sign-up", None, Some(&body)).await?;
            return Ok(());
        }
        let (session, many) = {
            let mut state = self.state();
            let many = state.open.len() >= SESSIONS;
            let taken = if state.open.is_empty() { None } else { Some(random.random_range(0..state.open.len())) };
            (taken.map(|place| state.open.swap_remove(place)), many)
        };
        let choice = random.random_range(0..100);
        match session {
            Some(session) if many || choice < 20 => {
                self.state().ending.push(session.clone());
                let what = What::SignOut(session.id.clone());
                self.ask(http, what, "/v1/sign-out", Some(&session.access), None).await?;
                self.state().ending.retain(|ending| ending.id != session.id);
                Ok(())
            }
            Some(session) if choice < 75 => {
                // Back before it is asked for: whatever happens, the token we have stays good.
                let id = session.id.clone();
                let body = json!({ "refresh_token": session.refresh });
                let asked = self.ask(http, What::Refresh(id), "/v1/refresh", None, Some(&body)).await;
                let session = match &asked {
                    Ok(answer) => opened(answer)?,
                    Err(_) => session,
                };
                self.state().open.push(session);
                asked.map(drop)
            }
            other => {
                self.state().open.extend(other);
                self.sign_in(http, random.random_range(0..USERS)).await
            }
        }
    }

    async fn sign_in(&self, http: &Http, user: usize) -> anyhow::Result<()> {
        let body = json!({ "email": email(user), "password": PASSWORD });
        let answer = self.ask(http, What::SignIn(None), "/v1/sign-in", None, Some(&body)).await?;
        let session = opened(&answer)?;
        self.state().open.push(session);
        Ok(())
    }

    fn number(&self) -> u64 {
        let mut state = self.state();
        state.next += 1;
        state.next
    }

    /// Sends a request under an id of its own and writes its answer down before anything else is done.
    async fn ask(
        &self,
        http: &Http,
        what: What,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let number = self.number();
        let (id, http) = (format!("kills-{number:08}"), http.elsewhere(number));
        self.note(&id, Request { what: what.clone(), answered: false })?;
        let answer =
            http.call(Method::POST, path, Some(&id), token, body).await.map_err(|error| error.context(Gone))?;
        ensure!(answer.status.is_success(), "{id} {what:?}: {} {}", answer.status, answer.body);
        let what = match what {
            What::SignIn(_) => What::SignIn(Some(opened(&answer.body)?.id)),
            other => other,
        };
        self.note(&id, Request { what, answered: true })?;
        Ok(answer.body)
    }

    pub fn note(&self, id: &str, request: Request) -> anyhow::Result<()> {
        let mut state = self.state();
        writeln!(state.log, "{id} {request:?}")?;
        state.log.sync_data()?;
        state.requests.insert(id.to_owned(), request);
        Ok(())
    }

    /// After a restart: the last token each client was given still renews, and where a sign-out was in flight either it
    /// does or it does not. What was in flight is decided then.
    pub async fn check_sessions(&self, steward: &Steward, what: &str) -> anyhow::Result<()> {
        let http = steward.http();
        let (open, ending) = {
            let mut state = self.state();
            (std::mem::take(&mut state.open), std::mem::take(&mut state.ending))
        };
        for session in open {
            let body = json!({ "refresh_token": session.refresh });
            let asked = self.ask(&http, What::Refresh(session.id.clone()), "/v1/refresh", None, Some(&body)).await;
            let answer = asked.with_context(|| format!("{what}: an answered session is lost"))?;
            self.state().open.push(opened(&answer)?);
        }
        for session in ending {
            let body = json!({ "refresh_token": session.refresh });
            let answer = http.call(Method::POST, "/v1/refresh", None, None, Some(&body)).await?;
            match answer.status.as_u16() {
                200 => self.state().open.push(opened(&answer.body)?),
                401 => {}
                _ => anyhow::bail!("{what}: {} {}", answer.status, answer.body),
            }
        }
        Ok(())
    }

    /// Waits until every answered sign-up has its mail.
    pub async fn wait_for_mails(&self, steward: &Steward) -> anyhow::Result<Mails> {
        let (clock, began) = (Clock::new(SystemClock), Instant::now());
        let wanted: Vec<String> = self
            .requests()
            .into_values()
            .filter_map(|request| match request.what {
                What::SignUp(address) if request.answered => Some(address),
                _ => None,
            })
            .collect();
        loop {
            let mails = steward.http().call(Method::GET, "/mails/mails.json", None, None, None).await?.body;
            let mut received: BTreeMap<&str, usize> = BTreeMap::new();
            for mail in mails.as_array().context("a list")? {
                for to in mail["to"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    *received.entry(to).or_default() += 1;
                }
            }
            let missing: Vec<_> = wanted.iter().filter(|address| !received.contains_key(address.as_str())).collect();
            if missing.is_empty() {
                let counts: Vec<usize> =
                    wanted.iter().filter_map(|address| received.get(address.as_str())).copied().collect();
                let twice = counts.iter().filter(|count| **count > 1).count();
                return Ok(Mails { sent: counts.iter().sum(), twice });
            }
            ensure!(began.elapsed() < Duration::from_secs(60), "no mail ever came to {missing:?}");
            clock.sleep(SignedDuration::from_millis(100)).await;
        }
    }
}

/// The process was gone before it answered.
#[derive(Debug)]
struct Gone;

impl std::fmt::Display for Gone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("gone before it answered")
    }
}

fn email(user: usize) -> String {
    format!("user{user}@kills.example")
}

fn mails_to<'a>(mails: &'a Value, address: &'a str) -> impl Iterator<Item = &'a str> {
    let to = move |mail: &&Value| mail["to"].as_array().is_some_and(|to| to.iter().any(|to| to == address));
    mails.as_array().into_iter().flatten().filter(to).filter_map(|mail| mail["text"].as_str())
}

/// The session of a pair of tokens.
fn opened(answer: &Value) -> anyhow::Result<Session> {
    let text = |name: &str| answer[name].as_str().map(str::to_owned).with_context(|| format!("{name}: {answer}"));
    let access = text("access_token")?;
    let payload = access.split('.').nth(1).context("a JWT")?;
    let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload)?)?;
    let id = claims["sid"].as_str().context("a session")?.to_owned();
    Ok(Session { id, access, refresh: text("refresh_token")? })
}
