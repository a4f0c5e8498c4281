//! sequences of fixes of every kind, undos, retries, an administrator's hand, crashes, answers that are lost and
//! replicas that lag, against a model of the directory. What Steward says it did is what the directory shows, nothing
//! is asked of Microsoft that was not previewed, each change is made once, and what is undone is as it was (I5).

mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use identity::{Recent, can};
use jiff::{SignedDuration, Timestamp};
use local_microsoft::{Changeable, Directory, Fault, RetryAfter, When};
use model::{GroupId, PersonId, PlanId, SkuId};
use proptest::{
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::{App, Client};

use crate::{
    deaths::dies_behind,
    fix_kinds::{free_seats, make_room},
    fixes::{app, approval, finding, fingerprint, fresh, items, nothing_follows, owner, people, post, preview},
    ledger::all,
    scans::crash,
};
use world::{Act, Was, Who, World};

/// How old the proof of an act may be.
const RECENT: SignedDuration = Recent::<can::ApplyFixes>::MOST;
/// A lag up to this shows before Steward gives up looking, and before it takes a lost answer for a write that was not
/// made: everything can be foretold. Seconds.
const SOON: u16 = 45;
/// People of each kind of fix: few, so that fixes and hands meet.
const OF_EACH: usize = 5;
/// The kinds of fixes: a check and what is done about it. Sequences name them by their place.
const KINDS: &[(Option<&str>, Option<&str>)] = &[
    (Some("L3"), None),
    (Some("L7"), None),
    (Some("L6"), Some("remove")),
    (Some("L8"), None),
    (Some("L11"), None),
    (Some("L6"), Some("leave_group")),
    (Some("L6"), Some("block_sign_in")),
    (Some("L3"), Some("allow_sign_in")),
    (Some("L12"), None),
    (None, Some("reveal_report_names")),
];
/// Places of a fix and of its undo in what is kept of both.
const THERE: usize = 0;
const BACK: usize = 1;
/// Why Microsoft does not put something back, or not all of it.
const NO_SEAT: &str = "no_free_licence";
const NEEDED: &str = "needed_by_another_licence";
const NO_BASE: &str = "lacks_the_licence_it_needs";
const GAVE_NONE: &str = "group_gave_no_licence";
/// Why Steward does not: a later fix took it again, and has the undo.
const AGAIN: &str = "done_again_later";
/// What went wrong once, or stands for it: one sequence a line.
const PAST: &str = include_str!("fix_sequences/past.txt");

/// All that happens, from a directory as it was at the beginning.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sequence {
    /// How far reads are behind writes, in seconds.
    lag: u16,
    steps: Vec<Step>,
}

/// One thing that happens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// Some people of a finding are changed.
    Fix { kind: u8, who: u8, trouble: Trouble },
    /// One of the fixes so far is undone.
    Undo { which: u8, trouble: Trouble },
    /// What failed of one is tried again.
    Retry { which: u8, trouble: Trouble },
    /// An administrator changes something.
    Hand(Hand),
    /// Time goes by.
    Wait { minutes: u8 },
}

/// What goes wrong meanwhile.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    /// An administrator changes something while it is under way.
    Meanwhile {
        hand: Hand,
        at: u8,
    },
}

/// What an administrator changes at Microsoft's own page.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Hand {
    what: Edit,
    /// Of those that fixes were about, or could be.
    who: u8,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Edit {
    /// Takes all licences they have directly.
    Take,
    /// Gives what they had at the beginning.
    Give,
    /// Turns a plan of a licence off, or all on again.
    Plans,
    /// Blocks their sign-in or allows it.
    SignIn,
    /// Takes them out of a group or puts them into it.
    Group,
    /// Deletes them.
    Delete,
    /// Takes a licence from a group of theirs, or gives it what it gave at the beginning.
    GroupGives,
    /// Hides names in reports or shows them.
    Names,
}

