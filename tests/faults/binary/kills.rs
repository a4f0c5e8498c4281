//! `kill -9` of the real `steward up` while eight writers write. What was answered is there after the restart with
//! its event, nothing is there by halves, and every effect happens. `make kills N=100` for more than a few.

use std::{env, path::PathBuf, time::Duration};

use jiff::SignedDuration;
use model::Clock;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use runtime::SystemClock;

use crate::{
    check,
    process::{Steward, binary},
    writers::Writers,
};

const SEED: u64 = 2026;
/// Longest from exec to an answer of `/v1/ready`.
const READY: Duration = Duration::from_secs(1);
const WRITERS: u64 = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_loses_or_halves_anything() -> anyhow::Result<()> {
    let number = |name: &str, otherwise| env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    let (kills, seed) = (number("STEWARD_KILLS", 5), number("STEWARD_KILLS_SEED", SEED));
    let clock = Clock::new(SystemClock);
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let binary: PathBuf = binary()?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let writers = Writers::new(seed, &folder.path().join("answered"))?;

    let (steward, _) = Steward::start(&binary, &data).await?;
    writers.make_users(&steward).await?;
    let mut running = Some(steward);
    let mut ready = Vec::new();
    for kill in 0..kills {
        let after = SignedDuration::from_millis(random.random_range(5..=500));
        // Every fifth kill strikes while the process comes up.
        if kill % 5 == 4 {
            drop(running.take());
            let starting = Steward::exec(&binary, &data)?;
            clock.sleep(after).await;
            drop(starting);
        } else if let Some(steward) = running.take() {
            let writing = writers.start(&steward, WRITERS, kill);
            clock.sleep(after).await;
            steward.kill()?;
            writing.await?;
        }
        let what = format!("kill {kill} of seed {seed}, after {after:#}");
        check::at_rest(&data, &writers, &what).await?;
        let (steward, took) = Steward::start(&binary, &data).await?;
        ready.push(took);
        writers.check_sessions(&steward, &what).await?;
        running = Some(steward);
    }
    let steward = running.take().expect("one is running");
    let mails = writers.wait_for_mails(&steward).await?;
    steward.wait_until_idle(&data).await?;
    steward.kill()?;
    let table = check::at_rest(&data, &writers, "at the end").await?;
    check::at_the_end(&data, &writers, &table).await?;

    ready.sort_unstable();
    let (median, longest) = (ready[ready.len() / 2], ready[ready.len() - 1]);
    let told = format!(
        "{kills} kills of `steward up`, seed {seed}, U(5, 500) ms after {WRITERS} writers began (every fifth: after exec): \
         0 violations. {} writes answered, {} in flight when it struck; {} mails, {} of them sent twice. \
         From exec to ready: median {:.0} ms, longest {:.0} ms.",
        writers.answered(),
        writers.in_flight(),
        mails.sent,
        mails.twice,
        median.as_secs_f64() * 1e3,
        longest.as_secs_f64() * 1e3,
    );
    if env::var_os("STEWARD_KILLS_RECORD").is_some() {
        let provenance = load::report::provenance(seed)?;
        let command = format!("`make kills N={kills}`. Debug build. {provenance}");
        load::report::write_section("kills", &format!("## Killing it (R-1)\n\n{command}\n\n{told}"))?;
    }
    assert!(median <= READY, "{told}");
    Ok(())
}
