//! What a company has bought, and what it pays: one place where the last scan's licence types meet the prices of today.

use checks::{
    Licensing,
    facts::{Sku, Subscription},
};

use crate::{Company, Licenses, Result, StoreError, Tenant, Terms, records::TenantRecord};

impl Tenant<'_> {
    /// Licence types and subscriptions; none before the first scan finished.
    pub async fn bought(&self) -> Result<(Vec<Sku>, Vec<Subscription>)> {
        self.get::<Licenses>(&()).await?.map_or_else(|| Ok(Default::default()), |stored| stored.value.open())
    }

    /// Licence types, subscriptions and prices; `None` before the first scan finished.
    pub async fn licensing(&self) -> Result<Option<Licensing>> {
        self.licensing_by(&self.terms().await?).await
    }

    /// The same for who has read the company's terms already.
    pub async fn licensing_by(&self, terms: &Terms) -> Result<Option<Licensing>> {
        let Some(stored) = self.get::<Licenses>(&()).await? else { return Ok(None) };
        let no_company = || StoreError::corrupt(Licenses::KIND, "of no company");
        let company = self.get::<Company>(&()).await?.ok_or_else(no_company)?;
        let (skus, subscriptions) = stored.value.open()?;
        let prices = terms.price_list(company.value.currency);
        Ok(Some(Licensing { skus, subscriptions, prices }))
    }
}
