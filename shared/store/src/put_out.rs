//! Who was put out of a company or left it, by all that they could come back as (C8): the user, and the work accounts and
//! addresses that they have or had. Nobody of them comes back by signing in with Microsoft; an invitation lets in again,
//! and so does whoever lets a deactivated member in. What writes, asks and lifts is here and nowhere else.

use std::{cmp::Reverse, iter};

use jiff::Timestamp;
use model::{DirectoryId, InvitationId, UserId};

use crate::{
    Commit, Removed, Result, Tenant, Whom, WorkAccount,
    commit::Condition,
    key::{Collection, Key},
    records::TenantRecord,
};

/// Most work accounts of one person that are kept out: what a transaction holds easily beside what else it writes.
const ACCOUNTS_MOST: usize = 10;

impl Tenant<'_> {
    /// All that a user with these addresses could come back as. A work account that was unlinked is one of them: it goes
    /// to another user with a few clicks. That of `own`, the company's directory, comes first, for people join with it;
    /// then those that sign in, then the latest.
    pub(crate) async fn ways_back(
        &self,
        user: UserId,
        addresses: &[InvitationId],
        own: Option<DirectoryId>,
    ) -> Result<Vec<Whom>> {
        let mut accounts = self.store().known_work_accounts(user).await?;
        accounts.sort_by_key(|account| (Some(account.directory) != own, !account.linked, Reverse(account.since)));
        let mut persons: Vec<Whom> = Vec::new();
        for WorkAccount { directory, person, .. } in accounts {
            let whom = Whom::Person { directory, person };
            // One that was unlinked is found twice, and no item stands twice in one transaction.
            if persons.len() < ACCOUNTS_MOST && !persons.contains(&whom) {
                persons.push(whom);
            }
        }
        let addresses = addresses.iter().map(|address| Whom::Address { invitation: *address });
        Ok(iter::once(Whom::User { user }).chain(addresses).chain(persons).collect())
    }

    /// Whether one of these was put out here.
    pub(crate) async fn was_put_out(&self, whom: &[Whom]) -> Result<bool> {
        let root = Collection::Root.partition(self.id(), None);
        let keys: Vec<Key> = whom.iter().map(|whom| Key::new(root.as_str(), Removed::sort_key(whom))).collect();
        Ok(self.store().get_many(&keys, true).await?.iter().any(Option::is_some))
    }

    /// The version that the membership of a user who was put out ended at; `None` for everybody else.
    pub(crate) async fn put_out_at(&self, user: UserId) -> Result<Option<u64>> {
        Ok(self.get_strong::<Removed>(&Whom::User { user }).await?.map(|removed| removed.value.mver))
    }
}

impl Commit {
    /// Keeps these out from `at` on, their membership ended at the version `mver`.
    pub(crate) fn put_out(self, whom: &[Whom], at: Timestamp, mver: u64) -> Self {
        whom.iter().fold(self, |change, whom| change.overwrite(&Removed { whom: *whom, at, mver }))
    }

    /// Keeps these out no longer.
    pub(crate) fn let_in(self, whom: &[Whom]) -> Self {
        whom.iter().fold(self, Self::delete::<Removed>)
    }

    /// Holds while none of these is put out.
    pub(crate) fn unless_put_out(self, whom: &[Whom]) -> Self {
        whom.iter().fold(self, |change, whom| change.check::<Removed>(whom, Condition::absent(), "removed"))
    }
}
