//! What to look at before licences are taken from people or exchanged.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalogue::people,
    evaluation::Context,
    outcome::{Guard, GuardId},
    plans::Feature,
};

/// A change to more than this part of the licensed people needs a typed confirmation (G6), in percent.
const CONFIRM_ABOVE_PERCENT: u64 = 10;

/// What to look at before a change to `count` people, of `licensed` with a paid licence.
pub(crate) fn guards(
    count: u32,
    licensed: u32,
    context: &Context,
    guarded: &BTreeMap<GuardId, u32>,
    lost: BTreeSet<Feature>,
) -> Vec<Guard> {
    let mut guards = Vec::new();
    let mut guard = |id, people, text: String, lost| guards.push(Guard { id, text, people, lost });
    let has = |id| guarded.get(&id).copied();
    if let Some(n) = has(GuardId::G1) {
        let text = format!(
            "{} got a licence from a group. It is taken back by leaving the group, which may also give access to \
             files and apps.",
            people(n)
        );
        guard(GuardId::G1, n, text, vec![]);
    }
    if let Some(n) = has(GuardId::G2) {
        let text = format!(
            "For {} the mailbox is above 50 GB, has an archive, or it is not known what it is for. A shared mailbox \
             needs a licence above 50 GB, with an archive or on legal hold, and only then.",
            people(n)
        );
        guard(GuardId::G2, n, text, vec![]);
    }
    if let Some(n) = has(GuardId::G3) {
        let text = "A legal hold or retention on a mailbox cannot be seen from here. Content on hold cannot be opened \
                    while the mailbox has no licence."
            .into();
        guard(GuardId::G3, n, text, vec![]);
    }
    match (has(GuardId::G4), &context.directory.administrators) {
        (Some(n), _) => {
            let text = format!("{} may change your Microsoft 365 as administrators. Ask them first.", people(n));
            guard(GuardId::G4, n, text, vec![]);
        }
        (None, Ok(_)) => {}
        (None, Err(_)) => {
            let text = "It is not known who is an administrator. People in your exclusion list are already left out.";
            guard(GuardId::G4, count, text.into(), vec![]);
        }
    }
    if let Some(n) = has(GuardId::G5) {
        let text = format!("{} have licences that may depend on each other: take them back together.", people(n));
        guard(GuardId::G5, n, text, vec![]);
    }
    let tenth = u64::from(count) * 100 > u64::from(licensed) * CONFIRM_ABOVE_PERCENT;
    if tenth || count > context.settings.confirm_above_people {
        let text = format!("This concerns {} of {} with a licence.", people(count), licensed);
        guard(GuardId::G6, count, text, vec![]);
    }
    if !lost.is_empty() {
        let words: Vec<&str> = lost.iter().map(|feature| feature.words()).collect();
        let text = format!("Somebody loses: {}.", words.join(", "));
        guard(GuardId::G7, count, text, lost.into_iter().collect());
    }
    let text = format!("This is as of {}. Look at a person again just before a change.", context.today);
    guard(GuardId::G8, count, text, vec![]);
    guards
}

/// What to look at before a change that takes nothing from anybody.
pub(crate) fn fresh(count: u32, context: &Context) -> Guard {
    let text = format!("This is as of {}. Look at a person again just before a change.", context.today);
    Guard { id: GuardId::G8, text, people: count, lost: vec![] }
}
