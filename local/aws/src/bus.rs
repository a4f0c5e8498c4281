//! The table's stream, the pipe and the event bus, and the account's own bus with what services of AWS tell: at least
//! once, unordered across keys, a few retries, then a dead letter. An event leaves the stream only when every rule it
//! matches has it in the list of deliveries, and a delivery leaves that list only when its target took it, so a kill at
//! any moment loses nothing.

use std::{
    collections::{HashMap, HashSet},
    panic::AssertUnwindSafe,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context;
use dynoxide::Database;
use futures::{FutureExt, future::BoxFuture};
use jiff::{SignedDuration, Timestamp};
use model::Clock;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};
use tokio::{sync::Notify, task::JoinSet};

use crate::{ACCOUNT, REGION, state::State, stream};

/// Attempts at one delivery before it becomes a dead letter.
const ATTEMPTS: u32 = 5;
/// The largest entry EventBridge takes, bytes.
const EVENT_MAX: usize = 256 * 1024;
/// Deliveries that run at a time for one rule in the background.
const CONCURRENCY: usize = 8;
/// How often the background looks without being told.
const POLL: SignedDuration = SignedDuration::from_millis(50);
const TTL_SWEEP: SignedDuration = SignedDuration::from_mins(10);
/// Stream records taken before the stream is trimmed.
const TRIM_AFTER: usize = 1000;
/// The source of what comes by the pipe.
const OURS: &str = "steward";
/// The rule under which an event stands that the pipe could not hand to the bus.
const PIPE: &str = "pipe";

/// What a rule hands events to.
pub trait Target: Send + Sync {
    /// Handles one event in EventBridge's JSON, whose `detail` is the stream's record, or what a service tells. May be
    /// called again with the same event. An error or a panic is retried.
    fn deliver(&self, event: Value) -> BoxFuture<'_, Result<(), anyhow::Error>>;
}

impl<F> Target for F
where
    F: Fn(Value) -> BoxFuture<'static, Result<(), anyhow::Error>> + Send + Sync,
{
    fn deliver(&self, event: Value) -> BoxFuture<'_, Result<(), anyhow::Error>> {
        self(event)
    }
}

/// How deliveries go wrong without anyone failing. The same seed gives the same run.
#[derive(Debug, Clone)]
pub struct Chaos {
    /// Of the random sequence.
    pub seed: u64,
    /// Probability that a delivery is made twice, 0 to 1.
    pub duplicate: f64,
    /// Whether events of different partition keys change places. Those of one key keep their order.
    pub shuffle: bool,
    /// Every delivery waits a random time up to this.
    pub delay: SignedDuration,
}

impl Default for Chaos {
    fn default() -> Self {
        Self { seed: 0, duplicate: 0.0, shuffle: false, delay: SignedDuration::ZERO }
    }
}

/// An event a target did not take.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// For [`Bus::redrive`].
    pub id: i64,
    /// The rule's name, or `pipe` when the event never reached the bus.
    pub rule: String,
    /// As it was to be delivered.
    pub event: Value,
    /// How often it was tried.
    pub attempts: u32,
    /// The last error.
    pub cause: String,
    /// When it was given up.
    pub at: Timestamp,
}

/// What one [`pump`](crate::Aws::pump) did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pumped {
    /// Deliveries taken by their target.
    pub delivered: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Deliveries given up.
    pub dead: u64,
}

/// Says that the table has been written.
pub(crate) struct Signal {
    written: AtomicBool,
    notify: Notify,
}

impl Default for Signal {
    fn default() -> Self {
        // What an earlier process wrote is still to be read.
        Self { written: AtomicBool::new(true), notify: Notify::new() }
    }
}

impl Signal {
    pub(crate) fn raise(&self) {
        self.written.store(true, Ordering::Release);
        self.notify.notify_one();
    }
}

struct Rule {
    name: String,
    source: String,
    kinds: HashSet<String>,
    target: Arc<dyn Target>,
}

struct Delivery {
    id: i64,
    rule: String,
    event: String,
    attempts: u32,
}

