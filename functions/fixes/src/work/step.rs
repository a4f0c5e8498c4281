//! One direction of one item, and the rule of what is to be done about it now. No I/O.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use model::{Change, SkuId, Standing, State};
use store::{Attempt, FixItem, ItemState};

use crate::{live::About, reason};

/// After this time an intent that the directory does not show was not carried out: more than [`super::WRITE_WITHIN`],
/// and than Microsoft usually takes to show a change (checks.md 4.6).
pub(super) const SETTLED: SignedDuration = SignedDuration::from_secs(90);
/// A change is written so often at most when nobody says what became of it.
const MOST_WRITES: u8 = 3;
/// A change that Microsoft accepted and does not show after this time was not made, or did not stay.
const SHOWN_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// What is to be done about an item now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Write it.
    Write,
    /// Look again after a while.
    Wait(SignedDuration),
    /// It has come to its end.
    Over(ItemState, Option<&'static str>),
}

/// One direction of an item: what is done to whom, from what.
pub(super) struct Step {
    /// Whom or what it is about.
    pub(super) about: About,
    /// What is done.
    pub(super) change: Change,
    before: State,
    /// What a group that is joined again gave them before.
    owed: BTreeSet<SkuId>,
}

impl Step {
    pub(super) fn of(item: &FixItem, undo: bool) -> Option<Self> {
        let about = About::of(item.person);
        if !undo {
            let (change, before) = (item.change.clone(), item.before.clone());
            return Some(Self { about, change, before, owed: BTreeSet::new() });
        }
        let change = item.change.inverse(&item.before)?;
        let owed = match &change {
            Change::JoinGroup { group } => {
                let given = item.before.licences.iter().filter(|held| held.group == Some(*group));
                given.filter(|held| held.error.is_none()).map(|held| held.sku).collect()
            }
            _ => BTreeSet::new(),
        };
        Some(Self { about, change, before: item.change.applied(&item.before), owed })
    }

    /// Whether Microsoft notes when what it touches was changed: somebody's hand that put it back can be told then from
    /// a change that was not made.
    fn is_dated(&self) -> bool {
        let Change::Licences { remove, add } = &self.change else { return false };
        let mut touched = remove.iter().copied().chain(add.iter().map(|given| given.sku));
        touched.any(|sku| self.before.direct(sku).is_some_and(|held| held.updated.is_some()))
    }

    /// What a directory that shows the change as made says of it. Who is in a group again may not have its licence:
    /// somebody else got the seat.
    pub(super) fn made(&self, now: &State) -> (ItemState, Option<&'static str>) {
        let Change::JoinGroup { group } = &self.change else { return (ItemState::Done, None) };
        let in_error = |sku: &SkuId| {
            let mut rows = now.licences.iter().filter(|held| held.sku == *sku && held.group == Some(*group));
            rows.any(|held| held.error.is_some())
        };
        match self.owed.iter().any(in_error) {
            true => (ItemState::Failed, Some(reason::GROUP_GAVE_NONE)),
            false => (ItemState::Done, None),
        }
    }
}

/// Whether a change that nobody has seen may still come to show.
pub(super) fn may_yet_show(attempt: &Attempt, now: Timestamp) -> bool {
    attempt.state == ItemState::Pending && ended_lately(attempt, now)
}

fn ended_lately(attempt: &Attempt, now: Timestamp) -> bool {
    attempt.ended_at.is_some_and(|at| now.duration_since(at) < SHOWN_WITHIN)
}

/// Whether Microsoft accepted what is looked at again because somebody asked.
pub(super) fn was_accepted(attempt: &Attempt) -> bool {
    attempt.writes > 0 && attempt.reason.as_deref() == Some(reason::NOT_SHOWN_YET)
}

/// The undo of an item that was not asked for.
pub(super) const NOT_ASKED: Attempt = Attempt { state: ItemState::Skipped, ..Attempt::WAITING };

pub(super) fn attempt_mut(item: &mut FixItem, undo: bool) -> &mut Attempt {
    if undo { item.undo.get_or_insert(Attempt::WAITING) } else { &mut item.attempt }
}

