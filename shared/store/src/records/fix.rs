//! Fixes: what was approved, item by item, how far it got, and what undoes it (docs/adr/0015).

use std::collections::{BTreeMap, BTreeSet};

use checks::{
    CheckId,
    outcome::{GuardId, UndoClass},
    reduce_by, reduce_until,
};
use jiff::{SignedDuration, Timestamp, civil::Date};
use model::{Change, DirectoryId, FindingId, FixId, GroupId, Money, PersonId, SkuId, State, UserId};
use serde::{Deserialize, Serialize};

use super::{Ours, TenantRecord};
use crate::key::Collection;

/// What a fix does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Licences are taken from who has them directly.
    Remove,
    /// Licences are exchanged for smaller ones, each in one call.
    Swap,
    /// People leave the groups that give them the licences.
    LeaveGroup,
    /// Direct assignments are taken back where a group gives the same licence.
    RemoveDirect,
    /// Microsoft works out assignments in error anew.
    Reprocess,
    /// Accounts may no longer sign in.
    BlockSignIn,
    /// Accounts may sign in again.
    AllowSignIn,
    /// Reports show names.
    RevealReportNames,
}

/// Where a fix is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FixState {
    /// Waits for its day.
    Scheduled,
    /// Approved; begins when the fix before it has ended.
    Queued,
    /// Under way.
    Running,
    /// Ended; its items say how.
    Finished,
    /// Called off before it began.
    Cancelled,
    /// Its undo was asked for.
    UndoQueued,
    /// Its undo is under way.
    Undoing,
    /// Undone; its items say how.
    Undone,
}

impl FixState {
    /// Whether it has the lane, or waits for it.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::Queued | Self::Running | Self::UndoQueued | Self::Undoing)
    }
    /// Whether what is under way, or was last, is the undo.
    pub const fn is_undo(self) -> bool {
        matches!(self, Self::UndoQueued | Self::Undoing | Self::Undone)
    }
}

/// How many items are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tally {
    /// Not decided yet.
    #[schema(example = 0)]
    pub open: u32,
    /// Done and read back.
    #[schema(example = 4)]
    pub done: u32,
    /// Refused by Microsoft.
    #[schema(example = 0)]
    pub failed: u32,
    /// Left alone.
    #[schema(example = 0)]
    pub skipped: u32,
    /// Accepted by Microsoft, not shown yet.
    #[schema(example = 0)]
    pub pending: u32,
}

impl Tally {
    /// How attempts stand.
    pub fn of<'a>(attempts: impl IntoIterator<Item = &'a Attempt>) -> Self {
        let mut tally = Self::default();
        for attempt in attempts {
            let count = match attempt.state {
                ItemState::Waiting | ItemState::Intended | ItemState::Written => &mut tally.open,
                ItemState::Done => &mut tally.done,
                ItemState::Failed => &mut tally.failed,
                ItemState::Skipped => &mut tally.skipped,
                ItemState::Pending => &mut tally.pending,
            };
            *count += 1;
        }
        tally
    }

    /// Whether some of it can be tried again: it failed, is not confirmed, or was left alone because something
    /// `stopped` the fix before it.
    pub const fn goes_again(self, stopped: bool) -> bool {
        self.failed + self.pending > 0 || (stopped && self.skipped > 0)
    }
}

/// Seats nobody has any more because of a fix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Freed {
    /// The licence type.
    pub sku: SkuId,
    /// Its name.
    #[schema(example = "Microsoft 365 Business Standard")]
    pub product: String,
    /// How many seats.
    #[schema(example = 4)]
    pub seats: u32,
    /// When its subscription renews next: the seats cost until then. Not known when absent.
    #[schema(value_type = Option<String>, format = "date")]
    pub renews_on: Option<Date>,
}

