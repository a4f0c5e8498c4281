//! What can be brought about by hand on this machine: time that leaps, a Microsoft that is slow, refuses, or takes back
//! what it granted, a table that does not answer. `steward up` serves it, and only beside the simulated Microsoft.

use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use local_aws::{Faults, page};
use local_microsoft::{Directory, Fault, Oddities, Recipe, RetryAfter, Simulation, When};
use model::{
    DirectoryId, TenantState,
    clock::{Sleep, TimeSource},
};
use runtime::{Connect, SystemClock};
use serde::Deserialize;
use serde_json::json;

use crate::{READER_CLIENT_ID, System, company};

/// The machine's clock, ahead by what it was told to leap, until the process ends. Whatever sleeps goes on sleeping: a
/// schedule that came due by a leap runs at its next turn.
#[derive(Debug, Clone, Default)]
pub(crate) struct LeapingClock {
    ahead_seconds: Arc<AtomicI64>,
}

impl LeapingClock {
    fn leap(&self, by: SignedDuration) {
        self.ahead_seconds.fetch_add(by.as_secs(), Ordering::Relaxed);
    }
}

impl TimeSource for LeapingClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead_seconds.load(Ordering::Relaxed));
        SystemClock.now().checked_add(ahead).unwrap_or(Timestamp::MAX)
    }
    fn sleep(&self, duration: SignedDuration) -> Sleep<'_> {
        SystemClock.sleep(duration)
    }
}

/// One thing to bring about, as JSON: no form of another page can send it.
#[derive(Debug, Deserialize)]
#[serde(tag = "switch", rename_all = "snake_case", deny_unknown_fields)]
enum Switch {
    Leap {
        hours: u16,
    },
    Directory {
        name: String,
        seed: u64,
        people: u32,
        #[serde(default)]
        without_p1: bool,
        #[serde(default)]
        concealed: bool,
        #[serde(default)]
        tidy: bool,
    },
    Withdraw {
        directory: DirectoryId,
        /// All of them when absent.
        permissions: Option<Vec<String>>,
    },
    Refuse {
        path: String,
        status: u16,
        retry_after_seconds: Option<i64>,
    },
    Slow {
        milliseconds: u32,
    },
    TableDown,
    State {
        /// An access token of one of its members.
        token: String,
        state: TenantState,
        /// Days since the first payment that failed.
        past_due_days: Option<u16>,
    },
    Calm,
}

