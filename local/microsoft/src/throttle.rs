//! Microsoft's published limits (Graph's page on throttling limits), on the simulation's clock. Refused calls count
//! too.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use model::DirectoryId;
use uuid::Uuid;

/// What a limit says of one call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Go on; how full the bucket is now, 0 to 1, where there is one.
    Pass { cost: Option<u32>, used: f64 },
    /// 429. `retry_after` in seconds where this limit sends one.
    Throttled { cost: Option<u32>, retry_after: Option<i64>, scope: &'static str, reason: &'static str },
}

/// A bucket that fills at a steady rate.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

/// What is counted how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// Directory reads, by resource units.
    Read { cost: u32 },
    /// Directory writes, by requests.
    Write,
    /// A usage report, by its name.
    Report(&'a str),
    /// Conditional access: one a second for all apps together, and no `Retry-After`.
    ConditionalAccess,
}

/// Whose calls a bucket counts.
type Key = (Scope, Option<Uuid>, Option<DirectoryId>);

#[derive(Debug, Default)]
pub(crate) struct Throttle {
    buckets: HashMap<Key, Bucket>,
    /// Times of calls in a sliding window.
    windows: HashMap<(Key, String), VecDeque<Timestamp>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Scope {
    All,
    Read,
    ReadEverywhere,
    Write,
    WriteEverywhere,
    WriteByAll,
    Report,
    ReportByAll,
    ConditionalAccess,
}

/// Resource units of 10 seconds by the size of a directory: below 50 people, up to 500, more.
fn read_budget(people: usize) -> f64 {
    match people {
        0..50 => 3_500.0,
        50..=500 => 5_000.0,
        _ => 8_000.0,
    }
}

impl Throttle {
    /// Counts a call of `app` in `directory`, which has `people` accounts.
    pub fn call(
        &mut self,
        app: Uuid,
        directory: DirectoryId,
        people: usize,
        kind: Kind<'_>,
        now: Timestamp,
    ) -> Verdict {
        let (app, directory) = (Some(app), Some(directory));
        if self.spend((Scope::All, app, None), 1.0, 2_000.0, 1.0, now).is_err() {
            return throttled(None, Some(1), "Application", "RequestLimitExceeded");
        }
        match kind {
            Kind::Read { cost } => {
                let units = f64::from(cost);
                if let Err(wait) = self.spend((Scope::ReadEverywhere, app, None), units, 150_000.0, 20.0, now) {
                    return throttled(Some(cost), Some(wait), "Application", "ResourceUnitLimitExceeded");
                }
                match self.spend((Scope::Read, app, directory), units, read_budget(people), 10.0, now) {
                    Ok(used) => Verdict::Pass { cost: Some(cost), used },
                    Err(wait) => throttled(Some(cost), Some(wait), "Tenant_Application", "ResourceUnitLimitExceeded"),
                }
            }
            Kind::Write => {
                let limits: [(Key, f64, f64, &'static str); 3] = [
                    ((Scope::Write, app, directory), 3_000.0, 150.0, "Tenant_Application"),
                    ((Scope::WriteEverywhere, app, None), 70_000.0, 300.0, "Application"),
                    ((Scope::WriteByAll, None, directory), 18_000.0, 300.0, "Tenant"),
                ];
                let mut fullest: f64 = 0.0;
                for (key, budget, period, scope) in limits {
                    match self.spend(key, 1.0, budget, period, now) {
                        Ok(used) => fullest = fullest.max(used),
                        Err(wait) => return throttled(None, Some(wait), scope, "WriteLimitExceeded"),
                    }
                }
                Verdict::Pass { cost: None, used: fullest }
            }
            Kind::Report(name) => {
                let ten_minutes = SignedDuration::from_mins(10);
                let mine = ((Scope::Report, app, directory), name.to_owned());
                let all = ((Scope::ReportByAll, None, directory), name.to_owned());
                let waits = [self.window(mine, 14, ten_minutes, now), self.window(all, 40, ten_minutes, now)];
                match waits.into_iter().flatten().max() {
                    Some(wait) => throttled(None, Some(wait), "Tenant_Application", "ReportLimitExceeded"),
                    None => Verdict::Pass { cost: None, used: 0.0 },
                }
            }
            Kind::ConditionalAccess => {
                let key = ((Scope::ConditionalAccess, None, directory), String::new());
                match self.window(key, 1, SignedDuration::from_secs(1), now) {
                    Some(_) => throttled(None, None, "Tenant", "RequestLimitExceeded"),
                    None => Verdict::Pass { cost: None, used: 0.0 },
                }
            }
        }
    }

    /// Takes `units` of a bucket of `budget` that fills in `period` seconds. How full it is now, or the seconds to
    /// wait.
    fn spend(&mut self, key: Key, units: f64, budget: f64, period: f64, now: Timestamp) -> Result<f64, i64> {
        let bucket = self.buckets.entry(key).or_insert(Bucket { left: budget, at: now });
        let elapsed = now.duration_since(bucket.at).as_secs_f64().max(0.0);
        bucket.left = (bucket.left + elapsed * budget / period).min(budget);
        bucket.at = now;
        if bucket.left < units {
            // A refused call still costs: waiting less than told makes it worse, though never hopeless.
            bucket.left = (bucket.left - 1.0).max(-budget);
            let seconds = (units - bucket.left) * period / budget;
            return Err(seconds.ceil().max(1.0) as i64);
        }
        bucket.left -= units;
        Ok(1.0 - bucket.left / budget)
    }

    /// Counts a call in a sliding window; the seconds to wait when it is one too many. Refused calls do not extend it.
    fn window(&mut self, key: (Key, String), limit: usize, length: SignedDuration, now: Timestamp) -> Option<i64> {
        let times = self.windows.entry(key).or_default();
        while times.front().is_some_and(|first| now.duration_since(*first) >= length) {
            times.pop_front();
        }
        match times.front() {
            Some(first) if times.len() >= limit => {
                let wait = length - now.duration_since(*first);
                Some(wait.as_secs() + i64::from(wait.subsec_nanos() > 0))
            }
            _ => {
                times.push_back(now);
                None
            }
        }
    }
}

fn throttled(cost: Option<u32>, retry_after: Option<i64>, scope: &'static str, reason: &'static str) -> Verdict {
    Verdict::Throttled { cost, retry_after, scope, reason }
}