impl Freed {
    /// Give the seats back by this day, which is not before `today`; `None` where the renewal is not known, or too long
    /// ago for that.
    pub fn reduce_by(&self, today: Date) -> Option<Date> {
        let on = self.renews_on?;
        let by = if today <= on { reduce_by(on, today) } else { reduce_until(on) };
        (today <= by).then_some(by)
    }

    /// The same in words, for a mail.
    pub fn words(&self, today: Date) -> String {
        self.told(self.reduce_by(today).map(|by| by.strftime("by %-d %B %Y").to_string()))
    }

    /// The same with the day as `2027-01-24`: a page writes it as its reader does.
    pub fn text(&self, today: Date) -> String {
        self.told(self.reduce_by(today).map(|by| format!("by {by}")))
    }

    fn told(&self, by: Option<String>) -> String {
        let (licences, are) = if self.seats == 1 { ("licence", "is") } else { ("licences", "are") };
        let when = by.unwrap_or_else(|| "at the next renewal".into());
        format!("{} {licences} of {} {are} free. Reduce {when}.", self.seats, self.product)
    }
}

/// What Microsoft asks for before it gives a licence back. What a fix keeps is not enough for its undo then
/// (checks.md 1.0.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UndoNeed {
    /// A licence of the type has to be free still: somebody else may have got it.
    FreeLicence,
    /// More licences of the type have to be bought or freed: more are in use than there are.
    MoreLicences,
    /// The account has to get a country.
    Country,
    /// They have to get the licence that this one builds on.
    BaseLicence,
}

impl UndoNeed {
    /// Whether it is there already, and only has to stay.
    pub const fn is_met(self) -> bool {
        matches!(self, Self::FreeLicence)
    }
}

/// What the undo of some changes of a fix needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UndoCondition {
    /// What.
    pub need: UndoNeed,
    /// How many changes need it.
    #[schema(example = 1)]
    pub changes: u32,
}

/// What one change asks to be looked at before it is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The group opens more than licences.
    GroupOpensMore,
    /// The group can be given access to files and apps; Microsoft does not tell us to which.
    GroupMayOpenMore,
    /// The mailbox is shared, a room's, or was large or archived at the last check.
    MailboxOfNobody,
    /// The mailbox goes with the licence.
    MailboxGoes,
    /// The mailbox is nobody's own, and small enough to stay without a licence.
    MailboxStays,
    /// They hold a role of the directory.
    Administrator,
    /// Roles could not be read.
    RolesUnknown,
    /// Something they keep may need what they lose.
    AddOnStays,
    /// They lose something that protects the company.
    ProtectionGoes,
    /// Whether they came back since the last check could not be read.
    SignInsUnknown,
}

impl Doubt {
    /// Its guard (checks.md 1.0.5).
    pub const fn guard(self) -> GuardId {
        match self {
            Self::GroupOpensMore | Self::GroupMayOpenMore => GuardId::G1,
            Self::MailboxOfNobody => GuardId::G2,
            Self::MailboxGoes | Self::MailboxStays => GuardId::G3,
            Self::Administrator | Self::RolesUnknown => GuardId::G4,
            Self::AddOnStays => GuardId::G5,
            Self::ProtectionGoes => GuardId::G7,
            Self::SignInsUnknown => GuardId::G8,
        }
    }
}

