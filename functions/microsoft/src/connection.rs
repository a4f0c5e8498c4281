//! The connection as members see it.

use jiff::Timestamp;
use model::{DirectoryId, Tier};
use serde::{Deserialize, Serialize};
use store::{Connection, ConnectionState, Grant};
use utoipa::ToSchema;

use crate::permissions::{PermissionView, ReadView};

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
    /// All of it in words: what is read with each permission, and why.
    #[schema(max_items = 100)]
    pub reads: Vec<ReadView>,
    /// What Steward may be allowed to change beside reading, and whether it is.
    #[schema(max_items = 8)]
    pub tiers: Vec<TierView>,
}

/// One tier of changing things: consented to by itself, at an app of its own.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TierView {
    /// Which.
    pub tier: Tier,
    /// Whether an administrator agreed to it.
    pub granted: bool,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What it asks for.
    #[schema(max_items = 64)]
    pub permissions: Vec<PermissionView>,
}

impl TierView {
    /// `None` for a tier that changes nothing yet.
    fn of(tier: Tier, grant: Option<&Grant>) -> Option<Self> {
        let granted = grant.map(|grant| grant.granted.as_slice()).unwrap_or_default();
        let view = |optional: bool| move |name: &str| PermissionView::of(name, granted, optional);
        let permissions: Vec<_> = graph::writer_permissions(tier).into_iter().map(view(false)).collect();
        let optional = graph::optional_permissions(tier).into_iter().map(view(true));
        (!permissions.is_empty()).then(|| Self {
            tier,
            granted: grant.is_some(),
            since: grant.map(|grant| grant.since),
            permissions: permissions.into_iter().chain(optional).collect(),
        })
    }
}

impl ConnectionView {
    /// Of what is kept; nothing kept is disconnected.
    pub fn of(connection: Option<Connection>) -> Self {
        let tier = |&tier: &Tier| TierView::of(tier, connection.as_ref().and_then(|c| c.tiers.get(&tier)));
        let tiers = Tier::ALL.iter().filter_map(tier).collect();
        match connection {
            Some(c) => Self {
                state: c.state,
                directory: Some(c.directory),
                name: Some(c.name),
                reason: c.reason,
                since: Some(c.since),
                reads: ReadView::all(&c.granted),
                granted: c.granted,
                missing: c.missing,
                tiers,
            },
            None => Self {
                state: ConnectionState::Disconnected,
                directory: None,
                name: None,
                reason: None,
                since: None,
                granted: Vec::new(),
                missing: Vec::new(),
                reads: ReadView::all(&[]),
                tiers,
            },
        }
    }
}