/// Each switch, and what it does.
const SWITCHES: [(&str, &str); 10] = [
    (r#"{"switch":"leap","hours":72}"#, "Time leaps ahead. It stays ahead until Steward is stopped."),
    (
        r#"{"switch":"directory","name":"Contoso","seed":7,"people":40,"without_p1":true,"concealed":true}"#,
        "One more directory to connect, here without Microsoft Entra ID P1 and with names hidden in its reports.",
    ),
    (
        r#"{"switch":"directory","name":"Fabrikam","seed":8,"people":40,"tidy":true}"#,
        "One more, in which nothing is wasted.",
    ),
    (
        r#"{"switch":"withdraw","directory":"00000000-0000-0000-0000-000000000000"}"#,
        "An administrator takes back all that Steward was granted there.",
    ),
    (
        r#"{"switch":"withdraw","directory":"00000000-0000-0000-0000-000000000000","permissions":["Reports.Read.All"]}"#,
        "Or only these permissions.",
    ),
    (
        r#"{"switch":"refuse","path":"/v1.0/users","status":429,"retry_after_seconds":3600}"#,
        "Microsoft refuses every call whose path begins so.",
    ),
    (r#"{"switch":"slow","milliseconds":1500}"#, "Each call of Microsoft takes this long."),
    (r#"{"switch":"table_down"}"#, "The table does not answer."),
    (
        r#"{"switch":"state","token":"<access token>","state":"past_due","past_due_days":3}"#,
        "The company of the token goes into this state of its life. Out of a closed one no token leads back.",
    ),
    (r#"{"switch":"calm"}"#, "Nothing is refused, slow or down any more."),
];

#[derive(Clone)]
struct Controls {
    clock: LeapingClock,
    microsoft: Simulation,
    table: Faults,
    with: Connect,
}

/// The page and its switches under `/controls`; nothing beside the real Microsoft.
pub(crate) fn pages(system: &System, clock: LeapingClock) -> Router {
    let Some((microsoft, _)) = &system.microsoft else { return Router::new() };
    let (table, with) = (system.aws.faults(), system.connect().clone());
    let controls = Controls { clock, microsoft: microsoft.clone(), table, with };
    Router::new().route("/controls", get(shown).post(switched)).with_state(controls)
}

async fn shown(State(Controls { clock, microsoft, .. }): State<Controls>) -> Response {
    let mut directories = String::new();
    for id in microsoft.directories() {
        let name = microsoft.directory(id, |directory| page::escaped(directory.name())).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = write!(directories, "<dt>{name}</dt><dd>{id}</dd>");
    }
    let mut switches = String::new();
    for (body, what) in SWITCHES {
        let _ = write!(switches, "<h2>{what}</h2><pre>{}</pre>", page::escaped(body));
    }
    let content = format!(
        "<h1>What can be brought about on this machine</h1><p class=dim>POST one of these to /controls as \
         application/json. Here it is {}.</p><dl>{directories}</dl>{switches}",
        clock.now().strftime("%-d %B %Y, %H:%M UTC")
    );
    page::page("Controls", &content)
}

async fn switched(State(controls): State<Controls>, Json(switch): Json<Switch>) -> Response {
    let Controls { clock, microsoft, table, with } = controls;
    match switch {
        Switch::Leap { hours } => clock.leap(SignedDuration::from_hours(hours.into())),
        Switch::Directory { name, seed, people, without_p1, concealed, tidy } => {
            let oddities = if tidy { Oddities::NONE } else { Oddities::ALL };
            let recipe = Recipe {
                name: Some(name),
                p1: !without_p1,
                concealed,
                oddities,
                ..Recipe::new(seed, clock.now(), people)
            };
            let directory = microsoft.add(Directory::generate(&recipe));
            return (StatusCode::CREATED, Json(json!({ "directory": directory }))).into_response();
        }
        Switch::Withdraw { directory, permissions: None } => microsoft.revoke_consent(READER_CLIENT_ID, directory),
        Switch::Withdraw { directory, permissions: Some(taken) } => {
            let granted = microsoft.granted(READER_CLIENT_ID, directory).unwrap_or_default();
            let left: Vec<&str> = granted.iter().filter(|one| !taken.contains(one)).map(String::as_str).collect();
            microsoft.consent_partly(READER_CLIENT_ID, directory, &left);
        }
        Switch::Refuse { path, status, retry_after_seconds } => {
            let wait = retry_after_seconds.map_or(RetryAfter::Absent, RetryAfter::Seconds);
            microsoft.fault(When::path(&path).always(), Fault::Status(status, wait));
        }
        Switch::Slow { milliseconds } => microsoft.page_latency(SignedDuration::from_millis(milliseconds.into())),
        Switch::TableDown => drop(table.rate(local_aws::Fault::ServiceUnavailable, 1.0)),
        Switch::State { token, state, past_due_days } => {
            let since = past_due_days.map(|days| clock.now() - SignedDuration::from_hours(24 * i64::from(days)));
            let changed = company::change(&with, &token, |company| {
                company.state = state;
                company.past_due_since = since;
            });
            if let Err(error) = changed.await {
                return (StatusCode::BAD_REQUEST, error.to_string()).into_response();
            }
        }
        Switch::Calm => {
            microsoft.clear_faults();
            microsoft.page_latency(SignedDuration::ZERO);
            table.clear();
        }
    }
    StatusCode::NO_CONTENT.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_switch_that_is_shown_is_one() {
        for (body, _) in SWITCHES {
            serde_json::from_str::<Switch>(body).unwrap();
        }
    }

    #[test]
    fn time_leaps_as_far_as_it_was_told() {
        let (clock, machine) = (LeapingClock::default(), SystemClock);
        clock.leap(SignedDuration::from_hours(72));
        let ahead = clock.now().duration_since(machine.now());
        assert!((ahead - SignedDuration::from_hours(72)).abs() < SignedDuration::from_secs(60), "{ahead:?}");
    }
}