/// A change in the customer's Microsoft 365.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// Which.
    pub fix: FixId,
    /// The directory it was approved for: no other is changed by it, nor by its undo. Not known of old ones.
    #[serde(default)]
    pub directory: Option<DirectoryId>,
    /// The finding it came from, where it came from one.
    pub finding: Option<FindingId>,
    /// The finding's check.
    pub check: Option<CheckId>,
    /// What it does.
    pub action: Action,
    /// What it does in words, number first.
    pub headline: String,
    /// Where it is.
    pub state: FixState,
    /// Items in it.
    pub items: u32,
    /// Parts its items are in.
    pub parts: u16,
    /// How its items stand.
    pub tally: Tally,
    /// What of it was told by an event already: after a retry only the rest is.
    pub told: Tally,
    /// What of its saving was told already, minor units.
    pub told_minor: i64,
    /// How its undo stands.
    pub undo_tally: Option<Tally>,
    /// Who approved it.
    pub requested_by: UserId,
    /// When it was approved.
    pub requested_at: Timestamp,
    /// When it is to begin, where not at once.
    pub at: Option<Timestamp>,
    /// When it, or its undo, last ended.
    pub ended_at: Option<Timestamp>,
    /// A stable code of what stopped it before its items were through, such as `consent_lost`.
    pub stopped: Option<String>,
    /// Whether it can be undone.
    pub undo: UndoClass,
    /// What Microsoft asks for before it puts back what this changes, as of the approval.
    #[serde(default)]
    pub undo_needs: Vec<UndoCondition>,
    /// Whether it was approved knowing that Microsoft does not tell who signed in since the last check. Not known of
    /// old ones.
    #[serde(default)]
    pub sign_ins_unknown: Option<bool>,
    /// When the first of its changes that were made, or may have been, was written: what the days of `undo` count from.
    /// Microsoft counts from there too, however late it shows them.
    pub first_done_at: Option<Timestamp>,
    /// What its done items save a month once seats are given back; `None` without a price.
    pub monthly: Option<Money>,
    /// Seats that are nobody's now.
    pub freed: Vec<Freed>,
    /// How often it stored its place.
    pub pauses: u32,
    /// Microsoft asked not to be called before then.
    pub go_on_at: Option<Timestamp>,
    /// Calls made to Microsoft that no event has told yet, under `graph::Endpoint::code`; a call inside a batch counts
    /// beside the batch.
    #[serde(default)]
    pub calls: BTreeMap<String, u32>,
    /// Writes that its items count and an event told already: those of an earlier try.
    #[serde(default)]
    pub told_writes: u32,
    /// When the sweep is to look at it: the day it was planned for, or when it should long have ended.
    pub look_at: Option<Timestamp>,
}

impl Fix {
    pub(crate) const SHARDS: u8 = 4;
    /// One that has been under way for so long is looked at by the sweep.
    pub const STALLED: SignedDuration = SignedDuration::from_hours(1);
    /// Until when it can be undone; `None` without such a day.
    pub fn undo_until(&self) -> Option<Timestamp> {
        let UndoClass::Until { days } = self.undo else { return None };
        self.first_done_at.map(|at| at + SignedDuration::from_hours(24 * i64::from(days)))
    }
}

impl Ours for Fix {}
impl TenantRecord for Fix {
    const KIND: &'static str = "fix";
    const COLLECTION: Collection = Collection::Fixes;
    const PREFIX: &'static str = "FIX#";
    const DUE: &'static str = "DUE_FIXES";
    type Id = FixId;
    fn id(&self) -> FixId {
        self.fix
    }
    fn sort_key(id: &FixId) -> String {
        format!("FIX#{id}")
    }
    fn due(&self) -> Option<Timestamp> {
        self.look_at
    }
    fn due_shard(&self) -> u8 {
        u8::try_from(self.fix.bits() % u128::from(Self::SHARDS)).unwrap_or(0)
    }
}

/// Where an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemState {
    /// Not begun.
    Waiting,
    /// About to be written: it may have been.
    Intended,
    /// Accepted by Microsoft, not read back yet.
    Written,
    /// Done and read back.
    Done,
    /// Refused by Microsoft, or overtaken by somebody's change.
    Failed,
    /// Left alone.
    Skipped,
    /// Accepted by Microsoft, not shown by it yet.
    Pending,
}

impl ItemState {
    /// Whether there is something to do or to look at.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Intended | Self::Written)
    }
}