/// A write that Microsoft says was not made.
pub(super) fn unwritten(attempt: &mut Attempt) {
    attempt.writes = attempt.writes.saturating_sub(1);
    // An earlier one may have been: then its outcome is still to be found.
    attempt.state = if attempt.writes == 0 { ItemState::Waiting } else { ItemState::Intended };
}

/// How what the directory shows stands to a step; `None` for somebody who is gone.
pub(super) fn standing(step: &Step, now: Option<&State>) -> Option<Standing> {
    now.map(|now| step.change.standing(&step.before, now))
}

/// The rule of G8 and of going on after a crash, without I/O.
pub(super) fn decide(
    step: &Step,
    attempt: &Attempt,
    undo: bool,
    stopped: Option<&'static str>,
    now_is: Option<&State>,
    now: Timestamp,
) -> Next {
    let begun = attempt.state == ItemState::Intended;
    // Microsoft may be asked to work out licences anew at any time.
    let reprocess = matches!(step.change, Change::Reprocess);
    // Somebody asked for it again, perhaps long after: who came back since is looked at anew.
    let asked_again = attempt.reason.is_some() && !undo && !reprocess;
    let Some(now_is) = now_is else {
        let state = if begun || undo { ItemState::Failed } else { ItemState::Skipped };
        return Next::Over(state, Some(reason::PERSON_GONE));
    };
    let standing = step.change.standing(&step.before, now_is);
    if begun {
        return match standing {
            Standing::After => {
                let (state, why) = step.made(now_is);
                Next::Over(state, why)
            }
            Standing::Elsewhere => Next::Over(ItemState::Failed, Some(reason::CHANGED_BY_OTHERS)),
            // Written again, it would be refused for nothing.
            Standing::Before if was_accepted(attempt) && ended_lately(attempt, now) && !reprocess => {
                Next::Over(ItemState::Pending, Some(reason::NOT_SHOWN_YET))
            }
            // Not made, or made and taken back by somebody: whoever asked is told, and may ask again.
            Standing::Before if was_accepted(attempt) && !reprocess && !step.is_dated() => {
                Next::Over(ItemState::Failed, Some(reason::GONE_AGAIN))
            }
            Standing::Before => {
                let ends = attempt.intended_at.map_or(now, |at| at + SETTLED);
                if ends > now {
                    Next::Wait(ends.duration_since(now))
                } else if let Some(why) = stopped {
                    Next::Over(ItemState::Skipped, Some(why))
                } else if attempt.writes >= MOST_WRITES {
                    Next::Over(ItemState::Pending, Some(reason::NO_ANSWER))
                } else if !step.change.untouched(&step.before, now_is) {
                    Next::Over(ItemState::Failed, Some(reason::CHANGED_BY_OTHERS))
                } else if asked_again && !step.change.still_holds(&step.before, now_is) {
                    Next::Over(ItemState::Skipped, Some(reason::CHANGED))
                } else {
                    Next::Write
                }
            }
        };
    }
    if let Some(why) = stopped {
        return Next::Over(ItemState::Skipped, Some(why));
    }
    match standing {
        Standing::After => match step.made(now_is) {
            (ItemState::Done, _) => Next::Over(ItemState::Skipped, Some(reason::ALREADY_SO)),
            (state, why) => Next::Over(state, why),
        },
        Standing::Elsewhere if undo => Next::Over(ItemState::Failed, Some(reason::CHANGED_BY_OTHERS)),
        Standing::Before if undo || step.change.still_holds(&step.before, now_is) => Next::Write,
        _ => Next::Over(ItemState::Skipped, Some(reason::CHANGED)),
    }
}

#[cfg(test)]
mod tests {
    use model::{Held, PersonId};

    use super::{super::WRITE_WITHIN, *};

    const NOW: Timestamp = Timestamp::constant(1_795_000_000, 0);

    fn held(updated: i64) -> State {
        let sku = SkuId::literal("3b555118-da6a-4418-894f-7df1e2096870");
        let updated = Timestamp::from_second(updated).ok();
        let row = Held { sku, group: None, disabled_plans: Vec::new(), error: None, updated };
        State { enabled: Some(false), licences: vec![row], ..State::default() }
    }