/// One item of a fix, and how it stands.
struct Item {
    who: Who,
    act: Act,
    /// As it was before it was changed.
    was: Was,
    /// Whether that is not known for sure: reads lagged far, or somebody's hand was in it meanwhile.
    unsure: bool,
    /// What Steward told last of it and of its undo.
    told: [Told; 2],
    /// Times Microsoft did it and undid it.
    made: [u32; 2],
    /// Whether an answer may have been lost.
    doubt: [bool; 2],
}

/// How an item or its undo stands, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Told {
    state: String,
    reason: String,
}

struct Fixed {
    path: String,
    items: Vec<Item>,
}

/// How an item has to end that nothing disturbs.
enum End {
    /// It is written.
    Written,
    /// It is left alone, in this state and for this reason.
    Left(&'static str, &'static str),
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Fix,
    Undo,
    Retry,
}

/// A fix at work, in one direction.
struct Asked {
    fix: usize,
    verb: Verb,
    /// What the directory was when it began.
    start: World,
}

struct Kind {
    body: Value,
    people: Vec<PersonId>,
}

impl Trouble {
    /// Whether it may be left unknown if a write was made.
    fn is_doubtful(&self) -> bool {
        !matches!(self, Self::None | Self::Throttled(_) | Self::Refused(_))
    }
}

impl Verb {
    fn way(self) -> usize {
        if self == Self::Undo { BACK } else { THERE }
    }
}

impl Told {
    fn none() -> Self {
        Self { state: "none".into(), reason: String::new() }
    }

    fn of(outcome: &Value) -> Self {
        let reason = outcome["reason"]["code"].as_str().unwrap_or_default();
        Self { state: outcome["state"].as_str().unwrap_or("none").into(), reason: reason.into() }
    }

    fn is(&self, state: &str, reasons: &[&str]) -> bool {
        self.state == state && reasons.contains(&self.reason.as_str())
    }
}

impl Item {
    /// What is asked of Microsoft for it, as far as that is known.
    fn call(&self, way: usize) -> Option<Act> {
        if way == THERE { Some(self.act.clone()) } else { self.act.back(&self.was) }
    }

    /// Whether a call is what was previewed, or what puts it back.
    fn means(&self, act: &Act, way: usize) -> bool {
        if way == BACK && self.unsure {
            return self.act.may_be_put_back_by(act);
        }
        self.call(way).as_ref() == Some(act)
    }

    /// How it has to end; `None` where that hangs on what is not modelled, or where it is not asked for.
    fn foreseen(&self, verb: Verb, start: &World) -> Option<End> {
        let now = start.was(self.who);
        let is = self.act.part(&now);
        let [there, back] = &self.told;
        match verb {
            _ if self.unsure => None,
            Verb::Fix => Some(End::Written),
            Verb::Retry if !there.is("failed", &["refused"]) => None,
            Verb::Undo if there.state != "done" => None,
            Verb::Undo if back.state != "none" && !back.is("failed", &["changed_by_others", "person_gone"]) => None,
            Verb::Retry => Some(match is {
                None => End::Left("skipped", "person_gone"),
                Some(is) if is == self.act.made() => End::Left("skipped", "already_so"),
                _ if self.act.still_fits(&self.was, &now) => End::Written,
                _ => End::Left("skipped", "changed_since_preview"),
            }),
            Verb::Undo => {
                let back = self.act.back(&self.was)?;
                // Who is in the group again may lack its licence: that is told by whether they do.
                let joined = matches!(back, Act::Join(_)) && is == Some(back.made());
                let was = self.act.part(&self.was);
                match is {
                    None => Some(End::Left("failed", "person_gone")),
                    Some(_) if joined => None,
                    is if is == was => Some(End::Left("skipped", "already_so")),
                    Some(is) if is == self.act.made() => Some(End::Written),
                    Some(_) => Some(End::Left("failed", "changed_by_others")),
                }
            }
        }
    }
}

