//! sequences of fixes, undos, retries, an administrator's hand, crashes and answers that are lost, against a model
//! of the directory. What Steward says it did is what the directory shows, each change is made once, and what is undone
//! is as it was (I5).

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use identity::{Recent, can};
use jiff::{SignedDuration, Timestamp};
use local_microsoft::{Fault, RetryAfter, When};
use model::{PersonId, SkuId};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tests::{App, Client};

use crate::fixes::{
    app, approval, finding, fingerprint, fresh, items, licences, nothing_follows, owner, people, post, preview,
};
use crate::scans::crash;

const ASSIGN: &str = "/v1.0/users/{id}/assignlicense";
/// How old the proof of an act may be.
const RECENT: SignedDuration = Recent::<can::ApplyFixes>::MOST;

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    /// Some people's licences are removed.
    Fix { who: u8, trouble: Trouble },
    /// One of the fixes so far is undone.
    Undo { which: u8, trouble: Trouble },
    /// What failed of one is tried again.
    Retry { which: u8, trouble: Trouble },
    /// An administrator takes licences away or gives them back.
    Hand { who: u8 },
}

/// What goes wrong meanwhile.
#[derive(Debug, Clone)]
enum Trouble {
    None,
    /// The invocation dies at some call of the table.
    Crash(u8),
    /// It dies at some call of Microsoft.
    Cut(u8),
    /// Microsoft does it and does not answer.
    AnswerLost(u8),
    /// Microsoft does not do it, and its answer does not say so.
    NeverArrived(u8),
    /// Microsoft asks for patience.
    Throttled(u8),
    /// Microsoft refuses.
    Refused(u8),
    /// An administrator changes one of them while it is under way.
    Meanwhile {
        who: u8,
        at: u8,
    },
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        4 => Just(Trouble::None),
        3 => (1..40u8).prop_map(Trouble::Crash),
        3 => (1..12u8).prop_map(Trouble::Cut),
        2 => (1..5u8).prop_map(Trouble::AnswerLost),
        2 => (1..5u8).prop_map(Trouble::NeverArrived),
        1 => (1..5u8).prop_map(Trouble::Throttled),
        1 => (1..5u8).prop_map(Trouble::Refused),
        2 => (any::<u8>(), 1..12u8).prop_map(|(who, at)| Trouble::Meanwhile { who, at }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<u8>(), trouble()).prop_map(|(who, trouble)| Step::Fix { who, trouble }),
        4 => (any::<u8>(), trouble()).prop_map(|(which, trouble)| Step::Undo { which, trouble }),
        1 => (any::<u8>(), trouble()).prop_map(|(which, trouble)| Step::Retry { which, trouble }),
        2 => any::<u8>().prop_map(|who| Step::Hand { who }),
    ]
}

/// What somebody has.
type Holdings = BTreeMap<PersonId, BTreeSet<SkuId>>;

/// The system, and what the directory has to show.
struct Model<'a> {
    app: &'a App,
    owner: Client<'a>,
    finding: String,
    people: Vec<PersonId>,
    begin: Holdings,
    now: Holdings,
    fixes: Vec<String>,
    /// How items stood when last looked at: by fix and number, of the fix and of its undo.
    known: BTreeMap<(String, u64), (String, String)>,
    keys: u64,
    /// When the owner last proved who they are.
    proven: Timestamp,
}

impl<'a> Model<'a> {
    async fn new(app: &'a App) -> Self {
        let owner = owner(app).await;
        nothing_follows(app);
        let finding = finding(&owner, "L3").await;
        let people = people(&preview(&owner, json!({ "finding": finding })).await["items"]);
        assert!(people.len() > 2, "{people:?}");
        let mut model = Self {
            app,
            owner,
            finding,
            people,
            begin: Holdings::new(),
            now: Holdings::new(),
            fixes: Vec::new(),
            known: BTreeMap::new(),
            keys: 0,
            proven: app.clock.clock().now(),
        };
        model.begin = model.shown();
        model.now = model.begin.clone();
        model
    }

    /// What the directory shows.
    fn shown(&self) -> Holdings {
        self.people.iter().map(|person| (*person, licences(self.app, *person).into_iter().collect())).collect()
    }

