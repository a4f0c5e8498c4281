//! Previews, fixes and their items as members see them.

use checks::{
    CheckId,
    outcome::{GuardId, UndoClass},
    plans::Feature,
};
use jiff::{Timestamp, civil::Date};
use model::{Change, FindingId, FixId, Held, Money, PersonId, SkuId, Tier, UserId, utc_date};
use serde::{Deserialize, Serialize};
use store::{Action, Attempt, Fix, FixItem, FixState, Freed, ItemState, Tally, UndoCondition, UndoNeed};
use utoipa::ToSchema;

use crate::{
    change::Names,
    guard::{Blocked, GuardFound},
    plan::{Plan, Planned},
    promise, reason,
};

/// What a fix would do to your Microsoft 365 as it is now. Nothing was changed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PreviewView {
    /// The finding it is about.
    pub finding: Option<FindingId>,
    /// What it does.
    pub action: Action,
    /// The act in words: what the button says.
    #[schema(example = "Remove 4 licences")]
    pub headline: String,
    /// Every change, with those that are left alone and why.
    #[schema(max_items = 2000)]
    pub items: Vec<PreviewItem>,
    /// People it changes.
    #[schema(example = 4)]
    pub people: u32,
    /// People of the finding whom it leaves out, because one fix changes at most 500: look again once it is done.
    #[schema(example = 0)]
    pub beyond: u32,
    /// What to look at before.
    #[schema(max_items = 32)]
    pub guards: Vec<GuardFound>,
    /// What it saves.
    pub saving: SavingView,
    /// Whether it can be undone.
    pub undo: UndoView,
    /// What to type to confirm, where so many people are changed at once.
    #[schema(example = "12")]
    pub type_to_confirm: Option<String>,
    /// Guards whose ids are to be sent in `accept`.
    #[schema(max_items = 8)]
    pub to_accept: Vec<GuardId>,
    /// What Steward has to be allowed first.
    pub needs: Option<NeedsView>,
    /// When it is to begin, where not at once.
    pub at: Option<Timestamp>,
    /// What to approve it with; absent where nothing can be changed.
    #[schema(max_length = 60000, example = "3q2-7w")]
    pub preview_token: Option<String>,
    /// Until when it can be approved.
    pub good_until: Option<Timestamp>,
}

/// A permission that is missing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NeedsView {
    /// Which consent.
    pub tier: Tier,
    /// What to do.
    #[schema(example = "Steward may only read your Microsoft 365. Allow it to change licences first.")]
    pub text: String,
}

/// One change, made or not.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PreviewItem {
    /// Whom it changes; a setting of the directory when absent.
    pub person: Option<PersonId>,
    /// Their name as your directory has it: show it as text only.
    #[schema(example = "Anna Berg")]
    pub name: String,
    /// Their sign-in name: show it as text only.
    #[schema(example = "anna@example.com")]
    pub sign_in_name: String,
    /// The change in words; absent where there is none.
    #[schema(example = "Remove Microsoft 365 Business Standard")]
    pub what: Option<String>,
    /// The change exactly.
    pub change: Option<Change>,
    /// Licences before.
    #[schema(max_items = 500)]
    pub before: Vec<LicenceView>,
    /// Licences after.
    #[schema(max_items = 500)]
    pub after: Vec<LicenceView>,
    /// What they lose, in plain words.
    #[schema(max_items = 32, example = json!(["mailbox", "Office apps"]))]
    pub lost: Vec<String>,
    /// What it saves a month, where there is a price.
    pub monthly: Option<Money>,
    /// Why it is left alone.
    pub blocked: Option<Blocked>,
    /// What Microsoft asks for before it puts this back; absent where it asks for nothing.
    pub undo_need: Option<UndoNeed>,
}

/// A licence somebody has.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LicenceView {
    /// The licence type.
    pub sku: SkuId,
    /// Its name.
    #[schema(example = "Microsoft 365 Business Standard")]
    pub product: String,
    /// The group that gives it: show it as text only. Assigned directly when absent.
    #[schema(example = "Sales")]
    pub by_group: Option<String>,
    /// How many parts of it are turned off.
    #[schema(example = 0)]
    pub parts_off: u32,
}

