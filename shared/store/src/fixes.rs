//! Fixes under way: one at a time in a tenant, fenced by the version of its lane (docs/adr/0015).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::FixId;

use crate::{
    Conflict, Fix, FixEnd, FixPart, FixState, FixWaits, Lane, Result, StoreError, Tenant, TenantScope, Versioned,
    commit::{Condition, What, item_of, versioned},
    key::Key,
    records::TenantRecord,
};

/// A fix the sweep is to look at.
#[derive(Debug, Clone)]
pub struct FixDue {
    /// The right to its tenant's data, as Steward itself.
    pub scope: TenantScope,
    /// Which.
    pub fix: FixId,
}

impl Tenant<'_> {
    /// Takes the lane for a fix and shuts out whoever had it for the same; `None` while another fix has it that is
    /// under way: then [`Self::next_fix`] names this one at the other's end.
    ///
    /// # Errors
    /// [`Conflict::Version`] when somebody else took it at the same moment.
    pub async fn take_lane(&self, fix: FixId) -> Result<Option<Versioned<Lane>>> {
        let first = self.try_lane(fix).await;
        if !matches!(first, Ok(None) | Err(StoreError::Conflict(Conflict::Version))) {
            return first;
        }
        self.save(&FixWaits { fix }).await?;
        // Another delivery of the same was faster.
        if first.is_err() && self.get_strong::<Lane>(&()).await?.is_some_and(|lane| lane.value.fix == Some(fix)) {
            return first;
        }
        // Whoever ended before that was kept found none that waits.
        self.try_lane(fix).await
    }

    async fn try_lane(&self, fix: FixId) -> Result<Option<Versioned<Lane>>> {
        let lane = self.get_strong::<Lane>(&()).await?;
        let (holder, version) = lane.map_or((None, 0), |lane| (lane.value.fix, lane.version));
        if let Some(other) = holder.filter(|holder| *holder != fix) {
            // One that was called off as it began left the lane taken.
            let other = self.get_strong::<Fix>(&other).await?;
            if other.is_some_and(|other| other.value.state.is_under_way()) {
                return Ok(None);
            }
        }
        self.checkpoint(&Versioned { value: Lane { fix: Some(fix) }, version }).await.map(Some)
    }

    /// These fixes as they are now, at most a hundred; one that is not there is left out.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn fixes(&self, which: BTreeSet<FixId>) -> Result<BTreeMap<FixId, Fix>> {
        let pk = Fix::COLLECTION.partition(self.scope.tenant(), None);
        let keys: Vec<Key> = which.iter().map(|fix| Key::new(pk.as_str(), Fix::sort_key(fix))).collect();
        let found = self.store.get_many(&keys, true).await?.into_iter().flatten();
        found.map(|item| versioned::<Fix>(item).map(|fix| (fix.value.fix, fix.value))).collect()
    }

    /// Fixes that ended after a moment, or whose undo did: for whoever has the lane, all others that wrote since. What
    /// ended before is not read.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn ended_since(&self, since: Timestamp) -> Result<BTreeSet<FixId>> {
        const AT_ONCE: u32 = 50;
        let pk = FixEnd::COLLECTION.partition(self.scope.tenant(), None);
        let (mut ended, mut start) = (BTreeSet::new(), None);
        loop {
            let (items, last) = self.store.query(&pk, FixEnd::PREFIX, start, Some(AT_ONCE), true, true).await?;
            for item in items {
                let end = versioned::<FixEnd>(item)?.value;
                if end.at <= since {
                    return Ok(ended);
                }
                ended.insert(end.fix);
            }
            if last.is_none() {
                return Ok(ended);
            }
            start = last;
        }
    }

    /// The items of a fix as they are now.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn fix_parts(&self, fix: FixId) -> Result<Vec<Versioned<FixPart>>> {
        let pk = FixPart::COLLECTION.partition(self.scope.tenant(), None);
        let prefix = format!("{}{fix}#", FixPart::PREFIX);
        let (items, _) = self.store.query(&pk, &prefix, None, None, false, true).await?;
        items.into_iter().map(versioned).collect()
    }

    /// Writes the progress of what the lane is held for, if it still is.
    ///
    /// # Errors
    /// [`Conflict::Version`] when somebody else has taken the lane or written the record.
    pub async fn keep_in_lane<T: TenantRecord + Clone>(
        &self,
        lane: &Versioned<Lane>,
        record: &Versioned<T>,
    ) -> Result<Versioned<T>> {
        let partition = |collection: crate::Collection| collection.partition(self.scope.tenant(), None);
        let version = record.version + 1;
        let put = What::Put { item: item_of(&record.value, version)?, condition: Condition::version(record.version) };
        let check = What::Check { condition: Condition::version(lane.version) };
        let actions = vec![
            (Key::new(partition(T::COLLECTION), T::sort_key(&record.value.id())), put, Conflict::Version),
            (Key::new(partition(Lane::COLLECTION), Lane::sort_key(&())), check, Conflict::Version),
        ];
        self.store.transact(actions).await?;
        Ok(Versioned { value: record.value.clone(), version })
    }

    /// The oldest fix that found the lane taken and waits for it still. They are few: whoever has the lane keeps it for
    /// minutes.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn next_fix(&self) -> Result<Option<FixId>> {
        let mut next: Option<FixId> = None;
        for FixWaits { fix } in self.all_strong::<FixWaits>().await?.into_iter().map(|noted| noted.value) {
            let state = self.get_strong::<Fix>(&fix).await?.map(|fix| fix.value.state);
            if matches!(state, Some(FixState::Queued | FixState::UndoQueued)) {
                next = next.or(Some(fix));
            } else {
                self.remove::<FixWaits>(&fix).await?;
            }
        }
        Ok(next)
    }
}