fn hand() -> impl Strategy<Value = Hand> {
    use Edit::{Delete, Give, Group, GroupGives, Names, Plans, SignIn, Take};
    let edits = vec![Take, Take, Give, Give, Plans, Plans, SignIn, SignIn, Group, Group, Delete, GroupGives, Names];
    (select(edits), any::<u8>()).prop_map(|(what, who)| Hand { what, who })
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        4 => Just(Trouble::None),
        3 => (1..40u8).prop_map(Trouble::Crash),
        3 => (1..12u8).prop_map(Trouble::Cut),
        2 => (1..4u8).prop_map(Trouble::AnswerLost),
        2 => (1..4u8).prop_map(Trouble::NeverArrived),
        1 => (1..4u8).prop_map(Trouble::Throttled),
        1 => (1..4u8).prop_map(Trouble::Refused),
        2 => (hand(), 1..12u8).prop_map(|(hand, at)| Trouble::Meanwhile { hand, at }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (any::<u8>(), 1..32u8, trouble()).prop_map(|(kind, who, trouble)| Step::Fix { kind, who, trouble }),
        8 => (any::<u8>(), trouble()).prop_map(|(which, trouble)| Step::Undo { which, trouble }),
        3 => (any::<u8>(), trouble()).prop_map(|(which, trouble)| Step::Retry { which, trouble }),
        4 => hand().prop_map(Step::Hand),
        1 => (1..45u8).prop_map(|minutes| Step::Wait { minutes }),
    ]
}

fn sequence() -> impl Strategy<Value = Sequence> {
    let lag = select(vec![0, 0, 0, 3, 20, SOON, 300, 2_400]);
    (lag, proptest::collection::vec(step(), 1..7)).prop_map(|(lag, steps)| Sequence { lag, steps })
}

/// The sequence of a number; the same as long as what is drawn from is.
fn drawn(seed: u64) -> Sequence {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    sequence().new_tree(&mut TestRunner::new_with_rng(Config::default(), rng)).unwrap().current()
}

/// Says how to see a failure again.
struct Replay(String);

impl Drop for Replay {
    #[expect(clippy::print_stderr, reason = "who reads of a failure wants to see it again")]
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("to see it again, add this line to tests/it/fix_sequences/past.txt:\n{}", self.0);
        }
    }
}

/// The system, and what the directory has to show.
struct Model<'a> {
    app: &'a App,
    owner: Client<'a>,
    kinds: Vec<Kind>,
    /// The directory every sequence begins with.
    begin: Directory,
    first: World,
    lag: u16,
    fixes: Vec<Fixed>,
    /// Whom an administrator changed in this sequence.
    touched: BTreeSet<Who>,
    keys: u64,
    /// Changes that Microsoft made, in all sequences.
    made: u32,
    /// When the owner last proved who they are.
    proven: Timestamp,
}

impl<'a> Model<'a> {
    async fn new(app: &'a App) -> Self {
        let owner = owner(app).await;
        nothing_follows(app);
        let id = app.only_directory();
        app.microsoft().conceal_names(id, true).unwrap();
        let mut bodies = Vec::new();
        for (check, action) in KINDS {
            let mut body = json!({});
            if let Some(check) = check {
                body["finding"] = finding(&owner, check).await.into();
            }
            if let Some(action) = action {
                body["action"] = (*action).into();
            }
            // What is given needs seats.
            match check {
                Some("L8") => make_room(app, &owner, &body["finding"]).await,
                Some("L12") => seats_for_errors(app, &owner, body["finding"].as_str().unwrap()).await,
                _ => {}
            }
            bodies.push((check, body));
        }
        let mut kinds = Vec::new();
        for (check, body) in bodies {
            let shown = preview(&owner, body.clone()).await;
            let mut people = people(&shown["items"]);
            people.truncate(OF_EACH);
            assert!(check.is_none() || !people.is_empty(), "nobody for {check:?}: {shown:#}");
            kinds.push(Kind { body, people });
        }
        let begin = app.microsoft().directory(id, Directory::clone).unwrap();
        let first = World::of(&begin);
        Self {
            app,
            owner,
            kinds,
            begin,
            first,
            lag: 0,
            fixes: Vec::new(),
            touched: BTreeSet::new(),
            keys: 0,
            made: 0,
            proven: app.clock.clock().now(),
        }
    }

