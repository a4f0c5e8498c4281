//! Changes in a customer's Microsoft 365: what one does, what it must find, and what undoes it exactly. Pure values;
//! the engine that carries them out reads, compares, writes and reads back (docs/adr/0015).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{GroupId, PlanId, SkuId};

/// A licence type as it is given to somebody directly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Assignment {
    /// The licence type.
    pub sku: SkuId,
    /// Plans of it that are turned off, in Microsoft's order.
    #[schema(max_items = 200)]
    pub disabled_plans: Vec<PlanId>,
}

/// How somebody holds a licence: one row of Graph's `licenseAssignmentStates`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Held {
    /// The licence type.
    pub sku: SkuId,
    /// The group that assigns it; assigned directly when `None`.
    pub group: Option<GroupId>,
    /// Plans of it that are turned off, in Microsoft's order.
    #[schema(max_items = 200)]
    pub disabled_plans: Vec<PlanId>,
    /// Microsoft's code when the assignment is in error, such as `CountViolation`.
    pub error: Option<String>,
    /// When the row last changed, where Microsoft says.
    pub updated: Option<Timestamp>,
}

/// What the directory shows of the one a change is about. Settings of the whole directory have the last field alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct State {
    /// Whether they may sign in (Graph's `accountEnabled`).
    pub enabled: Option<bool>,
    /// How they hold licences.
    #[schema(max_items = 500)]
    pub licences: Vec<Held>,
    /// Groups they are in, of those the change is about.
    #[serde(default)]
    #[schema(max_items = 100, value_type = Vec<GroupId>)]
    pub groups: BTreeSet<GroupId>,
    /// Whether reports hide names (Graph's `displayConcealedNames`).
    pub concealed: Option<bool>,
}

/// One change of one person, or of a setting. Each is one call of Graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Change {
    /// Direct assignments are taken and given in one call, so that an exchange leaves nobody without a mailbox.
    Licences {
        /// Licence types that are taken.
        #[schema(max_items = 100)]
        remove: Vec<SkuId>,
        /// Licence types that are given.
        #[schema(max_items = 100)]
        add: Vec<Assignment>,
    },
    /// They leave a group that gives them licences.
    LeaveGroup {
        /// The group.
        group: GroupId,
    },
    /// They join a group that gives licences.
    JoinGroup {
        /// The group.
        group: GroupId,
    },
    /// They may sign in, or may not.
    SignIn {
        /// Which.
        allowed: bool,
    },
    /// Microsoft works out their licences anew.
    Reprocess,
    /// Reports hide names, or show them.
    ReportNames {
        /// Which.
        concealed: bool,
    },
}

/// How what a directory shows stands to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// As before the change.
    Before,
    /// As the change leaves it.
    After,
    /// Neither: somebody else was here.
    Elsewhere,
}

/// The part of a state that a change touches.
#[derive(Debug, PartialEq, Eq)]
enum Touched {
    Direct(BTreeMap<SkuId, Option<BTreeSet<PlanId>>>),
    Member(bool),
    Enabled(Option<bool>),
    Errors(BTreeSet<(SkuId, Option<GroupId>)>),
    Concealed(Option<bool>),
}

impl State {
    /// A licence somebody holds directly.
    pub fn direct(&self, sku: SkuId) -> Option<&Held> {
        self.licences.iter().find(|held| held.sku == sku && held.group.is_none())
    }
    /// Licence types a group gives them.
    pub fn by_group(&self, group: GroupId) -> BTreeSet<SkuId> {
        self.licences.iter().filter(|held| held.group == Some(group)).map(|held| held.sku).collect()
    }
    /// Licence types whose assignment is in error.
    pub fn failed(&self) -> impl Iterator<Item = SkuId> {
        self.licences.iter().filter(|held| held.error.is_some()).map(|held| held.sku)
    }
    /// Licence types they hold, however.
    pub fn skus(&self) -> BTreeSet<SkuId> {
        self.licences.iter().map(|held| held.sku).collect()
    }
}

