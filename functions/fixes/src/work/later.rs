//! What later fixes did again. An undo puts back what its own fix changed, and not what was decided after that: of a
//! licence that came back and was taken again, the fix that took it last has the undo. Otherwise an undo that waits for
//! Microsoft while another fix comes between would give it back a second time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{Change, PersonId, SkuId};
use store::{Action, Fix, FixItem, ItemState};

use super::{Stop, Work};

/// Changes of other fixes that stand, by whom they are about, with when they were made.
#[derive(Default)]
pub(super) struct Later(BTreeMap<Option<PersonId>, Vec<(Timestamp, Change)>>);

impl Later {
    /// Whether what an item did was done again after it.
    pub(super) fn did(&self, item: &FixItem) -> bool {
        let own = item.attempt.intended_at;
        let mut made = self.0.get(&item.person).into_iter().flatten();
        made.any(|(at, change)| Some(*at) > own && same(change, &item.change))
    }
}

impl Work<'_> {
    /// What was done since this fix began, to those of whom something is to be put back. The lane is ours, so nothing
    /// is being added, and whatever wrote has ended.
    pub(super) async fn done_since(&self) -> Result<Later, Stop> {
        let own = &self.fix.value;
        let open = || self.items().filter(|(undo, _)| undo.state.is_open()).map(|(_, item)| item);
        let ours: BTreeSet<Option<PersonId>> = open().map(|item| item.person).collect();
        let mut later = Later::default();
        let Some(first) = open().filter_map(|item| item.attempt.intended_at).min() else { return Ok(later) };
        let mut since = self.tenant.ended_since(first).await?;
        since.remove(&own.fix);
        for other in since {
            let Some(other) = self.tenant.get_strong::<Fix>(&other).await?.map(|other| other.value) else { continue };
            let elsewhere = other.directory.zip(own.directory).is_some_and(|(theirs, own)| theirs != own);
            if elsewhere || !alike(other.action, own.action) {
                continue;
            }
            for part in self.tenant.fix_parts(other.fix).await? {
                let items = part.value.items.into_iter();
                for item in items.filter(|item| ours.contains(&item.person) && stands(item)) {
                    let made = item.attempt.intended_at.map(|at| (at, item.change));
                    later.0.entry(item.person).or_default().extend(made);
                }
            }
        }
        Ok(later)
    }
}

/// Whether what two fixes do can be the same.
fn alike(one: Action, other: Action) -> bool {
    let licences = |action| matches!(action, Action::Remove | Action::Swap | Action::RemoveDirect);
    one == other || (licences(one) && licences(other))
}

/// Whether a change was made, or may have been, and its undo has not come to an end.
fn stands(item: &FixItem) -> bool {
    use ItemState::{Done, Intended, Pending, Written};
    let made = matches!(item.attempt.state, Intended | Written | Done | Pending);
    made && item.undo.as_ref().is_none_or(|undo| undo.state.is_open() || undo.state == Pending)
}

/// Whether two changes bring about some of the same.
fn same(one: &Change, other: &Change) -> bool {
    match (one, other) {
        (Change::Licences { remove, add }, Change::Licences { remove: taken, add: given }) => {
            let gave = |sku: SkuId| given.iter().any(|other| other.sku == sku);
            remove.iter().any(|sku| taken.contains(sku)) || add.iter().any(|one| gave(one.sku))
        }
        _ => one == other,
    }
}
