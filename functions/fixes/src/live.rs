//! What the directory shows now of those a fix is about.

use std::collections::{BTreeMap, BTreeSet};

use checks::{CheckId, outcome::Affected};
use graph::{
    Directory, Error,
    now::{GroupNow, PersonNow},
};
use model::{Change, GroupId, Held, PersonId, SkuId, State};
use store::Action;

use crate::{
    back::{self, SignIns},
    doubt,
};

/// Whom or what a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// Somebody.
    Person(PersonId),
    /// A setting of the directory.
    Directory,
}

impl About {
    /// Of a change's person.
    pub fn of(person: Option<PersonId>) -> Self {
        person.map_or(Self::Directory, Self::Person)
    }
}

/// The state of each, in the order asked for; `None` for somebody who is gone.
///
/// # Errors
/// When anything of it cannot be read: a change decided on half a state would be a guess.
pub async fn states(directory: &Directory, changes: &[(About, &Change)]) -> Result<Vec<Option<State>>, Error> {
    let people: BTreeSet<PersonId> = changes.iter().filter_map(|(about, _)| person_of(*about)).collect();
    let people: Vec<PersonId> = people.into_iter().collect();
    let mut states = BTreeMap::new();
    for (person, now) in people.iter().zip(directory.people_now(&people).await?) {
        if let Some(now) = there(now)? {
            states.insert(About::Person(*person), state(&now));
        }
    }
    let pairs: Vec<(GroupId, PersonId)> = changes.iter().filter_map(|(about, change)| pair(*about, change)).collect();
    if !pairs.is_empty() {
        for ((group, person), member) in pairs.iter().zip(directory.members_now(&pairs).await?) {
            if member? && let Some(state) = states.get_mut(&About::Person(*person)) {
                state.groups.insert(*group);
            }
        }
    }
    if changes.iter().any(|(about, _)| *about == About::Directory) {
        let concealed = directory.report_settings().await?.display_concealed_names;
        states.insert(About::Directory, State { concealed, ..State::default() });
    }
    Ok(changes.iter().map(|(about, _)| states.get(about).cloned()).collect())
}

/// Groups as they are now, without those that are gone.
///
/// # Errors
/// When one cannot be read for another reason.
pub async fn groups(directory: &Directory, which: BTreeSet<GroupId>) -> Result<BTreeMap<GroupId, GroupNow>, Error> {
    let which: Vec<GroupId> = which.into_iter().collect();
    let mut groups = BTreeMap::new();
    for group in directory.groups_now(&which).await? {
        if let Some(group) = there(group)? {
            groups.insert(group.id, group);
        }
    }
    Ok(groups)
}

/// What was asked for, or nothing where it is gone.
fn there<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Err(Error::NotFound(_)) => Ok(None),
        other => other.map(Some),
    }
}

const fn person_of(about: About) -> Option<PersonId> {
    match about {
        About::Person(person) => Some(person),
        About::Directory => None,
    }
}

fn pair(about: About, change: &Change) -> Option<(GroupId, PersonId)> {
    match change {
        Change::LeaveGroup { group } | Change::JoinGroup { group } => Some((*group, person_of(about)?)),
        _ => None,
    }
}

/// Somebody's state, without groups.
pub fn state(now: &PersonNow) -> State {
    let held = now.assignments.iter().map(|assignment| Held {
        sku: assignment.sku,
        group: assignment.group,
        disabled_plans: assignment.disabled_plans.clone(),
        error: assignment.error.clone(),
        updated: assignment.updated,
    });
    State { enabled: now.enabled, licences: held.collect(), ..State::default() }
}

/// What is known of everybody a fix is about, as the directory says now.
#[derive(Debug, Default)]
pub struct Live {
    /// Everybody it is about who is there.
    pub people: BTreeMap<PersonId, PersonNow>,
    /// Groups that give them what it changes.
    pub groups: BTreeMap<GroupId, GroupNow>,
    /// Who is in those groups directly, where it takes them out.
    pub members: BTreeSet<(GroupId, PersonId)>,
    /// Who holds a role; `None` where Microsoft does not tell.
    pub administrators: Option<BTreeSet<PersonId>>,
    /// Free seats of licence types, where some are given or taken; negative where more are in use than there are.
    pub free: BTreeMap<SkuId, i64>,
    /// When they last signed in, where it is about that.
    pub sign_ins: SignIns,
    /// Whether usage reports hide names, where it is about that.
    pub concealed: Option<bool>,
}

impl Live {
    /// Asks for what `action` has to know.
    ///
    /// # Errors
    /// When anything of it cannot be read, but for who is gone and which groups are.
    pub async fn of(
        directory: &Directory,
        action: Action,
        check: Option<CheckId>,
        affected: &[Affected],
    ) -> Result<Self, Error> {
        let ids: Vec<PersonId> = affected.iter().map(|person| person.person).collect();
        let mut live = Self::default();
        if action == Action::RevealReportNames {
            live.concealed = directory.report_settings().await?.display_concealed_names;
            return Ok(live);
        }
        for (person, now) in ids.iter().zip(directory.people_now(&ids).await?) {
            if let Some(now) = there(now)? {
                live.people.insert(*person, now);
            }
        }
        let touched: BTreeSet<SkuId> = affected.iter().flat_map(|one| one.skus.iter().map(|sku| sku.sku)).collect();
        let by_group = |person: &PersonNow| -> Vec<GroupId> {
            let rows = person.assignments.iter().filter(|row| touched.contains(&row.sku));
            rows.filter_map(|row| row.group).collect()
        };
        let giving: BTreeSet<GroupId> = live.people.values().flat_map(by_group).collect();
        live.groups = groups(directory, giving).await?;
        if action == Action::LeaveGroup {
            let pairs: BTreeSet<(GroupId, PersonId)> =
                live.people.values().flat_map(|p| by_group(p).into_iter().map(|group| (group, p.id))).collect();
            let pairs: Vec<_> = pairs.into_iter().collect();
            for (pair, member) in pairs.iter().zip(directory.members_now(&pairs).await?) {
                if member? {
                    live.members.insert(*pair);
                }
            }
        }
        if back::matters(check, action) {
            let there: Vec<PersonId> = live.people.keys().copied().collect();
            live.sign_ins = back::sign_ins(directory, &there).await?;
        }
        if matches!(action, Action::Remove | Action::Swap | Action::LeaveGroup) {
            for sku in directory.subscribed_skus().await?.into_iter().filter_map(graph::facts::sku) {
                let usable = i64::from(sku.seats.enabled) + i64::from(sku.seats.warning);
                live.free.insert(sku.id, usable - i64::from(sku.consumed));
            }
        }
        // Where Microsoft does not tell, nobody is known to be an administrator, and that is to be confirmed.
        live.administrators = doubt::administrators(directory).await?;
        Ok(live)
    }
}