enum Outcome {
    Delivered,
    Failed,
    Dead,
}

/// The event bus. A cheap handle; all clones are one.
#[derive(Clone)]
pub struct Bus(Arc<Inner>);

struct Inner {
    database: Database,
    table_file: Option<PathBuf>,
    state: Arc<State>,
    clock: Clock,
    signal: Arc<Signal>,
    rules: RwLock<Vec<Rule>>,
    chaos: Mutex<(Chaos, ChaCha8Rng)>,
    /// Deliveries under way, to their rules.
    under_way: Mutex<HashMap<i64, String>>,
    /// A delivery under way has ended.
    ended: Notify,
    /// Records taken since the stream was trimmed. Held while the stream is read, so that one reads at a time.
    taken: Mutex<usize>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bus {
    pub(crate) fn new(
        database: Database,
        table_file: Option<PathBuf>,
        state: Arc<State>,
        clock: Clock,
        signal: Arc<Signal>,
    ) -> Self {
        Self(Arc::new(Inner {
            database,
            table_file,
            state,
            clock,
            signal,
            rules: RwLock::default(),
            chaos: Mutex::new((Chaos::default(), ChaCha8Rng::seed_from_u64(0))),
            under_way: Mutex::default(),
            ended: Notify::new(),
            // The first trim follows the first read.
            taken: Mutex::new(TRIM_AFTER),
        }))
    }

    /// Events of these kinds (all kinds when empty) go to `target` from now on. Name a rule as it was named before a
    /// restart: deliveries left over are kept by name. A rule of the same name is replaced.
    pub fn rule(&self, name: &str, kinds: &[&str], target: Arc<dyn Target>) {
        self.service_rule(name, OURS, kinds, target);
    }

    /// As [`Bus::rule`], of what `source` tells on the account's own bus: `aws.ses`.
    pub fn service_rule(&self, name: &str, source: &str, kinds: &[&str], target: Arc<dyn Target>) {
        let source = source.to_owned();
        let kinds = kinds.iter().map(|&kind| kind.to_owned()).collect();
        let mut rules = self.0.rules.write().unwrap_or_else(PoisonError::into_inner);
        rules.retain(|rule| rule.name != name);
        rules.push(Rule { name: name.to_owned(), source, kinds, target });
    }

    /// What a service of AWS tells: an event of the account's own bus, to every rule it matches. What is told under one
    /// `key` keeps its order.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn publish(&self, source: &str, detail_type: &str, key: &str, detail: &Value) -> anyhow::Result<()> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let event = envelope(now.as_nanosecond().unsigned_abs(), source, detail_type, detail, now).to_string();
        let mut state = inner.state.lock();
        let transaction = state.transaction()?;
        self.put_before_rules(&transaction, (source, detail_type), key, &event, now)?;
        transaction.commit()?;
        inner.signal.notify.notify_one();
        Ok(())
    }

    /// Sets how deliveries go wrong from now on.
    pub fn chaos(&self, chaos: Chaos) {
        let random = ChaCha8Rng::seed_from_u64(chaos.seed);
        *locked(&self.0.chaos) = (chaos, random);
    }

