//! What a company decided for itself, read at once.

use checks::PriceList;
use model::Currency;

use crate::{
    CheckSettings, Prices, Result, Snooze, StoreError, Tenant, Versioned, commit::versioned, db::key_of,
    key::Collection, records::TenantRecord,
};

/// Prices, settings, exceptions and snoozes of one company.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// What it says it pays; version 0 while nothing was ever set.
    pub prices: Versioned<Prices>,
    /// What its checks look for; version 0 while nothing was ever set.
    pub settings: Versioned<CheckSettings>,
    /// What it does not want to see for now.
    pub snoozes: Vec<Snooze>,
}

impl Terms {
    /// What everything costs: the list of `currency`, under what the company says it pays. A price in another currency
    /// than the company's is left out: nothing is converted.
    pub fn price_list(&self, currency: Currency) -> PriceList {
        let mut list = PriceList::built_in(currency);
        for sku in &self.settings.value.settings.free_skus {
            list.set_free(*sku);
        }
        for (sku, own) in &self.prices.value.own {
            if let Err(error) = list.set(*sku, own) {
                tracing::warn!(%sku, %error, "a price is left out");
            }
        }
        list
    }
}

impl Tenant<'_> {
    /// Everything the company decided, as it is now: one query.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn terms(&self) -> Result<Terms> {
        let pk = Collection::Root.partition(self.id(), None);
        let (items, _) = self.store().query(&pk, "TERMS#", None, None, false, true).await?;
        let mut terms = Terms {
            prices: Versioned { value: Prices::default(), version: 0 },
            settings: Versioned { value: CheckSettings::default(), version: 0 },
            snoozes: Vec::new(),
        };
        for item in items {
            let key = key_of(&item).ok_or(StoreError::Corrupt { kind: "terms", cause: "no key".into() })?;
            match key.sk.as_str() {
                Prices::PREFIX => terms.prices = versioned(item)?,
                CheckSettings::PREFIX => terms.settings = versioned(item)?,
                snooze if snooze.starts_with(Snooze::PREFIX) => terms.snoozes.push(versioned::<Snooze>(item)?.value),
                other => return Err(StoreError::Corrupt { kind: "terms", cause: other.into() }),
            }
        }
        Ok(terms)
    }

    /// What it pays, with the version; version 0 while nothing was ever set.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn prices(&self) -> Result<Versioned<Prices>> {
        Ok(self.get_strong(&()).await?.unwrap_or(Versioned { value: Prices::default(), version: 0 }))
    }

    /// What its checks look for, with the version; version 0 while nothing was ever set.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn check_settings(&self) -> Result<Versioned<CheckSettings>> {
        Ok(self.get_strong(&()).await?.unwrap_or(Versioned { value: CheckSettings::default(), version: 0 }))
    }
}
