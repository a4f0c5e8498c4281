//! What the company has bought, as of its last scan.

use api::{Error, Result};
use checks::facts::{Sku, Subscription};
use flate2::read::DeflateDecoder;
use store::{Company, Licenses, Tenant};

/// Licence types and subscriptions; none before the first scan.
///
/// # Errors
/// When the table does not answer.
pub async fn bought(tenant: &Tenant<'_>) -> Result<(Vec<Sku>, Vec<Subscription>)> {
    let Some(stored) = tenant.get::<Licenses>(&()).await? else { return Ok((Vec::new(), Vec::new())) };
    serde_json::from_reader(DeflateDecoder::new(stored.value.body.as_slice())).map_err(Error::internal)
}

/// The company.
///
/// # Errors
/// When the table does not answer.
pub async fn company(tenant: &Tenant<'_>) -> Result<Company> {
    Ok(tenant.get::<Company>(&()).await?.ok_or_else(Error::not_found)?.value)
}