    /// What the directory is, whatever reads show of it.
    fn shown(&self) -> World {
        self.app.microsoft().directory(self.app.only_directory(), World::of).unwrap()
    }

    /// A whole sequence, and everything undone at its end.
    async fn through(&mut self, sequence: &Sequence) {
        self.app.microsoft().lag(SignedDuration::ZERO);
        self.app.microsoft().put_back(self.begin.clone());
        let before = fingerprint(self.app);
        self.fixes.clear();
        self.touched.clear();
        self.lag = sequence.lag;
        self.app.microsoft().lag(SignedDuration::from_secs(i64::from(sequence.lag)));
        for step in &sequence.steps {
            self.step(step).await;
        }
        // The replicas have caught up.
        let far = self.lag > SOON;
        self.app.microsoft().lag(SignedDuration::ZERO);
        self.lag = 0;
        for which in (0..self.fixes.len()).rev() {
            let which = u8::try_from(which).unwrap();
            if far {
                self.step(&Step::Retry { which, trouble: Trouble::None }).await;
            }
            self.step(&Step::Undo { which, trouble: Trouble::None }).await;
        }
        self.is_as_before(far, &before);
    }

    /// Everything is undone: it is as it was, but for whom an administrator changed and what is told not to be.
    fn is_as_before(&self, far: bool, before: &[u8]) {
        let mut but = self.touched.clone();
        for item in self.fixes.iter().flat_map(|fix| &fix.items).filter(|item| item.made[THERE] > 0) {
            let back = &item.told[BACK];
            if item.act == Act::Reprocess {
                but.insert(item.who);
            } else if matches!(back.state.as_str(), "none" | "failed" | "pending") || back.is("skipped", &[AGAIN]) {
                let known = [NO_SEAT, NEEDED, NO_BASE, GAVE_NONE].contains(&back.reason.as_str());
                let free = far || !self.touched.is_empty();
                assert!(free || known, "{:?} {:?} is not undone: {back:?}", item.who, item.act);
                but.insert(item.who);
            }
        }
        if but.is_empty() {
            assert!(fingerprint(self.app) == before, "the directory is not as it was to the byte");
        }
        let everybody = self.first.people.keys().map(|id| Some(*id)).collect();
        let differences = self.first.differences(&self.shown(), &but, &everybody);
        assert!(differences.is_empty(), "not as it was: {differences:#?}");
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
        let (asked, trouble) = match step {
            Step::Hand(hand) => {
                let changed = self.by_hand(*hand);
                self.touched.extend(changed);
                return;
            }
            Step::Wait { minutes } => return self.app.clock.advance(SignedDuration::from_mins(i64::from(*minutes))),
            Step::Fix { kind, who, trouble } => (self.fix(*kind, *who).await, trouble),
            Step::Undo { which, trouble } => (self.again(Verb::Undo, *which).await, trouble),
            Step::Retry { which, trouble } => (self.again(Verb::Retry, *which).await, trouble),
        };
        let Some(asked) = asked else { return };
        self.app.microsoft().clear_calls();
        let hands = self.with(&asked, trouble).await;
        self.app.microsoft().clear_faults();
        self.touched.extend(hands.iter().copied());
        self.proven_within(RECENT).await;
        self.compare(&asked, &hands, trouble).await;
    }