impl Change {
    /// What undoes this change where `before` was found; `None` where nothing can.
    pub fn inverse(&self, before: &State) -> Option<Self> {
        Some(match self {
            Self::Licences { remove, add } => {
                let given = add.iter().map(|assignment| assignment.sku);
                let touched = remove.iter().copied().chain(given.clone());
                let held = touched.filter_map(|sku| before.direct(sku));
                Self::Licences {
                    remove: given.filter(|sku| before.direct(*sku).is_none()).collect(),
                    add: held
                        .map(|held| Assignment { sku: held.sku, disabled_plans: held.disabled_plans.clone() })
                        .collect(),
                }
            }
            Self::LeaveGroup { group } => Self::JoinGroup { group: *group },
            Self::JoinGroup { group } => Self::LeaveGroup { group: *group },
            Self::SignIn { .. } => Self::SignIn { allowed: before.enabled? },
            Self::Reprocess => return None,
            Self::ReportNames { .. } => Self::ReportNames { concealed: before.concealed? },
        })
    }

    /// What `before` is once this change is made.
    #[must_use]
    pub fn applied(&self, before: &State) -> State {
        let mut after = before.clone();
        match self {
            Self::Licences { remove, add } => {
                let given = |sku: SkuId| add.iter().any(|assignment| assignment.sku == sku);
                after.licences.retain(|held| held.group.is_some() || !(remove.contains(&held.sku) || given(held.sku)));
                after.licences.extend(add.iter().map(|Assignment { sku, disabled_plans }| Held {
                    sku: *sku,
                    group: None,
                    disabled_plans: disabled_plans.clone(),
                    error: None,
                    updated: None,
                }));
            }
            Self::LeaveGroup { group } => {
                after.groups.remove(group);
                after.licences.retain(|held| held.group != Some(*group));
            }
            // Which licences the group gives then is Microsoft's to say.
            Self::JoinGroup { group } => _ = after.groups.insert(*group),
            Self::SignIn { allowed } => after.enabled = Some(*allowed),
            Self::Reprocess => after.licences.iter_mut().for_each(|held| held.error = None),
            Self::ReportNames { concealed } => after.concealed = Some(*concealed),
        }
        after
    }

    /// How `now` stands to this change, which found `before`. A change that changes nothing stands as made.
    pub fn standing(&self, before: &State, now: &State) -> Standing {
        let touched = self.touched(now);
        // Working licences out anew may leave other errors than before: then it has not helped.
        if matches!(self, Self::Reprocess) && touched != self.touched(&self.applied(before)) {
            return Standing::Before;
        }
        if touched == self.touched(&self.applied(before)) {
            Standing::After
        } else if touched == self.touched(before) {
            Standing::Before
        } else {
            Standing::Elsewhere
        }
    }

    /// Whether `now` is what this change was decided by (guard G8): not only what it touches, but all that speaks for
    /// or against it. Somebody who came back, or has another licence than at the preview, is looked at anew.
    pub fn still_holds(&self, before: &State, now: &State) -> bool {
        // A row in error gives nothing.
        let rows = |state: &State| -> BTreeSet<(SkuId, Option<GroupId>, BTreeSet<PlanId>, bool)> {
            let plans = |held: &Held| held.disabled_plans.iter().copied().collect();
            let row = |held: &Held| (held.sku, held.group, plans(held), held.error.is_some());
            state.licences.iter().map(row).collect()
        };
        let as_it_was = self.touched(before) == self.touched(now);
        match self {
            Self::Licences { .. } => as_it_was && before.enabled == now.enabled && rows(before) == rows(now),
            Self::LeaveGroup { group } | Self::JoinGroup { group } => {
                as_it_was && before.enabled == now.enabled && before.by_group(*group) == now.by_group(*group)
            }
            Self::SignIn { .. } | Self::Reprocess | Self::ReportNames { .. } => as_it_was,
        }
    }