    /// Everything as it was at the beginning.
    fn reset(&mut self) {
        self.now = self.shown();
        for person in &self.people {
            let (has, had) = (&self.now[person], &self.begin[person]);
            let add: Vec<_> = had.difference(has).map(|sku| (*sku, Vec::new())).collect();
            let remove: Vec<_> = has.difference(had).copied().collect();
            self.app.microsoft().assign(self.app.only_directory(), *person, &add, &remove).unwrap();
        }
        self.now = self.begin.clone();
        self.fixes.clear();
        self.known.clear();
    }

    fn by_hand(&mut self, who: u8) {
        let person = self.people[usize::from(who) % self.people.len()];
        let (has, had) = (self.now[&person].clone(), self.begin[&person].clone());
        let id = self.app.only_directory();
        if has.is_empty() {
            let add: Vec<_> = had.iter().map(|sku| (*sku, Vec::new())).collect();
            self.app.microsoft().assign(id, person, &add, &[]).unwrap();
            self.now.insert(person, had);
        } else {
            let remove: Vec<_> = has.into_iter().collect();
            self.app.microsoft().assign(id, person, &[], &remove).unwrap();
            self.now.insert(person, BTreeSet::new());
        }
    }

    /// A session proven not longer ago than that. Not before and after each step: one takes about a sixth as long as a step.
    async fn proven_within(&mut self, most: SignedDuration) {
        if self.app.clock.clock().now().duration_since(self.proven) > most {
            fresh(self.app, &mut self.owner).await;
            self.proven = self.app.clock.clock().now();
        }
    }

    fn key(&mut self) -> String {
        self.keys += 1;
        format!("model {}", self.keys)
    }

    async fn step(&mut self, step: &Step) {
        self.app.clock.advance(SignedDuration::from_mins(3));
        self.proven_within(RECENT / 2).await;
        let trouble = match step {
            Step::Hand { who } => {
                self.by_hand(*who);
                return;
            }
            Step::Fix { who, trouble } => {
                let some: Vec<_> =
                    self.people.iter().enumerate().filter(|(at, _)| who >> (at % 8) & 1 == 1).map(|(_, p)| p).collect();
                if some.is_empty() {
                    return;
                }
                let shown = preview(&self.owner, json!({ "finding": self.finding, "people": some })).await;
                if shown["people"] == 0 {
                    return;
                }
                let key = self.key();
                let answer = post(self.app, &self.owner, "/v1/fixes", &key, Some(approval(&shown))).await;
                answer.expect::<Value>(202);
                self.fixes.push(answer.headers["location"].to_str().unwrap().to_owned());
                trouble
            }
            Step::Undo { which, trouble } | Step::Retry { which, trouble } => {
                if self.fixes.is_empty() {
                    return;
                }
                let path = &self.fixes[usize::from(*which) % self.fixes.len()];
                let verb = if matches!(step, Step::Undo { .. }) { "undo" } else { "retry" };
                let path = format!("{path}/{verb}");
                let key = self.key();
                let answer = post(self.app, &self.owner, &path, &key, None).await;
                if answer.status != 202 {
                    assert_eq!(answer.status, 409, "{}", String::from_utf8_lossy(&answer.body));
                    return;
                }
                trouble
            }
        };
        self.app.microsoft().clear_calls();
        self.with(trouble).await;
        self.app.microsoft().clear_faults();
        self.proven_within(RECENT).await;
        self.compare(step).await;
    }

    /// Lets it happen, with trouble.
    async fn with(&mut self, trouble: &Trouble) {
        let app = self.app;
        let nth = |nth: &u8| When::path(ASSIGN).nth(u32::from(*nth));
        match trouble {
            Trouble::None => {}
            Trouble::Crash(at) => {
                let calls = app.system.aws.dynamodb_calls().total();
                crash(app, || app.system.aws.dynamodb_calls().total() >= calls + u64::from(*at)).await;
            }
            Trouble::Cut(at) => _ = crash(app, || app.microsoft().calls().len() >= usize::from(*at)).await,
            Trouble::AnswerLost(at) => app.microsoft().fault(nth(at), Fault::AnswerLost),
            Trouble::NeverArrived(at) => app.microsoft().fault(nth(at), Fault::Status(504, RetryAfter::Absent)),
            Trouble::Throttled(at) => app.microsoft().fault(nth(at), Fault::Status(429, RetryAfter::Seconds(50))),
            Trouble::Refused(at) => app.microsoft().fault(nth(at), Fault::Status(400, RetryAfter::Absent)),
            Trouble::Meanwhile { who, at } => {
                crash(app, || app.microsoft().calls().len() >= usize::from(*at)).await;
                // What was done by then is what the administrator sees.
                self.now = self.shown();
                self.by_hand(*who);
                // From here on the outcome is compared with what is left, not with what was: see `compare`.
                self.app.pump().await;
                self.now = self.shown();
            }
        }
        app.pump().await;
    }