    /// Previews and approves a fix of some people.
    async fn fix(&mut self, kind: u8, who: u8) -> Option<Asked> {
        self.proven_within(RECENT / 2).await;
        let Kind { body, people } = &self.kinds[usize::from(kind) % self.kinds.len()];
        let mut body = body.clone();
        if !people.is_empty() {
            let some: Vec<_> = people.iter().enumerate().filter(|(at, _)| who >> at & 1 == 1).map(|(_, p)| p).collect();
            if some.is_empty() {
                return None;
            }
            body["people"] = json!(some);
        }
        let start = self.shown();
        let shown = preview(&self.owner, body).await;
        if shown["people"] == 0 {
            return None;
        }
        let key = self.key();
        let answer = post(self.app, &self.owner, "/v1/fixes", &key, Some(approval(&shown))).await;
        answer.expect::<Value>(202);
        let going = shown["items"].as_array().unwrap().iter().filter(|item| item["blocked"].is_null());
        let item = |item: &Value| {
            let who: Who = item["person"].as_str().map(|id| id.parse().unwrap());
            Item {
                who,
                act: Act::told(&item["change"]),
                was: start.was(who),
                unsure: false,
                told: [Told::none(), Told::none()],
                made: [0; 2],
                doubt: [false; 2],
            }
        };
        let items = going.map(item).collect();
        let path = answer.headers["location"].to_str().unwrap().to_owned();
        self.fixes.push(Fixed { path, items });
        Some(Asked { fix: self.fixes.len() - 1, verb: Verb::Fix, start })
    }

    /// Asks for an undo or a retry.
    async fn again(&mut self, verb: Verb, which: u8) -> Option<Asked> {
        if self.fixes.is_empty() {
            return None;
        }
        self.proven_within(RECENT / 2).await;
        let fix = usize::from(which) % self.fixes.len();
        let asked = if verb == Verb::Undo { "undo" } else { "retry" };
        let path = format!("{}/{asked}", self.fixes[fix].path);
        let key = self.key();
        let answer = post(self.app, &self.owner, &path, &key, None).await;
        if answer.status != 202 {
            assert_eq!(answer.status, 409, "{}", String::from_utf8_lossy(&answer.body));
            let done = |item: &Item| item.told[THERE].state == "done" && item.told[BACK].state == "none";
            let left = self.fixes[fix].items.iter().any(|item| done(item) && item.act != Act::Reprocess);
            assert!(verb == Verb::Retry || !left, "{path}: done, and it cannot be undone");
            return None;
        }
        Some(Asked { fix, verb, start: self.shown() })
    }

    /// Lets it happen, with trouble. Whom an administrator changed meanwhile.
    async fn with(&mut self, asked: &Asked, trouble: &Trouble) -> BTreeSet<Who> {
        let app = self.app;
        let way = asked.verb.way();
        let call = self.fixes[asked.fix].items.iter().find_map(|item| item.call(way)).map(|act| call_of(&act));
        let befall = |nth: &u8, fault: Fault| {
            if let Some(call) = call {
                app.microsoft().fault(call.nth(u32::from(*nth)), fault);
            }
        };
        let mut hands = BTreeSet::new();
        match trouble {
            Trouble::None => {}
            Trouble::Crash(at) => _ = dies_behind(app, u64::from(*at), app.pump()).await,
            Trouble::Cut(at) => _ = crash(app, || app.microsoft().calls().len() >= usize::from(*at)).await,
            Trouble::AnswerLost(at) => befall(at, Fault::AnswerLost),
            Trouble::NeverArrived(at) => befall(at, Fault::Status(504, RetryAfter::Absent)),
            Trouble::Throttled(at) => befall(at, Fault::Status(429, RetryAfter::Seconds(50))),
            Trouble::Refused(at) => befall(at, Fault::Status(400, RetryAfter::Absent)),
            Trouble::Meanwhile { hand, at } => {
                crash(app, || app.microsoft().calls().len() >= usize::from(*at)).await;
                hands = self.by_hand(*hand);
            }
        }
        app.pump().await;
        hands
    }