/// How one direction of an item stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// Where it is.
    pub state: ItemState,
    /// A stable code of why it is there.
    pub reason: Option<String>,
    /// How often it was written, or may have been.
    pub writes: u8,
    /// When it was last about to be written.
    pub intended_at: Option<Timestamp>,
    /// When it came to its end.
    pub ended_at: Option<Timestamp>,
}

impl Attempt {
    /// The reason of one that found it made already.
    pub const ALREADY_SO: &'static str = "already_so";
    /// The reason of an undo that found the same done again by a later fix, whose undo puts it back.
    pub const DONE_AGAIN: &'static str = "done_again_later";
    /// Not begun.
    pub const WAITING: Self =
        Self { state: ItemState::Waiting, reason: None, writes: 0, intended_at: None, ended_at: None };
    /// Over before it began.
    pub fn skipped(reason: &str) -> Self {
        Self { state: ItemState::Skipped, reason: Some(reason.into()), ..Self::WAITING }
    }
}

/// One change of a fix, with all that undoes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FixItem {
    /// Its number in the fix, from 1.
    pub number: u32,
    /// Whom it changes; a setting of the directory when `None`.
    pub person: Option<PersonId>,
    /// Their name as the directory has it: escape it.
    pub name: String,
    /// The change.
    pub change: Change,
    /// What was found before it: with the change, this is its undo.
    pub before: State,
    /// What was to be looked at when it was approved. Not known of old ones.
    #[serde(default)]
    pub doubts: Option<BTreeSet<Doubt>>,
    /// What it saves a month, where there is a price.
    pub monthly: Option<Money>,
    /// How it stands.
    pub attempt: Attempt,
    /// How its undo stands.
    pub undo: Option<Attempt>,
}

impl FixItem {
    /// Groups it is told with: those that are left, and those that gave licences before.
    pub fn groups(&self) -> impl Iterator<Item = GroupId> {
        let giving = self.before.licences.iter().filter_map(|held| held.group);
        giving.chain(self.before.groups.iter().copied())
    }

    /// Whether it is done and was not put back. What its undo found put back stands no more, and what it found done
    /// again stands with the fix that did: nothing is saved twice.
    pub fn stands(&self) -> bool {
        let is_over = |undo: &Attempt| match undo.state {
            ItemState::Done => true,
            ItemState::Skipped => matches!(undo.reason.as_deref(), Some(Attempt::ALREADY_SO | Attempt::DONE_AGAIN)),
            _ => false,
        };
        self.attempt.state == ItemState::Done && !self.undo.as_ref().is_some_and(is_over)
    }
}

/// Items of a fix, as many as one batch of Graph holds, written together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FixPart {
    /// Of which fix.
    pub fix: FixId,
    /// Which part, from 0.
    pub part: u16,
    /// Names of groups in it as the directory had them, where they were known: escape them. Not kept of old ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub groups: BTreeMap<GroupId, String>,
    /// The items.
    pub items: Vec<FixItem>,
}

impl FixPart {
    /// Items of a part.
    pub const ITEMS: usize = 20;
}

impl Ours for FixPart {}
impl TenantRecord for FixPart {
    const KIND: &'static str = "fix part";
    const COLLECTION: Collection = Collection::Fixes;
    const PREFIX: &'static str = "ITEM#";
    type Id = (FixId, u16);
    fn id(&self) -> Self::Id {
        (self.fix, self.part)
    }
    fn sort_key((fix, part): &Self::Id) -> String {
        format!("ITEM#{fix}#{part:03}")
    }
}

/// A tenant's fixes go one after the other. Whoever carries one out moves the lane's version, which is the fence of all
/// it writes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lane {
    /// The fix under way.
    pub fix: Option<FixId>,
}

impl Ours for Lane {}
impl TenantRecord for Lane {
    const KIND: &'static str = "lane";
    const COLLECTION: Collection = Collection::Fixes;
    const PREFIX: &'static str = "LANE";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        "LANE".into()
    }
}

