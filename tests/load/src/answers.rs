//! P-2: whether the first event opens connections, of every function whose sample event needs no company of its own;
//! and how long the answers take that are asked for most.

use std::{sync::Arc, sync::Mutex, sync::PoisonError, time::Duration};

use anyhow::{Context, ensure};
use local::{Described, Kind};
use serde_json::Value;

use crate::{
    cold::binaries,
    report::{Spread, ms, table},
    runtime_api::{Start, run},
    stage::{Company, Counted, Stage, counted, sample},
};

/// What is asked for most: every visit of the page and every client's day is made of these.
pub const HOT: [&str; 10] = [
    "accounts-me",
    "accounts-refresh",
    "accounts-sign-in",
    "findings-get",
    "findings-list",
    "findings-overview",
    "findings-people",
    "microsoft-status",
    "scans-get",
    "tenants-events",
];
/// Most from exec to the answer, in the median, of functions that read.
const ANSWERED: Duration = Duration::from_millis(15);
/// Answers of each that count.
const ANSWERS: usize = 50;
const WARM_UP: usize = 3;
const LIMIT: Duration = Duration::from_secs(30);

/// Endpoints whose connections are counted, and what a function is started with to use them.
struct Fronts {
    environment: Vec<(String, String)>,
    table: Counted,
    secrets: Counted,
}

/// How many functions' first events were of which kind, and what was not as it should be.
#[derive(Default)]
struct First {
    functions: usize,
    refused: Vec<String>,
    connected: Vec<String>,
    failed: Vec<String>,
}

/// Hands every function, or those named, its first event, and those of [`HOT`] many; tells it as Markdown.
///
/// # Errors
/// When the system does not start or one of [`HOT`] is refused.
pub async fn measure(only: &[String]) -> anyhow::Result<String> {
    let stage = Stage::start(180).await;
    // Sample events are of things that are not there; what becomes of such is for tests to say.
    stage.app.expect_dead_letters();
    let environment = stage.environment()?;
    let (fronted, table_front, secrets) = counted(&environment).await?;
    let fronts = Fronts { environment: fronted, table: table_front, secrets };
    let mut company = stage.company().await;
    let functions = local::functions();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|one| one == name);
    let (mut rows, mut over) = (Vec::new(), Vec::new());
    for function in functions.iter().filter(|function| HOT.contains(&function.name) && wanted(function.name)) {
        let (answered, cpu) = several(&mut company, function, &environment).await?;
        if matches!(&function.kind, Kind::Http { method, .. } if method == "GET") && answered.median > ANSWERED {
            over.push(function.name);
        }
        let name = format!("`{}`", function.name);
        rows.push(vec![name, ms(answered.least), ms(answered.median), ms(answered.p99), ms(cpu)]);
    }
    let mut first = First::default();
    for function in functions.iter().filter(|function| wanted(function.name)) {
        first.take(&mut company, function, &fronts).await;
        company.settle().await;
    }
    let verdict = match over.as_slice() {
        [] => format!("Of those that read, every median is within {} ms.", ANSWERED.as_millis()),
        over => format!(
            "Of those that read, these are over {} ms in the median: {}.",
            ANSWERED.as_millis(),
            over.join(", ")
        ),
    };
    Ok(format!(
        "{}\nMilliseconds from exec to the answer, {ANSWERS} answers each after {WARM_UP} that do not count. \
         {verdict}\n\n{}",
        table(&["Function", "Least", "Median", "Longest", "CPU"], &rows),
        first.told()
    ))
}

/// Time to the answer, and the median of processor time.
async fn several(
    company: &mut Company<'_>,
    function: &Described,
    environment: &[(String, String)],
) -> anyhow::Result<(Spread, Duration)> {
    let binary = binaries()?.join(function.name);
    let (mut answered, mut cpu) = (Vec::with_capacity(ANSWERS), Vec::with_capacity(ANSWERS));
    for turn in 0..WARM_UP + ANSWERS {
        let event = company.request(function).await?;
        let ran = run(&Start { binary: &binary, environment, limit: LIMIT }, &event, || {}).await?;
        let refused = status(&ran.answer)?;
        ensure!(refused.is_none(), "{}: {}", function.name, ran.answer);
        company.settle().await;
        if turn >= WARM_UP {
            answered.push(ran.answered);
            cpu.push(ran.answered_cpu);
        }
    }
    Ok((Spread::of(answered), Spread::of(cpu).median))
}

