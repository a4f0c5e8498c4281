//! What days looked like and which seats were given back, read together.

use jiff::civil::Date;

use crate::{
    Result, SeatChange, Snapshot, Tenant,
    db::{decode, key_of},
    key::Collection,
    records::TenantRecord,
};

impl Tenant<'_> {
    /// The days from `first` on, oldest first, and every change of seats, in one read: in their partition nothing lies
    /// between them but the ledgers, one a licence type. Days after those that are wanted come along; nearly always
    /// there are none.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn trend(&self, first: Date) -> Result<(Vec<Snapshot>, Vec<SeatChange>)> {
        let partition = Collection::Trend.partition(self.id(), None);
        // Whatever begins with the prefix sorts before this.
        let last = format!("{}~", SeatChange::PREFIX);
        let (mut days, mut changes) = (Vec::new(), Vec::new());
        for item in self.store().between(&partition, &Snapshot::sort_key(&first), &last, false).await? {
            let sort_key = key_of(&item).map(|key| key.sk).unwrap_or_default();
            if sort_key.starts_with(Snapshot::PREFIX) {
                days.push(decode(Snapshot::KIND, item)?);
            } else if sort_key.starts_with(SeatChange::PREFIX) {
                changes.push(decode(SeatChange::KIND, item)?);
            }
        }
        Ok((days, changes))
    }
}
