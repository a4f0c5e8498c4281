//! What the directory shows now of those a fix is about.

use std::collections::{BTreeMap, BTreeSet};

use graph::{Directory, Error, now::PersonNow};
use model::{Change, GroupId, Held, PersonId, State};

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
        match now {
            Ok(now) => _ = states.insert(About::Person(*person), state(&now)),
            Err(Error::NotFound(_)) => {}
            Err(error) => return Err(error),
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