    /// An administrator's change, if Microsoft lets them. Who is not as before, or will not be as they were.
    fn by_hand(&self, Hand { what, who }: Hand) -> BTreeSet<Who> {
        let (app, id) = (self.app, self.app.only_directory());
        let before = self.shown();
        let of_fixes = self.fixes.iter().flat_map(|fix| &fix.items).filter_map(|item| item.who);
        let mut some: BTreeSet<PersonId> = of_fixes.collect();
        if some.is_empty() {
            some = self.kinds.iter().flat_map(|kind| &kind.people).copied().collect();
        }
        let Some(person) = some.iter().nth(usize::from(who) % some.len()).copied() else { return BTreeSet::new() };
        let first = &self.first.people[&person];
        let now = before.people.get(&person).unwrap_or(first);
        let group = first.groups.first().or_else(|| before.given.keys().next()).copied();
        let microsoft = app.microsoft();
        // What Microsoft refuses is not changed.
        match what {
            Edit::Take => {
                let all: Vec<SkuId> = direct(now).into_iter().map(|(sku, _)| sku).collect();
                _ = microsoft.assign(id, person, &[], &all);
            }
            Edit::Give => _ = microsoft.assign(id, person, &direct(first), &[]),
            Edit::Plans => {
                if let Some((sku, off)) = direct(now).into_iter().next() {
                    let plans = microsoft.directory(id, |directory| directory.plans(sku)).unwrap();
                    let off: Vec<PlanId> =
                        if off.is_empty() { plans.into_iter().take(1).collect() } else { Vec::new() };
                    _ = microsoft.assign(id, person, &[(sku, off)], &[]);
                }
            }
            Edit::SignIn => _ = microsoft.set_sign_in(id, person, !now.enabled),
            Edit::Group => {
                if let Some(group) = group {
                    _ = microsoft.set_member(id, group, person, !now.groups.contains(&group));
                }
            }
            Edit::Delete => _ = microsoft.delete_person(id, person),
            Edit::GroupGives => {
                if let Some(group) = group {
                    let (gives, gave) = (&before.given[&group], &self.first.given[&group]);
                    _ = match gives.first() {
                        Some(sku) => microsoft.assign_to_group(id, group, &[], &[*sku]),
                        None => microsoft.assign_to_group(id, group, gave, &[]),
                    };
                }
            }
            Edit::Names => _ = microsoft.conceal_names(id, !before.hides_names),
        }
        let after = self.shown();
        let mut changed: BTreeSet<Who> =
            before.differences(&after, &BTreeSet::new(), &BTreeSet::new()).into_keys().collect();
        // Who comes back to a group finds what it gives now.
        let other = after.given.iter().filter(|(group, gives)| before.given[*group] != **gives);
        let other: BTreeSet<GroupId> = other.map(|(group, _)| *group).collect();
        let leaves = |item: &&Item| matches!(&item.act, Act::Leave(group) if other.contains(group));
        changed.extend(self.fixes.iter().flat_map(|fix| &fix.items).filter(leaves).map(|item| item.who));
        changed
    }