/// What a fix saves.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct SavingView {
    /// A month, once the seats are given back; absent where nothing has a price.
    pub monthly: Option<Money>,
    /// Seats that are nobody's then.
    #[schema(max_items = 100)]
    pub freed: Vec<FreedView>,
}

/// Seats that are nobody's, and what to do about them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FreedView {
    /// The seats.
    #[serde(flatten)]
    pub seats: Freed,
    /// Give them back by this day; absent where the renewal is not known, or too long ago for that.
    #[schema(value_type = Option<String>, format = "date")]
    pub reduce_by: Option<Date>,
    /// The same in words.
    #[schema(example = "4 licences of Microsoft 365 Business Standard are free. Reduce by 2027-01-24.")]
    pub text: String,
}

/// Whether and until when something can be undone.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UndoView {
    /// Which class.
    pub class: UndoClass,
    /// Whether it can be undone now. In a preview: whether Microsoft would put back any of it as things are.
    pub possible: bool,
    /// Until when.
    pub until: Option<Timestamp>,
    /// What Microsoft asks for before it puts things back, as of the preview that was approved; empty once an undo was
    /// tried, since the items say then what became of each.
    #[schema(max_items = 4)]
    pub needs: Vec<UndoNeedView>,
    /// All of it in words.
    #[schema(
        example = "Can be undone for 25 days. Microsoft gives a licence back only while one of its type is free."
    )]
    pub text: String,
}

/// What Microsoft asks for before it puts back some changes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct UndoNeedView {
    /// What, and how many changes need it.
    #[serde(flatten)]
    pub condition: UndoCondition,
    /// Whether it was there and only has to stay. Where not, these changes could not be put back as things were.
    #[schema(example = true)]
    pub is_met: bool,
    /// In words.
    #[schema(example = "Microsoft gives a licence back only while one of its type is free.")]
    pub text: String,
}

/// A fix.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FixView {
    /// Which.
    pub fix: FixId,
    /// The finding it came from.
    pub finding: Option<FindingId>,
    /// The finding's check.
    pub check: Option<CheckId>,
    /// What it does.
    pub action: Action,
    /// The act in words.
    #[schema(example = "Remove 4 licences")]
    pub headline: String,
    /// Where it is.
    pub state: FixState,
    /// Items in it.
    #[schema(example = 4)]
    pub items: u32,
    /// How its items stand.
    pub tally: Tally,
    /// How its undo stands.
    pub undo_tally: Option<Tally>,
    /// Who approved it.
    pub requested_by: UserId,
    /// When.
    pub requested_at: Timestamp,
    /// When it is to begin, where not at once.
    pub at: Option<Timestamp>,
    /// When it, or its undo, last ended.
    pub ended_at: Option<Timestamp>,
    /// Why it ended before its items were through.
    pub stopped: Option<ReasonView>,
    /// What it saved.
    pub saving: SavingView,
    /// Whether it can be undone.
    pub undo: UndoView,
    /// Whether items can be tried again: those that failed, or that something stopped it before.
    #[schema(example = false)]
    pub can_retry: bool,
    /// Whether it can be called off: it has not begun, and is not tried again.
    #[schema(example = false)]
    pub can_cancel: bool,
}

/// A reason, for programs and for people.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReasonView {
    /// A stable code.
    #[schema(example = "no_free_licence")]
    pub code: String,
    /// What it means and what to do.
    #[schema(example = "No licence of this type is free. Buy one or take one back, then try again.")]
    pub text: String,
}

/// One change of a fix and how it ended.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ItemView {
    /// Its number in the fix.
    #[schema(example = 1)]
    pub number: u32,
    /// Whom it changes.
    pub person: Option<PersonId>,
    /// Their name as your directory has it: show it as text only.
    #[schema(example = "Anna Berg")]
    pub name: String,
    /// The change in words.
    #[schema(example = "Remove Microsoft 365 Business Standard")]
    pub what: String,
    /// The change exactly.
    pub change: Change,
    /// How it stands.
    pub outcome: OutcomeView,
    /// How its undo stands.
    pub undo: Option<OutcomeView>,
    /// What it saves a month, where there is a price.
    pub monthly: Option<Money>,
}