    /// How many deliveries wait to be made or made again; dead letters are not among them. Events still in the stream
    /// are read first.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn undelivered(&self) -> anyhow::Result<u64> {
        self.read_stream()?;
        let count =
            self.0
                .state
                .lock()
                .query_row("SELECT COUNT(*) FROM delivery WHERE dead_ms IS NULL", [], |row| row.get::<_, i64>(0))?;
        Ok(count.unsigned_abs())
    }

    /// As [`Bus::undelivered`], those of one rule apart.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn undelivered_but_to(&self, rule: &str) -> anyhow::Result<u64> {
        self.read_stream()?;
        let sql = "SELECT COUNT(*) FROM delivery WHERE dead_ms IS NULL AND rule <> ?1";
        let count = self.0.state.lock().query_row(sql, [rule], |row| row.get::<_, i64>(0))?;
        Ok(count.unsigned_abs())
    }

    /// Everything given up, oldest first.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn dead_letters(&self) -> anyhow::Result<Vec<DeadLetter>> {
        let state = self.0.state.lock();
        let mut rows = state.prepare_cached(
            "SELECT id, rule, event, attempts, cause, dead_ms FROM delivery WHERE dead_ms IS NOT NULL ORDER BY id",
        )?;
        let rows = rows.query_map([], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
        })?;
        rows.map(|row| {
            let (id, rule, event, attempts, cause, dead_ms) = row?;
            let (event, at) = (serde_json::from_str(&event)?, Timestamp::from_millisecond(dead_ms)?);
            Ok(DeadLetter { id, rule, event, attempts, cause, at })
        })
        .collect()
    }

    /// Delivers one dead letter again, with all its attempts. Returns whether there was one of that id.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn redrive(&self, id: i64) -> anyhow::Result<bool> {
        Ok(self.redrive_where(Some(id))? > 0)
    }

    /// Delivers all dead letters again, with all their attempts. Returns how many.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn redrive_all(&self) -> anyhow::Result<usize> {
        self.redrive_where(None)
    }

    fn redrive_where(&self, id: Option<i64>) -> anyhow::Result<usize> {
        let redriven = self.0.state.lock().execute(
            "UPDATE delivery SET dead_ms = NULL, attempts = 0, due_ms = ?1
             WHERE dead_ms IS NOT NULL AND (?2 IS NULL OR id = ?2)",
            params![self.0.clock.now().as_millisecond(), id],
        )?;
        self.0.signal.notify.notify_one();
        Ok(redriven)
    }

    /// Forgets one dead letter. Returns whether there was one of that id.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn discard(&self, id: i64) -> anyhow::Result<bool> {
        let gone = self.0.state.lock().execute("DELETE FROM delivery WHERE id = ?1 AND dead_ms IS NOT NULL", [id])?;
        Ok(gone > 0)
    }

    /// Moves what the stream holds to the list of deliveries.
    fn read_stream(&self) -> anyhow::Result<()> {
        let inner = &*self.0;
        let mut taken = locked(&inner.taken);
        if !inner.signal.written.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let read = self.read_streams(&mut taken);
        if read.is_err() {
            inner.signal.written.store(true, Ordering::Release);
        }
        read
    }

    fn read_streams(&self, taken: &mut usize) -> anyhow::Result<()> {
        let inner = &*self.0;
        for stream in inner.database.list_streams(Default::default())?.streams {
            let table = stream.table_name;
            let mut place = inner
                .state
                .lock()
                .query_row("SELECT sequence FROM checkpoint WHERE stream = ?1", [&table], |row| row.get(0))
                .optional()?;
            loop {
                let from = json!({
                    "StreamArn": stream.stream_arn,
                    "ShardId": dynoxide::streams::shard_id(&table),
                    "ShardIteratorType": if place.is_some() { "AFTER_SEQUENCE_NUMBER" } else { "TRIM_HORIZON" },
                    "SequenceNumber": place,
                });
                let iterator = inner.database.get_shard_iterator(serde_json::from_value(from)?)?.shard_iterator;
                let read = json!({ "ShardIterator": iterator.context("the stream has no iterator")? });
                let records = inner.database.get_records(serde_json::from_value(read)?)?.records;
                let Some(last) = records.last() else { break };
                let sequence = last.dynamodb.sequence_number.clone();
                *taken += records.len();
                self.accept(&table, &stream.stream_arn, &sequence, records)?;
                place = Some(sequence);
            }
            if let (Some(file), Some(place), true) = (&inner.table_file, &place, *taken >= TRIM_AFTER)
                // Costs speed only.
                && let Err(error) = stream::trim(file, &table, place)
            {
                tracing::warn!(%error, "cannot trim the stream");
            }
        }
        if *taken >= TRIM_AFTER {
            *taken = 0;
        }
        Ok(())
    }

    /// The pipe and the rules: records become deliveries and the place in the stream moves, in one transaction.
    fn accept(
        &self,
        table: &str,
        arn: &str,
        sequence: &str,
        records: Vec<dynoxide::actions::get_records::Record>,
    ) -> anyhow::Result<()> {
        let inner = &*self.0;
        let now = inner.clock.now();
        let mut state = inner.state.lock();
        let transaction = state.transaction()?;
        for record in records {
            let record = serde_json::to_value(record)?;
            let new = &record["dynamodb"]["NewImage"];
            let is_event = new["SK"]["S"].as_str().is_some_and(|key| key.starts_with("EVENT#"));
            if record["eventName"] != "INSERT" || !is_event {
                continue;
            }
            let key = new["PK"]["S"].as_str().unwrap_or_default().to_owned();
            let kind = new["kind"]["S"].as_str().unwrap_or_default().to_owned();
            let event = event(arn, record, &kind, now).to_string();
            if kind.is_empty() {
                transaction.execute(
                    "INSERT INTO delivery (rule, order_key, event, due_ms, cause, dead_ms)
                     VALUES (?1, ?2, ?3, ?4, 'the item has no string `kind` to be the detail-type', ?4)",
                    params![PIPE, key, event, now.as_millisecond()],
                )?;
                continue;
            }
            self.put_before_rules(&transaction, (OURS, &kind), &key, &event, now)?;
        }
        transaction.execute(
            "INSERT INTO checkpoint (stream, sequence) VALUES (?1, ?2)
             ON CONFLICT (stream) DO UPDATE SET sequence = excluded.sequence",
            [table, sequence],
        )?;
        Ok(transaction.commit()?)
    }

    /// Makes an event of `source` and kind a delivery of every rule that it matches.
    fn put_before_rules(
        &self,
        state: &rusqlite::Connection,
        (source, kind): (&str, &str),
        key: &str,
        event: &str,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        for rule in self.rules_for(source, kind) {
            let (times, delay_ms) = self.fate();
            for _ in 0..times {
                state.execute(
                    "INSERT INTO delivery (rule, order_key, event, due_ms) VALUES (?1, ?2, ?3, ?4)",
                    params![rule, key, event, now.as_millisecond() + delay_ms],
                )?;
            }
        }
        Ok(())
    }

    fn rules_for(&self, source: &str, kind: &str) -> Vec<String> {
        let rules = self.0.rules.read().unwrap_or_else(PoisonError::into_inner);
        let wanted = |rule: &&Rule| rule.kinds.is_empty() || rule.kinds.contains(kind);
        let matching = rules.iter().filter(|rule| rule.source == source).filter(wanted);
        matching.map(|rule| rule.name.clone()).collect()
    }

    /// How often a delivery is made, and after how many milliseconds.
    fn fate(&self) -> (u32, i64) {
        let (chaos, random) = &mut *locked(&self.0.chaos);
        let twice = chaos.duplicate > 0.0 && random.random_bool(chaos.duplicate.min(1.0));
        let longest = i64::try_from(chaos.delay.as_millis()).unwrap_or(i64::MAX);
        let delay = if longest > 0 { random.random_range(0..=longest) } else { 0 };
        (if twice { 2 } else { 1 }, delay)
    }

    /// Takes one delivery that is due, of `rule` or of any.
    fn claim(&self, now_ms: i64, rule: Option<&str>) -> anyhow::Result<Option<Delivery>> {
        let state = self.0.state.lock();
        let mut under_way = locked(&self.0.under_way);
        let mut due = state.prepare_cached(
            "SELECT id, order_key FROM delivery
             WHERE dead_ms IS NULL AND due_ms <= ?1 AND (?2 IS NULL OR rule = ?2) ORDER BY due_ms, id LIMIT 256",
        )?;
        let due = due.query_map(params![now_ms, rule], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut due = due.collect::<Result<Vec<(i64, String)>, _>>()?;
        due.retain(|(id, _)| !under_way.contains_key(id));
        let mut keys = HashSet::new();
        due.retain(|(_, key)| keys.insert(key.clone()));
        let (chaos, random) = &mut *locked(&self.0.chaos);
        let chosen = if chaos.shuffle && !due.is_empty() { random.random_range(0..due.len()) } else { 0 };
        let Some((id, _)) = due.get(chosen) else { return Ok(None) };
        let delivery = state.query_row("SELECT rule, event, attempts FROM delivery WHERE id = ?1", [id], |row| {
            Ok(Delivery { id: *id, rule: row.get(0)?, event: row.get(1)?, attempts: row.get(2)? })
        })?;
        under_way.insert(delivery.id, delivery.rule.clone());
        Ok(Some(delivery))
    }

    /// When the next delivery is due that is not under way.
    fn next_due(&self) -> anyhow::Result<Option<i64>> {
        let state = self.0.state.lock();
        let under_way = locked(&self.0.under_way);
        let mut rows = state.prepare_cached("SELECT id, due_ms FROM delivery WHERE dead_ms IS NULL ORDER BY due_ms")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            if !under_way.contains_key(&row.get(0)?) {
                return Ok(Some(row.get(1)?));
            }
        }
        Ok(None)
    }

    /// Hands one delivery to its target and writes down what came of it.
    async fn attempt(&self, delivery: Delivery) -> anyhow::Result<Outcome> {
        let under_way = UnderWay { bus: self, id: delivery.id };
        let result = self.hand_over(&delivery).await;
        let attempts = delivery.attempts + 1;
        let now = self.0.clock.now();
        let state = self.0.state.lock();
        let outcome = match result {
            Ok(()) => {
                state.execute("DELETE FROM delivery WHERE id = ?1", [delivery.id])?;
                Outcome::Delivered
            }
            Err(Refusal { cause, final_ }) if final_ || attempts >= ATTEMPTS => {
                tracing::error!(rule = delivery.rule, attempts, cause, "a delivery became a dead letter");
                state.execute(
                    "UPDATE delivery SET attempts = ?2, cause = ?3, dead_ms = ?4 WHERE id = ?1",
                    params![delivery.id, attempts, cause, now.as_millisecond()],
                )?;
                Outcome::Dead
            }
            Err(Refusal { cause, .. }) => {
                tracing::warn!(rule = delivery.rule, attempts, cause, "a delivery failed");
                state.execute(
                    "UPDATE delivery SET attempts = ?2, cause = ?3, due_ms = ?4 WHERE id = ?1",
                    params![delivery.id, attempts, cause, (now + backoff(attempts)).as_millisecond()],
                )?;
                Outcome::Failed
            }
        };
        drop(under_way);
        Ok(outcome)
    }

    async fn hand_over(&self, delivery: &Delivery) -> Result<(), Refusal> {
        let target = {
            let rules = self.0.rules.read().unwrap_or_else(PoisonError::into_inner);
            rules.iter().find(|rule| rule.name == delivery.rule).map(|rule| Arc::clone(&rule.target))
        };
        let refused = |cause: String| Refusal { cause, final_: true };
        let target = target.ok_or_else(|| refused("no rule of this name hands it to a target".into()))?;
        if delivery.event.len() > EVENT_MAX {
            return Err(refused(format!("{} bytes: EventBridge takes {EVENT_MAX}", delivery.event.len())));
        }
        let event = serde_json::from_str(&delivery.event).map_err(|error| refused(error.to_string()))?;
        let cause = match AssertUnwindSafe(async { target.deliver(event).await }).catch_unwind().await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => format!("{error:#}"),
            Err(panic) => format!("panicked: {}", panic_text(&*panic)),
        };
        Err(Refusal { cause, final_: false })
    }

    pub(crate) async fn pump(&self) -> anyhow::Result<Pumped> {
        let mut pumped = Pumped::default();
        // A clock may wake us a little early; what we slept for counts as reached.
        let mut reached = i64::MIN;
        loop {
            self.read_stream()?;
            let now = self.0.clock.now().as_millisecond().max(reached);
            if let Some(delivery) = self.claim(now, None)? {
                match self.attempt(delivery).await? {
                    Outcome::Delivered => pumped.delivered += 1,
                    Outcome::Failed => pumped.failed += 1,
                    Outcome::Dead => {
                        pumped.failed += 1;
                        pumped.dead += 1;
                    }
                }
            } else if let Some(due) = self.next_due()? {
                reached = due;
                self.0.clock.sleep(SignedDuration::from_millis(due.saturating_sub(now).max(0))).await;
            } else if !locked(&self.0.under_way).is_empty() {
                self.0.ended.notified().await;
            } else if !self.0.signal.written.load(Ordering::Acquire) {
                return Ok(pumped);
            }
        }
    }

    pub(crate) async fn run(self) {
        let mut running = JoinSet::new();
        let mut swept = self.0.clock.now();
        loop {
            if let Err(error) = self.start_due(&mut running) {
                tracing::error!(error = format!("{error:#}"), "the bus stands still");
            }
            let now = self.0.clock.now();
            if now.duration_since(swept) >= TTL_SWEEP {
                swept = now;
                if let Err(error) = self.0.database.sweep_ttl() {
                    tracing::error!(%error, "cannot sweep the TTL");
                }
            }
            tokio::select! {
                () = self.0.signal.notify.notified() => {}
                Some(ended) = running.join_next() => match ended {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => {
                        let error: anyhow::Error = error;
                        tracing::error!(error = format!("{error:#}"), "cannot note a delivery");
                    }
                    Err(error) => tracing::error!(%error, "a delivery was cut off"),
                },
                () = self.0.clock.sleep(POLL) => {}
            }
        }
    }

    fn start_due(&self, running: &mut JoinSet<anyhow::Result<Outcome>>) -> anyhow::Result<()> {
        self.read_stream()?;
        let now = self.0.clock.now().as_millisecond();
        let waiting: Vec<String> = {
            let state = self.0.state.lock();
            let mut rules =
                state.prepare_cached("SELECT DISTINCT rule FROM delivery WHERE dead_ms IS NULL AND due_ms <= ?1")?;
            let rules = rules.query_map([now], |row| row.get(0))?;
            rules.collect::<Result<_, _>>()?
        };
        for rule in waiting {
            while locked(&self.0.under_way).values().filter(|of| **of == rule).count() < CONCURRENCY {
                let Some(delivery) = self.claim(now, Some(&rule))? else { break };
                let bus = self.clone();
                running.spawn(async move { bus.attempt(delivery).await });
            }
        }
        Ok(())
    }
}

