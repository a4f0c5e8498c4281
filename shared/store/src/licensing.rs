//! What a company has bought, and what it pays: one place where the last scan's licence types meet the prices of today.

use checks::{
    Licensing,
    facts::{Sku, Subscription},
};
use flate2::read::DeflateDecoder;

use crate::{Company, Licenses, Result, StoreError, Tenant, Terms};

impl Tenant<'_> {
    /// Licence types, subscriptions and prices; `None` before the first scan finished.
    pub async fn licensing(&self) -> Result<Option<Licensing>> {
        self.licensing_by(&self.terms().await?).await
    }

    /// The same for who has read the company's terms already.
    pub async fn licensing_by(&self, terms: &Terms) -> Result<Option<Licensing>> {
        let Some(stored) = self.get::<Licenses>(&()).await? else { return Ok(None) };
        let corrupt = |cause: String| StoreError::Corrupt { kind: "licenses", cause };
        let company = self.get::<Company>(&()).await?.ok_or_else(|| corrupt("of no company".into()))?;
        let (skus, subscriptions): (Vec<Sku>, Vec<Subscription>) =
            serde_json::from_reader(DeflateDecoder::new(stored.value.body.as_slice()))
                .map_err(|error| corrupt(error.to_string()))?;
        let prices = terms.price_list(company.value.currency);
        Ok(Some(Licensing { skus, subscriptions, prices }))
    }
}