    fn step(undo: bool) -> Step {
        let before = held(1);
        let remove = before.licences.iter().map(|held| held.sku).collect();
        let item = FixItem {
            number: 1,
            person: Some(PersonId::literal("00000000-0000-4000-8000-000000000001")),
            name: "Anna".into(),
            change: Change::Licences { remove, add: Vec::new() },
            before,
            doubts: None,
            monthly: None,
            attempt: Attempt::WAITING,
            undo: None,
        };
        Step::of(&item, undo).unwrap()
    }

    fn intended(ago: SignedDuration, writes: u8) -> Attempt {
        Attempt { state: ItemState::Intended, intended_at: Some(NOW - ago), writes, ..Attempt::WAITING }
    }

    fn decided(undo: bool, attempt: &Attempt, stopped: Option<&'static str>, now_is: Option<&State>) -> Next {
        decide(&step(undo), attempt, undo, stopped, now_is, NOW)
    }

    const GONE: State = State {
        enabled: Some(false),
        licences: Vec::new(),
        groups: std::collections::BTreeSet::new(),
        concealed: None,
    };

    #[test]
    fn what_waits_is_written_only_as_it_was_previewed() {
        let waits = &Attempt::WAITING;
        assert_eq!(decided(false, waits, None, Some(&held(1))), Next::Write);
        let skipped = |why| Next::Over(ItemState::Skipped, Some(why));
        assert_eq!(decided(false, waits, None, Some(&GONE)), skipped(reason::ALREADY_SO));
        let back = State { enabled: Some(true), ..held(1) };
        assert_eq!(decided(false, waits, None, Some(&back)), skipped(reason::CHANGED));
        assert_eq!(decided(false, waits, None, None), skipped(reason::PERSON_GONE));
        assert_eq!(decided(false, waits, Some("consent_lost"), Some(&held(1))), skipped("consent_lost"));
    }

    #[test]
    fn what_was_intended_is_read_until_nobody_can_be_writing_it_any_more() {
        let (early, late) = (SignedDuration::from_secs(30), SETTLED);
        assert!(WRITE_WITHIN < SETTLED);
        assert_eq!(
            decided(false, &intended(early, 1), None, Some(&held(1))),
            Next::Wait(SETTLED - SignedDuration::from_secs(30))
        );
        assert_eq!(decided(false, &intended(late, 1), None, Some(&held(1))), Next::Write);
        assert_eq!(decided(false, &intended(early, 1), None, Some(&GONE)), Next::Over(ItemState::Done, None));
        assert_eq!(
            decided(false, &intended(late, MOST_WRITES), None, Some(&held(1))),
            Next::Over(ItemState::Pending, Some(reason::NO_ANSWER))
        );
        // Given back by somebody, as it was: Microsoft has dated it anew.
        assert_eq!(
            decided(false, &intended(late, 1), None, Some(&held(2))),
            Next::Over(ItemState::Failed, Some(reason::CHANGED_BY_OTHERS))
        );
        assert_eq!(
            decided(false, &intended(late, 1), Some("consent_lost"), Some(&held(1))),
            Next::Over(ItemState::Skipped, Some("consent_lost"))
        );
    }

    #[test]
    fn who_is_in_a_group_again_without_its_licence_is_not_as_before() {
        let group = model::GroupId::literal("00000000-0000-4000-8000-0000000000a1");
        let row = |error: Option<&str>| {
            let mut held = held(1).licences.remove(0);
            (held.group, held.error) = (Some(group), error.map(str::to_owned));
            held
        };
        let shown = |error| State { licences: vec![row(error)], groups: [group].into(), ..State::default() };
        let step = |before: State| {
            let item = FixItem {
                number: 1,
                person: Some(PersonId::literal("00000000-0000-4000-8000-000000000001")),
                name: "Anna".into(),
                change: Change::LeaveGroup { group },
                before,
                doubts: None,
                monthly: None,
                attempt: Attempt::WAITING,
                undo: None,
            };
            Step::of(&item, true).unwrap()
        };
        let without = (ItemState::Failed, Some(reason::GROUP_GAVE_NONE));
        assert_eq!(step(shown(None)).made(&shown(None)), (ItemState::Done, None));
        assert_eq!(step(shown(None)).made(&shown(Some("CountViolation"))), without);
        // It was so before.
        assert_eq!(step(shown(Some("Other"))).made(&shown(Some("Other"))), (ItemState::Done, None));
        let late = &intended(SETTLED, 1);
        let decided = |attempt, now_is: &State| decide(&step(shown(None)), attempt, true, None, Some(now_is), NOW);
        assert_eq!(decided(late, &shown(Some("CountViolation"))), Next::Over(without.0, without.1));
        assert_eq!(decided(&Attempt::WAITING, &shown(Some("CountViolation"))), Next::Over(without.0, without.1));
        assert_eq!(decided(late, &shown(None)), Next::Over(ItemState::Done, None));
    }

