//! What it costs at the table to let Steward change things, and to take that back.

use model::DirectoryId;
use tests::{Answer, Client};

/// Measures on a company that is connected to `directory`. The way there is that of connecting, measured already.
pub(crate) async fn measure(owner: &Client<'_>, directory: DirectoryId, note: &mut impl FnMut(&str, &Answer, u16)) {
    owner.let_change(directory).await;
    note("microsoft-end-tier", &owner.delete("/v1/microsoft/tiers/licence_writer").await, 200);
}
