//! The connection as members see it.

use jiff::Timestamp;
use model::DirectoryId;
use serde::{Deserialize, Serialize};
use store::{Connection, ConnectionState};
use utoipa::ToSchema;

/// Whether and how Microsoft 365 is connected.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ConnectionView {
    /// Where it is.
    pub state: ConnectionState,
    /// The directory, once there was one.
    pub directory: Option<DirectoryId>,
    /// Its name as Microsoft gives it: show it as text only.
    #[schema(example = "Northwind Ltd")]
    pub name: Option<String>,
    /// Microsoft's code when consent was lost.
    #[schema(example = "AADSTS700016")]
    pub reason: Option<String>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What Steward may read.
    #[schema(max_items = 100)]
    pub granted: Vec<String>,
    /// What it asked for and did not get; checks that need it say so.
    #[schema(max_items = 100)]
    pub missing: Vec<String>,
}

impl ConnectionView {
    /// Of what is kept; nothing kept is disconnected.
    pub fn of(connection: Option<Connection>) -> Self {
        match connection {
            Some(c) => Self {
                state: c.state,
                directory: Some(c.directory),
                name: Some(c.name),
                reason: c.reason,
                since: Some(c.since),
                granted: c.granted,
                missing: c.missing,
            },
            None => Self {
                state: ConnectionState::Disconnected,
                directory: None,
                name: None,
                reason: None,
                since: None,
                granted: Vec::new(),
                missing: Vec::new(),
            },
        }
    }
}