    #[test]
    fn what_microsoft_accepted_may_show_for_an_hour() {
        let minutes = SignedDuration::from_mins;
        let ended = |ago| Attempt { state: ItemState::Pending, ended_at: Some(NOW - ago), ..Attempt::WAITING };
        assert!(may_yet_show(&ended(minutes(59)), NOW) && !may_yet_show(&ended(minutes(60)), NOW));
        assert!(!may_yet_show(&Attempt { state: ItemState::Done, ..ended(minutes(1)) }, NOW));
    }

    #[test]
    fn what_microsoft_accepted_is_not_written_again_within_that_hour() {
        let again = |ago: SignedDuration| Attempt {
            reason: Some(reason::NOT_SHOWN_YET.into()),
            ended_at: Some(NOW - ago),
            ..intended(SHOWN_WITHIN, 1)
        };
        let (early, late) = (again(SignedDuration::from_mins(59)), again(SHOWN_WITHIN));
        let pending = Next::Over(ItemState::Pending, Some(reason::NOT_SHOWN_YET));
        for undo in [false, true] {
            let (before, after) = if undo { (GONE, held(1)) } else { (held(1), GONE) };
            assert_eq!(decided(undo, &early, None, Some(&before)), pending);
            assert_eq!(decided(undo, &early, Some("consent_lost"), Some(&before)), pending);
            assert_eq!(decided(undo, &early, None, Some(&after)), Next::Over(ItemState::Done, None));
            // Of a licence they have, Microsoft tells that nobody touched it.
            let then = if undo { Next::Over(ItemState::Failed, Some(reason::GONE_AGAIN)) } else { Next::Write };
            assert_eq!(decided(undo, &late, None, Some(&before)), then);
        }
        // Somebody came back meanwhile.
        let back = State { enabled: Some(true), ..held(1) };
        assert_eq!(decided(false, &late, None, Some(&back)), Next::Over(ItemState::Skipped, Some(reason::CHANGED)));
        // Never written, it was not accepted.
        let unwritten = Attempt { writes: 0, intended_at: None, ..early };
        assert_eq!(decided(true, &unwritten, None, Some(&GONE)), Next::Write);
    }

    #[test]
    fn an_undo_puts_back_what_the_fix_left_and_nothing_else() {
        let waits = &Attempt::WAITING;
        assert_eq!(decided(true, waits, None, Some(&GONE)), Next::Write);
        assert_eq!(
            decided(true, waits, None, Some(&held(9))),
            Next::Over(ItemState::Skipped, Some(reason::ALREADY_SO))
        );
        let mut other = held(9);
        other.licences[0].disabled_plans = vec![model::PlanId::literal("efb87545-963c-4e0d-99df-69c6916d9eb0")];
        let theirs = Next::Over(ItemState::Failed, Some(reason::CHANGED_BY_OTHERS));
        assert_eq!(decided(true, waits, None, Some(&other)), theirs);
        assert_eq!(decided(true, waits, None, None), Next::Over(ItemState::Failed, Some(reason::PERSON_GONE)));
        // Others than those it touches are not its business: somebody may have signed in again since.
        let enabled = State { enabled: Some(true), ..GONE };
        assert_eq!(decided(true, waits, None, Some(&enabled)), Next::Write);
    }
}