/// How an item stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OutcomeView {
    /// Where it is.
    pub state: ItemState,
    /// Why.
    pub reason: Option<ReasonView>,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
}

impl PreviewView {
    /// A plan, with its token.
    pub fn of(plan: &Plan, token: Option<(String, Timestamp)>, now: Timestamp) -> Self {
        let (preview_token, good_until) = token.unzip();
        Self {
            finding: plan.ask.finding,
            action: plan.action,
            headline: plan.headline(),
            items: plan.items.iter().map(|item| PreviewItem::of(item, &plan.names)).collect(),
            people: plan.people(),
            beyond: plan.beyond,
            guards: plan.guards.clone(),
            saving: SavingView { monthly: plan.monthly(), freed: freed(plan.freed(utc_date(now)), utc_date(now)) },
            undo: undo_before(plan.undo(), &plan.undo_needs(), plan.going().count()),
            type_to_confirm: plan.typed.then(|| plan.people().to_string()),
            to_accept: plan.to_confirm().into_iter().collect(),
            needs: plan.lacks.map(|lack| NeedsView { tier: Tier::LicenceWriter, text: lack.words() }),
            at: plan.ask.at,
            preview_token,
            good_until,
        }
    }
}

impl PreviewItem {
    fn of(item: &Planned, names: &Names) -> Self {
        let licences = |held: &[Held]| held.iter().map(|held| licence(held, names)).collect();
        let change = item.change.as_ref().filter(|_| item.blocked.is_none());
        let after = change.map_or_else(|| item.before.clone(), |change| change.applied(&item.before));
        Self {
            person: item.person,
            name: item.name.clone(),
            sign_in_name: item.upn.clone(),
            what: change.map(|change| names.words(change)),
            change: change.cloned(),
            before: licences(&item.before.licences),
            after: licences(&after.licences),
            lost: item.lost.iter().map(|feature: &Feature| feature.words().to_owned()).collect(),
            monthly: item.monthly.filter(|_| item.goes()),
            blocked: item.blocked.clone(),
            undo_need: item.undo_need,
        }
    }
}

fn licence(held: &Held, names: &Names) -> LicenceView {
    LicenceView {
        sku: held.sku,
        product: names.sku(held.sku),
        by_group: held.group.map(|group| names.group(group)),
        parts_off: u32::try_from(held.disabled_plans.len()).unwrap_or(u32::MAX),
    }
}

/// Seats with what to do about them as of a day.
fn freed(freed: Vec<Freed>, today: Date) -> Vec<FreedView> {
    let view = |seats: Freed| FreedView { reduce_by: seats.reduce_by(today), text: seats.text(today), seats };
    freed.into_iter().map(view).collect()
}

/// What is promised of so many changes before any of them is made.
fn undo_before(class: UndoClass, needs: &[UndoCondition], changes: usize) -> UndoView {
    let lacking = needs.iter().filter(|one| !one.need.is_met()).map(|one| one.changes as usize).sum::<usize>();
    let none = class != UndoClass::No && changes > 0 && lacking >= changes;
    let text = if none { "Cannot be undone as things are.".into() } else { undo_text(class, lacking > 0) };
    let possible = class != UndoClass::No && !none;
    UndoView { class, possible, until: None, text: with_needs(text, needs), needs: need_views(needs) }
}

/// What a class of undo means, of all that is changed or of a part of it.
fn undo_text(class: UndoClass, part: bool) -> String {
    let part = if part { " in part" } else { "" };
    match class {
        UndoClass::No => "Cannot be undone, and changes nothing by itself.".into(),
        UndoClass::Reversible => format!("Can be undone{part}: what was there before is kept."),
        UndoClass::Until { days } => {
            format!("Can be undone{part} for {days} days. After that Microsoft has deleted the mailboxes.")
        }
    }
}

