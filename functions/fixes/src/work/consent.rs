//! Consent that a fix finds withdrawn: the company is told at once, since no scan may come for a day.

use model::{DirectoryId, Event, Tier};
use store::{Commit, Conflict, Connection, ConnectionState, Schedule, StoreError, Versioned};

use super::{Stop, Work};
use crate::reason;

impl Work<'_> {
    /// Consent to write was withdrawn: the company is told, and reading goes on.
    pub(super) async fn end_tier(&self, mut connection: Versioned<Connection>) -> Result<(), Stop> {
        let directory = connection.value.directory;
        connection.value.tiers.remove(&Tier::LicenceWriter);
        let event =
            Event::TierEnded { directory, tier: Tier::LicenceWriter, reason: Some(reason::CONSENT_LOST.into()) };
        match self.tenant.commit(Commit::new().replace(&connection).event(event)?).await {
            // Somebody changed the connection meanwhile: what it is now is looked at by whoever comes next.
            Ok(_) | Err(StoreError::Conflict(Conflict::Version)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Consent to read was withdrawn: the connection says why, and its schedule stops, as when a scan finds it.
    pub(super) async fn end_connection(&self, directory: DirectoryId, code: String) -> Result<(), Stop> {
        let connection = self.tenant.get_strong::<Connection>(&()).await?;
        let (Some(mut connection), Some(mut schedule)) = (connection, self.tenant.get_strong::<Schedule>(&()).await?)
        else {
            return Ok(());
        };
        let still = connection.value.state == ConnectionState::Connected && connection.value.directory == directory;
        if !still {
            return Ok(());
        }
        connection.value.state = ConnectionState::ConsentLost;
        connection.value.reason = Some(code.clone());
        connection.value.since = self.now();
        schedule.value.on = false;
        let event = Event::ConnectionLost { directory, reason: code };
        match self.tenant.commit(Commit::new().replace(&connection).replace(&schedule).event(event)?).await {
            // As above.
            Ok(_) | Err(StoreError::Conflict(Conflict::Version)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
