//! Limits at the edge: whom they count against is a source address, an account or a tenant, never a client's header
//! (F101, C18).

use store::{Limit, Store};

use crate::{Client, Error, Result};

/// Counts one against `limit` for `whom`.
///
/// # Errors
/// 429 with the time to wait; 503 when the table does not answer: what is limited fails closed.
pub async fn within(store: &Store, limit: Limit, whom: &str) -> Result<()> {
    let allowance = store.allow(limit, whom).await?;
    if allowance.left.is_some() { Ok(()) } else { Err(Error::limited(allowance)) }
}

/// Counts one against `limit` for the caller's address. Without one, as between processes of one machine, nothing is
/// counted.
///
/// # Errors
/// As [`within`].
pub async fn within_by_address(store: &Store, limit: Limit, client: &Client) -> Result<()> {
    match client.network() {
        Some(network) => within(store, limit, &network).await,
        None => Ok(()),
    }
}