/// Why a delivery was not taken; `final_` when trying again cannot help.
struct Refusal {
    cause: String,
    final_: bool,
}

/// Marks a delivery as under way until it is dropped, however the attempt ends.
struct UnderWay<'a> {
    bus: &'a Bus,
    id: i64,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        locked(&self.bus.0.under_way).remove(&self.id);
        self.bus.0.ended.notify_one();
    }
}

/// 1, 2, 4, 8 s after the first, second, third and fourth failure.
fn backoff(attempts: u32) -> SignedDuration {
    SignedDuration::from_secs(1 << attempts.saturating_sub(1).min(6))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// The event as EventBridge delivers it, the record inside as a pipe hands it over.
fn event(arn: &str, mut record: Value, kind: &str, now: Timestamp) -> Value {
    let sequence = record["dynamodb"]["SequenceNumber"].as_str().and_then(|text| text.parse().ok()).unwrap_or(0);
    record["awsRegion"] = json!(REGION);
    let arn: Vec<&str> = arn.splitn(6, ':').collect();
    record["eventSourceARN"] = json!(format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:{}", arn.last().unwrap_or(&"")));
    if let Some(created) = record["dynamodb"]["ApproximateCreationDateTime"].as_f64() {
        record["dynamodb"]["ApproximateCreationDateTime"] = json!(created as i64);
    }
    // The id is the same for every delivery of one record.
    envelope(sequence, OURS, kind, &record, now)
}

/// What every event of EventBridge has around its detail.
fn envelope(id: u128, source: &str, detail_type: &str, detail: &Value, now: Timestamp) -> Value {
    json!({
        "version": "0",
        "id": uuid::Uuid::from_u128(id).to_string(),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": REGION,
        "resources": [],
        "detail": detail,
    })
}