    /// What is told is what is so, and is what was foreseen.
    async fn compare(&mut self, asked: &Asked, hands: &BTreeSet<Who>, trouble: &Trouble) {
        let Asked { fix, verb, start } = asked;
        let (way, soon) = (verb.way(), self.lag <= SOON);
        let shown = self.shown();
        let mut fixes_of: BTreeMap<Who, usize> = BTreeMap::new();
        for fix in &self.fixes {
            let who: BTreeSet<Who> = fix.items.iter().map(|item| item.who).collect();
            who.into_iter().for_each(|who| *fixes_of.entry(who).or_default() += 1);
        }
        // What other fixes did and have not put back.
        let others = self.fixes.iter().enumerate().filter(|(at, _)| at != fix).flat_map(|(_, other)| &other.items);
        let stands = |item: &&Item| {
            let [there, back] = item.told.each_ref().map(|told| told.state.as_str());
            matches!(there, "done" | "pending") && matches!(back, "none" | "pending")
        };
        let standing: Vec<(Who, Act)> = others.filter(stands).map(|item| (item.who, item.act.clone())).collect();
        let path = self.fixes[*fix].path.clone();
        let what = format!("{verb:?} of {path}, {trouble:?}, reads {} s behind", self.lag);
        let record: Value = self.owner.get(&path).await.expect(200);
        assert!(matches!(record["state"].as_str(), Some("finished" | "undone")), "{what}: {record:#}");
        let all = items(&self.owner, &path).await;
        let mut own = mem::take(&mut self.fixes[*fix].items);
        assert_eq!(all.len(), own.len(), "{what}: as many as were previewed");

        // What Microsoft was asked for was previewed, and what it did is what there is.
        let mut made = vec![0u32; own.len()];
        let mut unsettled = BTreeSet::new();
        let mut foretold = start.clone();
        for call in self.app.microsoft().calls() {
            let Some((who, act)) = Act::asked(&call) else { continue };
            let of = own.iter().position(|item| item.who == who && item.means(&act, way));
            let of = of.unwrap_or_else(|| panic!("{what}: nobody was shown {act:?} of {who:?}"));
            if !call.done {
                continue;
            }
            made[of] += 1;
            self.made += 1;
            if matches!(act, Act::Join(_) | Act::Reprocess) {
                unsettled.insert(who);
            }
            foretold.make(who, &act);
        }
        let differences = foretold.differences(&shown, hands, &unsettled);
        assert!(differences.is_empty(), "{what}: changed otherwise than by what was asked for: {differences:#?}");

        for ((item, value), made) in own.iter_mut().zip(&all).zip(made) {
            let who: Who = value["person"].as_str().map(|id| id.parse().unwrap());
            let same = item.who == who && item.act == Act::told(&value["change"]);
            assert!(same, "{what}: not as previewed: {value:#}");
            let told = Told::of(&value[if way == THERE { "outcome" } else { "undo" }]);
            let over = !["waiting", "intended", "written"].contains(&told.state.as_str());
            assert!(over, "{what}: it has ended, and not this: {value:#}");
            let foreseen = item.foreseen(*verb, start);
            let before = mem::replace(&mut item.told[way], told.clone());
            let newly = told.state == "done" && before.state != "done";
            let known = soon && !item.unsure && !hands.contains(&item.who);
            let once = item.act != Act::Reprocess;
            if known {
                let now = item.act.part(&shown.was(item.who));
                let is_so = item.call(way).is_some_and(|act| now == Some(act.made()));
                assert!(!newly || is_so, "{what}: told to be done, and it is not so: {value:#}");
                assert!(once || told.state != "pending" || !is_so, "{what}: it helped, and is not told: {value:#}");
            }
            if known && once {
                let right = match (newly, item.made[way]) {
                    (true, 0) => made == 1,
                    (true, _) => made <= 1,
                    _ if told.is("failed", &[GAVE_NONE]) || told.state == "pending" => made <= 1,
                    _ => made == 0,
                };
                assert!(right, "{what}: made {made} times: {value:#}");
            }
            item.made[way] += made;
            item.doubt[way] |= trouble.is_doubtful();
            // Where nobody else was at it and no answer was lost, however far reads lag.
            let alone = fixes_of.get(&item.who) == Some(&1) && !self.touched.contains(&item.who);
            let twice = once && alone && !item.doubt[way] && item.made[way] > 1;
            assert!(!twice, "{what}: made {} times in all: {value:#}", item.made[way]);
            if known && matches!(trouble, Trouble::None) {
                match foreseen {
                    Some(End::Left(state, reason)) => assert!(
                        told.is(state, &[reason]),
                        "{what}: has to end {state}, {reason}, and ended {told:?}: {value:#}"
                    ),
                    Some(End::Written) if once => {
                        let short = || item.call(way).is_some_and(|act| start.is_short(&act) || shown.is_short(&act));
                        let again = || standing.iter().any(|(who, act)| *who == item.who && act.shares(&item.act));
                        let may = told.is("failed", &[NEEDED, NO_BASE, GAVE_NONE])
                            || (told.is("failed", &[NO_SEAT]) && short())
                            || (way == BACK && told.is("skipped", &[AGAIN]) && again());
                        assert!(told.state == "done" || may, "{what}: has to be done, and is {told:?}: {value:#}");
                    }
                    _ => {}
                }
            }
            item.unsure |= !soon || hands.contains(&item.who);
        }
        self.fixes[*fix].items = own;
    }
}

