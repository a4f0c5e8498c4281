//! P-15: a storm of bad passwords from many addresses against many accounts, while somebody reads. Most are turned away
//! at once, nobody gets in, readers notice little, and memory stays. `make storm` holds the numbers; `make test` runs a
//! second of it beside everything else, where times say nothing.

use std::{
    collections::BTreeMap,
    env,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use http::{Method, StatusCode};
use jiff::SignedDuration;
use load::report::Spread;
use model::Clock;
use runtime::SystemClock;
use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    process::{Http, Steward, binary, keep_to},
    writers::Writers,
};

const SEED: u64 = 2026;
/// Bad sign-ins a second.
const RATE: u32 = 500;
/// Addresses they come from, and accounts they try: no limit of one address or of one account is what turns them away.
const ADDRESSES: u64 = 2_000;
/// Reads a second.
const READS: u32 = 50;
/// Longest a refusal without a look at the password may take, 99 of 100.
const REFUSED: Duration = Duration::from_millis(50);
/// Readers may wait so many times as long as without a storm, 99 of 100.
const SLOWER: u32 = 2;
/// What the process may grow by.
const GROWTH: u64 = 64 << 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_bad_passwords_is_turned_away_and_readers_go_on() -> anyhow::Result<()> {
    let seconds: Option<u32> = env::var("STEWARD_STORM").ok().and_then(|text| text.parse().ok());
    let lasts = seconds.unwrap_or(1);
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let steward = if seconds.is_some() {
        keep_to(1)?;
        Steward::start_on(0, &binary()?, &data).await?
    } else {
        Steward::start(&binary()?, &data).await?.0
    };
    let users = Writers::new(SEED, &folder.path().join("answered"))?;
    users.make_users(&steward).await?;
    let token = users.a_token().context("nobody is signed in")?;

    let http = steward.http();
    read(&http, &token, 1).await?;
    let idle = read(&http, &token, lasts).await?;
    let before = steward.resident()?;
    let (storm, busy) = tokio::try_join!(storm(&http, lasts), read(&http, &token, lasts))?;
    let grown = steward.resident()?.saturating_sub(before);

    let count = |status: StatusCode| storm.get(&status).map_or(0, Vec::len);
    let (looked, refused) = (count(StatusCode::UNAUTHORIZED), count(StatusCode::TOO_MANY_REQUESTS));
    let all: usize = storm.values().map(Vec::len).sum();
    ensure!(looked > 0 && refused > looked && looked + refused == all, "{:?}", storm.keys());
    ensure!(grown < GROWTH, "grew by {grown} bytes");
    let (idle, busy) = (Spread::of(idle), Spread::of(busy));
    let away = Spread::of(storm.get(&StatusCode::TOO_MANY_REQUESTS).cloned().unwrap_or_default());
    let ms = load::report::ms;
    let told = format!(
        "{RATE} bad sign-ins a second for {lasts} s from {ADDRESSES} addresses, each another account: {looked} passwords \
         looked at, {refused} turned away with 429, median {} ms, p99 {} ms. {READS} reads of `/v1/me` a second \
         meanwhile: median {} ms, p99 {} ms; without the storm median {} ms, p99 {} ms. Memory grew by {} MiB. The server \
         has one processor, the generator another.",
        ms(away.median),
        ms(away.p99),
        ms(busy.median),
        ms(busy.p99),
        ms(idle.median),
        ms(idle.p99),
        grown >> 20,
    );
    if seconds.is_some() {
        let command = format!("`make storm`. {}", load::report::provenance(SEED)?);
        load::report::write_section("storm", &format!("## A storm of bad passwords (P-15)\n\n{command}\n\n{told}"))?;
        ensure!(away.p99 <= REFUSED, "{told}");
        ensure!(busy.p99 <= idle.p99 * SLOWER, "{told}");
    }
    Ok(())
}

/// Begins `rate` requests a second for so long, whether those before were answered or not: what waits is measured too.
async fn open_loop<T: Send + 'static>(
    rate: u32,
    seconds: u32,
    mut request: impl FnMut(u32) -> std::pin::Pin<Box<dyn Future<Output = anyhow::Result<T>> + Send>>,
) -> anyhow::Result<Vec<(T, Duration)>> {
    let (clock, began) = (Clock::new(SystemClock), Instant::now());
    let mut running = JoinSet::new();
    for number in 0..rate * seconds {
        let due = Duration::from_secs(1) * number / rate;
        if let Some(early) = due.checked_sub(began.elapsed()) {
            clock.sleep(SignedDuration::try_from(early)?).await;
        }
        let asked = request(number);
        running.spawn(async move { anyhow::Ok((asked.await?, began.elapsed().saturating_sub(due))) });
    }
    running.join_all().await.into_iter().collect()
}

async fn read(http: &Http, token: &str, seconds: u32) -> anyhow::Result<Vec<Duration>> {
    let answers = open_loop(READS, seconds, |_| {
        let (http, token) = (http.clone(), token.to_owned());
        Box::pin(async move { Ok(http.call(Method::GET, "/v1/me", None, Some(&token), None).await?.status) })
    });
    let answers = answers.await?;
    let other = answers.iter().find(|(status, _)| *status != StatusCode::OK);
    ensure!(other.is_none(), "a read was answered {other:?}");
    Ok(answers.into_iter().map(|(_, took)| took).collect())
}

async fn storm(http: &Http, seconds: u32) -> anyhow::Result<BTreeMap<StatusCode, Vec<Duration>>> {
    let clients: Vec<Http> = (0..ADDRESSES).map(|number| http.elsewhere(number)).collect();
    let answers = open_loop(RATE, seconds, move |number| {
        let http = clients[number as usize % clients.len()].clone();
        let body =
            json!({ "email": format!("somebody-{number}@storm.example"), "password": "not-the-right-password-7" });
        Box::pin(async move { Ok(http.call(Method::POST, "/v1/sign-in", None, None, Some(&body)).await?.status) })
    });
    let mut by_status = BTreeMap::<StatusCode, Vec<Duration>>::new();
    for (status, took) in answers.await? {
        by_status.entry(status).or_default().push(took);
    }
    Ok(by_status)
}