/// The status of a refusal. Nothing may fail.
fn status(answer: &Value) -> anyhow::Result<Option<u64>> {
    let status = answer["statusCode"].as_u64().unwrap_or(0);
    ensure!((200..500).contains(&status), "{answer}");
    Ok((status >= 400).then_some(status))
}

impl First {
    /// One function's first event.
    async fn take(&mut self, company: &mut Company<'_>, function: &Described, fronts: &Fronts) {
        let event = match &function.kind {
            Kind::Http { .. } => company.request(function).await,
            Kind::Pages | Kind::Schedule { .. } | Kind::Service { .. } | Kind::Invoke => sample(function.name),
            // The sample is of a company, or of a secret, that is not here.
            Kind::Event { .. } | Kind::Rotation => return,
        };
        self.functions += 1;
        match hand(function, event, fronts).await {
            Ok((opened, refused)) => {
                self.refused.extend(refused.map(|status| format!("`{}` ({status})", function.name)));
                if opened != (0, 0) {
                    self.connected
                        .push(format!("`{}` ({} to the table, {} to secrets)", function.name, opened.0, opened.1));
                }
            }
            Err(error) => self.failed.push(format!("`{}` ({error:#})", function.name)),
        }
    }

    fn told(&self) -> String {
        let opened = match self.connected.as_slice() {
            [] => "None opened a connection to the table or to Secrets Manager after its first `next`: P-2 holds."
                .to_owned(),
            some => {
                format!("These opened connections after their first `next`, which P-2 forbids: {}.", some.join(", "))
            }
        };
        let mut text = format!("{} functions got their first event. {opened}\n", self.functions);
        if !self.refused.is_empty() {
            let refused = self.refused.join(", ");
            text += &format!("\nRefused, as the sample is of something that is not there: {refused}.\n");
        }
        if !self.failed.is_empty() {
            text += &format!("\nFailed: {}.\n", self.failed.join("; "));
        }
        text
    }
}

/// Connections to the table and to secrets that the first event opened, and the status of a refusal.
async fn hand(
    function: &Described,
    event: anyhow::Result<Value>,
    fronts: &Fronts,
) -> anyhow::Result<((u32, u32), Option<u64>)> {
    let binary = binaries()?.join(function.name);
    let at_ready = Arc::new(Mutex::new(None));
    let on_ready = {
        let (at_ready, table, secrets) = (Arc::clone(&at_ready), fronts.table.clone(), fronts.secrets.clone());
        move || {
            *at_ready.lock().unwrap_or_else(PoisonError::into_inner) = Some((table.count(), secrets.count()));
        }
    };
    let start = Start { binary: &binary, environment: &fronts.environment, limit: LIMIT };
    let ran = run(&start, &event?, on_ready).await?;
    let before = at_ready.lock().unwrap_or_else(PoisonError::into_inner).take().context("no first `next`")?;
    let refused = match function.kind {
        Kind::Http { .. } | Kind::Pages => status(&ran.answer)?,
        _ => None,
    };
    Ok(((fronts.table.count() - before.0, fronts.secrets.count() - before.1), refused))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_is_told_and_a_fault_is_none() {
        assert_eq!(status(&json!({ "statusCode": 204 })).unwrap(), None);
        assert_eq!(status(&json!({ "statusCode": 404 })).unwrap(), Some(404));
        assert!(status(&json!({ "statusCode": 503 })).is_err() && status(&Value::Null).is_err());
    }

    #[test]
    fn whoever_connects_late_or_fails_is_named() {
        let none = First { functions: 3, ..First::default() }.told();
        assert!(none.contains("P-2 holds") && !none.contains("Failed") && !none.contains("Refused"), "{none}");
        let some = First {
            functions: 3,
            connected: vec!["`scans-list`".into()],
            failed: vec!["`fixes-run`".into()],
            ..First::default()
        };
        let some = some.told();
        assert!(some.contains("P-2 forbids: `scans-list`") && some.contains("Failed: `fixes-run`"), "{some}");
    }
}