/// What somebody has directly, as it is given.
fn direct(person: &Changeable) -> Vec<(SkuId, Vec<PlanId>)> {
    let rows = person.licences.iter().filter(|((_, by), _)| by.is_none());
    rows.map(|((sku, _), row)| (*sku, row.disabled.iter().copied().collect())).collect()
}

/// The call that asks Microsoft for a change.
fn call_of(act: &Act) -> When {
    let (method, path) = match act {
        Act::Licences { .. } => ("POST", "/v1.0/users/{id}/assignlicense"),
        Act::Leave(_) => ("DELETE", "/v1.0/groups/{id}/members/{id}/$ref"),
        Act::Join(_) => ("POST", "/v1.0/groups/{id}/members/$ref"),
        Act::SignIn(_) => ("PATCH", "/v1.0/users/{id}"),
        Act::Reprocess => ("POST", "/v1.0/users/{id}/reprocesslicenseassignment"),
        Act::Names { .. } => ("PATCH", "/v1.0/admin/reportsettings"),
    };
    When::path(path).method(method)
}

/// Makes a few seats free of what groups could not give.
async fn seats_for_errors(app: &App, owner: &Client<'_>, finding: &str) {
    let found = all(owner, &format!("/v1/findings/{finding}/people")).await;
    let ids: Vec<PersonId> = found.iter().map(|one| one["person"].as_str().unwrap().parse().unwrap()).collect();
    free_seats(app, found[0]["skus"][0]["sku"].as_str().unwrap().parse().unwrap(), 3, &ids);
}

/// Runs sequences in a system of their own, each with the words it is told by.
fn run(sequences: impl Iterator<Item = (String, Sequence)>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(app(400));
    let mut model = runtime.block_on(Model::new(&app));
    for (name, sequence) in sequences {
        let _replay = Replay(format!("# {name}\n{}", serde_json::to_string(&sequence).unwrap()));
        runtime.block_on(model.through(&sequence));
    }
    assert!(model.made > 0, "nothing was changed: it shows nothing");
}

/// Sequences of numbers that follow each other.
fn run_drawn(from: u64, count: u64) {
    run((0..count).map(|at| from.wrapping_add(at)).map(|seed| (format!("drawn by {seed}"), drawn(seed))));
}

#[test]
fn whatever_happens_in_whatever_order_what_is_told_is_so() {
    run_drawn(0, 8);
}

#[test]
fn what_went_wrong_once_in_some_order_does_not_again() {
    let lines = PAST.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    run(lines.map(|line| ("of the past".to_owned(), serde_json::from_str::<Sequence>(line).unwrap())));
}

/// As many as R-9 asks for, others each time: `make sequences`.
#[test]
#[ignore = "takes long"]
#[expect(clippy::print_stderr, reason = "somebody waits for most of an hour")]
fn ten_thousand_sequences() {
    const ALL: u64 = 10_000;
    // In a system of their own every so often: what went before is kept, and slows what follows.
    const EACH: u64 = 250;
    let first = any::<u64>().new_tree(&mut TestRunner::default()).unwrap().current();
    let next = AtomicU64::new(0);
    let work = || {
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            if turn >= ALL / EACH {
                return;
            }
            run_drawn(first.wrapping_add(turn * EACH), EACH);
            eprintln!("{EACH} of {ALL}");
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
}