    /// What is told is what is so.
    async fn compare(&mut self, step: &Step) {
        let meanwhile = matches!(
            step,
            Step::Fix { trouble: Trouble::Meanwhile { .. }, .. }
                | Step::Undo { trouble: Trouble::Meanwhile { .. }, .. }
                | Step::Retry { trouble: Trouble::Meanwhile { .. }, .. }
        );
        let mut changes = 0;
        for path in self.fixes.clone() {
            let record: Value = self.owner.get(&path).await.expect(200);
            assert!(matches!(record["state"].as_str(), Some("finished" | "undone")), "{step:?}: {record:#}");
            for item in items(&self.owner, &path).await {
                let text = |value: &Value| value["state"].as_str().unwrap_or("none").to_owned();
                let stands = (text(&item["outcome"]), text(&item["undo"]));
                assert!(!["waiting", "intended", "written"].contains(&stands.0.as_str()), "{step:?}: {item:#}");
                let number = item["number"].as_u64().unwrap();
                let before = self.known.insert((path.clone(), number), stands.clone());
                let (done, undone) = before.unwrap_or(("none".into(), "none".into()));
                let person: PersonId = item["person"].as_str().unwrap().parse().unwrap();
                let removed = item["change"]["remove"].as_array().unwrap();
                let skus = removed.iter().map(|sku| sku.as_str().unwrap().parse::<SkuId>().unwrap());
                let holds = self.now.get_mut(&person).unwrap();
                if stands.0 == "done" && done != "done" {
                    changes += 1;
                    if !meanwhile {
                        skus.for_each(|sku| assert!(holds.remove(&sku), "{step:?}: taken twice, {item:#}"));
                    }
                } else if stands.1 == "done" && undone != "done" {
                    changes += 1;
                    if !meanwhile {
                        skus.for_each(|sku| assert!(holds.insert(sku), "{step:?}: given twice, {item:#}"));
                    }
                }
            }
        }
        assert_eq!(self.shown(), self.now, "{step:?}");
        // Each change was made by one write: the others were refused or never arrived.
        let calls = self.app.microsoft().calls();
        let made = |call: &&local_microsoft::Call| call.template == ASSIGN && matches!(call.status, 0 | 200..300);
        let made = calls.iter().filter(made).count();
        if !meanwhile {
            assert_eq!(made, changes, "{step:?}: {calls:#?}");
        }
    }

    /// Undoes everything; without an administrator's hand everything is then as it was.
    async fn end(&mut self, steps: &[Step], before: &[u8]) {
        let touched = |step: &Step| match step {
            Step::Hand { .. } => true,
            Step::Fix { trouble, .. } | Step::Undo { trouble, .. } | Step::Retry { trouble, .. } => {
                matches!(trouble, Trouble::Meanwhile { .. })
            }
        };
        for which in (0..self.fixes.len()).rev() {
            self.step(&Step::Undo { which: which as u8, trouble: Trouble::None }).await;
        }
        if !steps.iter().any(touched) {
            assert_eq!(fingerprint(self.app), before, "{steps:?}");
        }
        self.now = self.shown();
    }
}

fn run(sequences: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(app(300));
    let model = RefCell::new(runtime.block_on(Model::new(&app)));
    let config = Config { cases: sequences, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&proptest::collection::vec(step(), 1..7), |steps| {
        let model = &mut *model.borrow_mut();
        model.reset();
        let before = fingerprint(&app);
        runtime.block_on(async {
            for step in &steps {
                model.step(step).await;
            }
            model.end(&steps, &before).await;
        });
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn whatever_happens_in_whatever_order_what_is_told_is_so() {
    run(20);
}

/// As many as R-9 asks for: `make sequences`.
#[test]
#[ignore = "takes long"]
#[expect(clippy::print_stderr, reason = "somebody waits for most of an hour")]
fn ten_thousand_sequences() {
    const ALL: u32 = 10_000;
    // In a system of their own every so often: what went before is kept, and slows what follows.
    const EACH: u32 = 250;
    let next = AtomicU32::new(0);
    let work = || {
        while next.fetch_add(1, Ordering::Relaxed) < ALL / EACH {
            run(EACH);
            eprintln!("{EACH} of {ALL}");
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}