fn need_views(needs: &[UndoCondition]) -> Vec<UndoNeedView> {
    let view = |one: &UndoCondition| {
        let (condition, is_met) = (*one, one.need.is_met());
        UndoNeedView { condition, is_met, text: promise::words(condition) }
    };
    needs.iter().map(view).collect()
}

/// A promise with what it depends on.
fn with_needs(text: String, needs: &[UndoCondition]) -> String {
    needs.iter().fold(text, |text, one| format!("{text} {}", promise::words(*one)))
}

/// Whether a fix can be undone at `now`.
pub fn can_undo(fix: &Fix, now: Timestamp) -> bool {
    let left = match fix.state {
        FixState::Finished => fix.tally.done + fix.tally.pending > 0,
        FixState::Undone => fix.undo_tally.is_some_and(|tally| tally.goes_again(fix.stopped.is_some())),
        _ => false,
    };
    left && fix.undo != UndoClass::No && fix.undo_until().is_none_or(|until| until > now)
}

/// Whether something of a fix can be tried again.
pub fn can_retry(fix: &Fix) -> bool {
    fix.state == FixState::Finished && fix.tally.goes_again(fix.stopped.is_some())
}

/// Whether a fix can be called off. One that is tried again has begun: called off, what it did the first time could not
/// be undone any more.
pub fn can_cancel(fix: &Fix) -> bool {
    matches!(fix.state, FixState::Scheduled | FixState::Queued) && fix.told == Tally::default()
}

/// Whether nothing of a fix or of its undo is to come by itself.
const fn has_ended(state: FixState) -> bool {
    matches!(state, FixState::Finished | FixState::Undone | FixState::Cancelled)
}

impl FixView {
    /// As of `now`.
    pub fn of(fix: Fix, now: Timestamp) -> Self {
        let until = fix.undo_until();
        let possible = can_undo(&fix, now);
        // What became of it is said by the items, once it was tried.
        let needs: &[UndoCondition] = if fix.undo_tally.is_some() { &[] } else { &fix.undo_needs };
        let text = match (possible, until) {
            (true, Some(until)) => with_needs(format!("Can be undone until {}.", utc_date(until)), needs),
            (false, Some(until)) if until <= now => format!("Could be undone until {}.", utc_date(until)),
            (false, _) if fix.undo != UndoClass::No && has_ended(fix.state) => {
                "There is nothing of it to put back.".into()
            }
            _ => with_needs(undo_text(fix.undo, false), needs),
        };
        let needs = need_views(needs);
        let (can_retry, can_cancel) = (can_retry(&fix), can_cancel(&fix));
        Self {
            fix: fix.fix,
            finding: fix.finding,
            check: fix.check,
            action: fix.action,
            headline: fix.headline,
            state: fix.state,
            items: fix.items,
            tally: fix.tally,
            undo_tally: fix.undo_tally,
            requested_by: fix.requested_by,
            requested_at: fix.requested_at,
            at: fix.at,
            ended_at: fix.ended_at,
            stopped: fix.stopped.map(reason_view),
            saving: SavingView { monthly: fix.monthly, freed: freed(fix.freed, utc_date(now)) },
            undo: UndoView { class: fix.undo, possible, until, needs, text },
            can_retry,
            can_cancel,
        }
    }
}

impl ItemView {
    /// An item, with names of what it is about.
    pub fn of(item: FixItem, names: &Names) -> Self {
        Self {
            number: item.number,
            person: item.person,
            name: item.name,
            what: names.words(&item.change),
            change: item.change,
            outcome: outcome(item.attempt),
            undo: item.undo.map(outcome),
            monthly: item.monthly,
        }
    }
}

fn outcome(attempt: Attempt) -> OutcomeView {
    let Attempt { state, reason, ended_at, .. } = attempt;
    // What is tried again has not ended, whatever is kept of how it did before.
    let over = !state.is_open();
    OutcomeView { state, reason: reason.filter(|_| over).map(reason_view), ended_at: ended_at.filter(|_| over) }
}

fn reason_view(code: String) -> ReasonView {
    ReasonView { text: reason::words(&code).into(), code }
}