    /// Whether nobody's hand is in what this change touches since `before` was read, not even one that put things back:
    /// Microsoft notes when a row last changed.
    pub fn untouched(&self, before: &State, now: &State) -> bool {
        let Self::Licences { remove, add } = self else { return self.standing(before, now) == Standing::Before };
        let mut touched = remove.iter().copied().chain(add.iter().map(|assignment| assignment.sku));
        let noted = |sku| before.direct(sku).and_then(|held| held.updated);
        let same =
            touched.all(|sku| noted(sku).is_none_or(|at| now.direct(sku).and_then(|held| held.updated) == Some(at)));
        self.standing(before, now) == Standing::Before && same
    }

    /// Licence types whose seats this change takes from somebody.
    pub fn frees<'a>(&'a self, before: &'a State) -> BTreeSet<SkuId> {
        before.skus().difference(&self.applied(before).skus()).copied().collect()
    }

    /// Licence types that somebody has no more once all of these are made, one after the other, from what the first
    /// one found.
    pub fn all_free<'a>(changes: impl IntoIterator<Item = (&'a Self, &'a State)>) -> BTreeSet<SkuId> {
        let (before, after) = Self::around(changes);
        before.difference(&after).copied().collect()
    }

    /// Licence types that somebody has only once all of these are made: what was given instead.
    pub fn all_given<'a>(changes: impl IntoIterator<Item = (&'a Self, &'a State)>) -> BTreeSet<SkuId> {
        let (before, after) = Self::around(changes);
        after.difference(&before).copied().collect()
    }

    /// Licence types of somebody before the first of these changes and after the last.
    fn around<'a>(changes: impl IntoIterator<Item = (&'a Self, &'a State)>) -> (BTreeSet<SkuId>, BTreeSet<SkuId>) {
        let mut changes = changes.into_iter().peekable();
        let before = changes.peek().map(|(_, first)| first.skus()).unwrap_or_default();
        let after =
            changes.fold(None, |at: Option<State>, (change, found)| Some(change.applied(at.as_ref().unwrap_or(found))));
        (before, after.map(|after| after.skus()).unwrap_or_default())
    }

    fn touched(&self, state: &State) -> Touched {
        match self {
            Self::Licences { remove, add } => {
                let skus = remove.iter().copied().chain(add.iter().map(|assignment| assignment.sku));
                let plans = |held: &Held| held.disabled_plans.iter().copied().collect();
                Touched::Direct(skus.map(|sku| (sku, state.direct(sku).map(plans))).collect())
            }
            Self::LeaveGroup { group } | Self::JoinGroup { group } => Touched::Member(state.groups.contains(group)),
            Self::SignIn { .. } => Touched::Enabled(state.enabled),
            Self::Reprocess => {
                let failed = state.licences.iter().filter(|held| held.error.is_some());
                Touched::Errors(failed.map(|held| (held.sku, held.group)).collect())
            }
            Self::ReportNames { .. } => Touched::Concealed(state.concealed),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn sku(n: u8) -> SkuId {
        SkuId(Uuid::from_u128(n.into()))
    }
    fn group(n: u8) -> GroupId {
        GroupId(Uuid::from_u128(u128::from(n) + 1000))
    }
    fn plans(bits: u8) -> Vec<PlanId> {
        (0..4).filter(|bit| bits >> bit & 1 == 1).map(|bit| PlanId(Uuid::from_u128(bit + 2000))).collect()
    }

    fn held() -> impl Strategy<Value = Held> {
        (0..6u8, proptest::option::of(0..3u8), 0..16u8, any::<bool>()).prop_map(|(sku_, group_, bits, failed)| Held {
            sku: sku(sku_),
            group: group_.map(group),
            disabled_plans: plans(bits),
            error: failed.then(|| "CountViolation".into()),
            updated: None,
        })
    }
    fn state() -> impl Strategy<Value = State> {
        (any::<bool>(), proptest::collection::vec(held(), 0..8), any::<bool>()).prop_map(
            |(enabled, rows, concealed)| {
                let mut licences: Vec<Held> = Vec::new();
                for row in rows {
                    if !licences.iter().any(|known| (known.sku, known.group) == (row.sku, row.group)) {
                        licences.push(row);
                    }
                }
                let groups = licences.iter().filter_map(|held| held.group).collect();
                State { enabled: Some(enabled), licences, groups, concealed: Some(concealed) }
            },
        )
    }
    fn change() -> impl Strategy<Value = Change> {
        let licences = (0..64u8, 0..64u8, 0..16u8).prop_map(|(remove, add, bits)| Change::Licences {
            remove: (0..6).filter(|n| remove >> n & 1 == 1 && add >> n & 1 == 0).map(sku).collect(),
            add: (0..6)
                .filter(|n| add >> n & 1 == 1)
                .map(|n| Assignment { sku: sku(n), disabled_plans: plans(bits) })
                .collect(),
        });
        prop_oneof![
            licences,
            (0..3u8).prop_map(|n| Change::LeaveGroup { group: group(n) }),
            any::<bool>().prop_map(|allowed| Change::SignIn { allowed }),
            any::<bool>().prop_map(|concealed| Change::ReportNames { concealed }),
        ]
    }
    /// Rows in an order of their own, without what a change does not restore.
    fn rows(state: &State) -> BTreeSet<(SkuId, Option<GroupId>, Vec<PlanId>)> {
        state.licences.iter().map(|held| (held.sku, held.group, held.disabled_plans.clone())).collect()
    }

    proptest! {
        #[test]
        fn a_change_stands_as_made_after_it_and_only_then(before in state(), change in change()) {
            let after = change.applied(&before);
            prop_assert_eq!(change.standing(&before, &after), Standing::After);
            if after != before && change.touched(&after) != change.touched(&before) {
                prop_assert_eq!(change.standing(&before, &before), Standing::Before);
            }
            prop_assert!(change.still_holds(&before, &before));
        }

        #[test]
        fn the_inverse_puts_back_exactly_what_was_found(before in state(), change in change()) {
            // Joining a group is Microsoft's to work out: held by the tests against the stand-in.
            prop_assume!(!matches!(change, Change::LeaveGroup { .. }));
            let after = change.applied(&before);
            let inverse = change.inverse(&before).unwrap();
            let back = inverse.applied(&after);
            prop_assert_eq!(rows(&back), rows(&before));
            prop_assert_eq!((back.enabled, back.concealed), (before.enabled, before.concealed));
            prop_assert_eq!(inverse.standing(&after, &back), Standing::After);
        }

        #[test]
        fn what_it_does_not_touch_stays(before in state(), change in change()) {
            let Change::Licences { remove, add } = &change else { return Ok(()) };
            let given: Vec<SkuId> = add.iter().map(|assignment| assignment.sku).collect();
            let others = |state: &State| -> BTreeSet<_> {
                rows(state).into_iter().filter(|row| row.1.is_some() || !(remove.contains(&row.0) || given.contains(&row.0))).collect()
            };
            prop_assert_eq!(others(&change.applied(&before)), others(&before));
        }
    }

    #[test]
    fn a_row_that_was_taken_and_given_back_is_somebodys_hand() {
        let row = |at: &str| Held {
            sku: sku(1),
            group: None,
            disabled_plans: Vec::new(),
            error: None,
            updated: Some(at.parse().unwrap()),
        };
        let state = |at: &str| State { enabled: Some(true), licences: vec![row(at)], ..State::default() };
        let (before, again) = (state("2026-01-01T00:00:00Z"), state("2026-11-21T08:00:00Z"));
        let change = Change::Licences { remove: vec![sku(1)], add: Vec::new() };
        assert_eq!(change.standing(&before, &again), Standing::Before);
        assert!(change.untouched(&before, &before) && !change.untouched(&before, &again));
    }

    #[test]
    fn somebody_who_came_back_is_looked_at_anew() {
        let row = Held { sku: sku(1), group: None, disabled_plans: Vec::new(), error: None, updated: None };
        let before = State { enabled: Some(false), licences: vec![row], ..State::default() };
        let now = State { enabled: Some(true), ..before.clone() };
        let change = Change::Licences { remove: vec![sku(1)], add: Vec::new() };
        assert!(!change.still_holds(&before, &now));
        assert_eq!(change.standing(&before, &now), Standing::Before);
    }

    #[test]
    fn a_licence_that_came_into_error_is_looked_at_anew() {
        let direct = Held { sku: sku(1), group: None, disabled_plans: Vec::new(), error: None, updated: None };
        let by_group = Held { group: Some(group(1)), ..direct.clone() };
        let failed = Held { error: Some("CountViolation".into()), ..by_group.clone() };
        let state = |group| State { licences: vec![direct.clone(), group], ..State::default() };
        let change = Change::Licences { remove: vec![sku(1)], add: Vec::new() };
        assert!(change.still_holds(&state(by_group.clone()), &state(by_group.clone())));
        assert!(!change.still_holds(&state(by_group), &state(failed)), "the group would no longer give it");
    }

    #[test]
    fn a_seat_is_free_only_when_no_group_gives_it_as_well() {
        let direct = Held { sku: sku(1), group: None, disabled_plans: Vec::new(), error: None, updated: None };
        let by_group = Held { group: Some(group(1)), ..direct.clone() };
        let change = Change::Licences { remove: vec![sku(1)], add: Vec::new() };
        let alone = State { licences: vec![direct.clone()], ..State::default() };
        let both = State { licences: vec![direct, by_group], ..alone.clone() };
        assert_eq!(change.frees(&alone), BTreeSet::from([sku(1)]));
        assert_eq!(change.frees(&both), BTreeSet::new());
    }

    #[test]
    fn a_seat_that_two_groups_give_is_free_once_both_are_left() {
        let by =
            |n| Held { sku: sku(1), group: Some(group(n)), disabled_plans: Vec::new(), error: None, updated: None };
        let both = State { licences: vec![by(1), by(2)], ..State::default() };
        let second = State { licences: vec![by(2)], ..State::default() };
        let leave = [1, 2].map(|n| Change::LeaveGroup { group: group(n) });
        let free = |steps: &[(usize, &State)]| Change::all_free(steps.iter().map(|(at, found)| (&leave[*at], *found)));
        assert_eq!(free(&[(0, &both)]), BTreeSet::new());
        // Whether the second was read before the first was made or after it.
        assert_eq!(free(&[(0, &both), (1, &both)]), BTreeSet::from([sku(1)]));
        assert_eq!(free(&[(0, &both), (1, &second)]), BTreeSet::from([sku(1)]));
        assert_eq!(free(&[]), BTreeSet::new());
    }

    #[test]
    fn what_is_given_is_what_somebody_did_not_have_before_and_has_at_the_end() {
        let held = |n| Held { sku: sku(n), group: None, disabled_plans: Vec::new(), error: None, updated: None };
        let before = State { licences: vec![held(1), held(2)], ..State::default() };
        let give = |n| Assignment { sku: sku(n), disabled_plans: Vec::new() };
        let swap = Change::Licences { remove: vec![sku(1)], add: vec![give(2), give(3), give(4)] };
        let take = Change::Licences { remove: vec![sku(4)], add: Vec::new() };
        let given = |changes: &[&Change]| Change::all_given(changes.iter().map(|change| (*change, &before)));
        assert_eq!(given(&[&swap]), BTreeSet::from([sku(3), sku(4)]));
        assert_eq!(given(&[&swap, &take]), BTreeSet::from([sku(3)]));
        assert_eq!(given(&[&take]), BTreeSet::new());
    }
}