/// That a fix found the lane taken: the end of whichever has it lets it go on. What is left of one that waits no more
/// is removed by the next end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FixWaits {
    /// Which.
    pub fix: FixId,
}

impl Ours for FixWaits {}
impl TenantRecord for FixWaits {
    const KIND: &'static str = "waiting fix";
    const COLLECTION: Collection = Collection::Fixes;
    const PREFIX: &'static str = "WAITS#";
    type Id = FixId;
    fn id(&self) -> FixId {
        self.fix
    }
    fn sort_key(id: &FixId) -> String {
        format!("WAITS#{id}")
    }
}

/// That a fix ended, or its undo. What wrote since some moment is found by these: the number of a fix says nothing of
/// that, since one may be planned for long after its approval and be tried again at any time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FixEnd {
    /// When.
    pub at: Timestamp,
    /// Which.
    pub fix: FixId,
}

impl Ours for FixEnd {}
impl TenantRecord for FixEnd {
    const KIND: &'static str = "fix end";
    const COLLECTION: Collection = Collection::Fixes;
    const PREFIX: &'static str = "ENDED#";
    type Id = (Timestamp, FixId);
    fn id(&self) -> Self::Id {
        (self.at, self.fix)
    }
    fn sort_key((at, fix): &Self::Id) -> String {
        // As long in the year 2286 as today, so that text order is time order.
        format!("ENDED#{:013}#{fix}", at.as_millisecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_back_or_done_again_by_a_later_fix_stands_no_more() {
        let stands = |undo: Option<Attempt>| {
            let attempt = Attempt { state: ItemState::Done, ..Attempt::WAITING };
            let (change, before, doubts) = (Change::SignIn { allowed: false }, State::default(), None);
            let (name, monthly) = ("Anna".to_owned(), None);
            FixItem { number: 1, person: None, name, change, before, doubts, monthly, attempt, undo }.stands()
        };
        assert!(stands(None) && stands(Some(Attempt::WAITING)));
        assert!(stands(Some(Attempt { state: ItemState::Failed, ..Attempt::skipped("no_free_licence") })));
        assert!(stands(Some(Attempt::skipped("consent_lost"))), "it is tried again");
        assert!(!stands(Some(Attempt { state: ItemState::Done, ..Attempt::WAITING })));
        assert!(!stands(Some(Attempt::skipped(Attempt::ALREADY_SO))));
        assert!(!stands(Some(Attempt::skipped(Attempt::DONE_AGAIN))));
    }

    #[test]
    fn seats_are_to_be_given_back_by_a_day_that_is_not_over() {
        let day = |text: &str| -> Date { text.parse().unwrap() };
        let sku = SkuId::literal("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46");
        let freed = Freed { sku, product: "Premium".into(), seats: 4, renews_on: Some(day("2026-12-01")) };
        for (today, by) in [
            ("2026-11-01", Some("2026-11-24")),
            ("2026-11-24", Some("2026-11-24")),
            ("2026-11-28", Some("2026-11-28")),
            ("2026-12-01", Some("2026-12-01")),
            // For a week after the renewal Microsoft still takes them back.
            ("2026-12-02", Some("2026-12-07")),
            ("2026-12-08", None),
        ] {
            assert_eq!(freed.reduce_by(day(today)), by.map(day), "{today}");
        }
        assert_eq!(freed.words(day("2026-11-28")), "4 licences of Premium are free. Reduce by 28 November 2026.");
        assert_eq!(freed.words(day("2026-12-08")), "4 licences of Premium are free. Reduce at the next renewal.");
        assert_eq!(freed.text(day("2026-11-28")), "4 licences of Premium are free. Reduce by 2026-11-28.");
        let one = Freed { seats: 1, ..freed.clone() };
        assert_eq!(one.text(day("2026-12-08")), "1 licence of Premium is free. Reduce at the next renewal.");
        assert_eq!(Freed { renews_on: None, ..freed }.reduce_by(day("2026-11-01")), None);
    }
}
