//! What a company decided for itself, read at once.

use aws_lc_rs::digest::{SHA256, digest};
use checks::{Exceptions, Mended, PriceList, exceptions::About};
use jiff::Timestamp;
use model::{Currency, Event, ExceptionId, FindingId, PersonId, SkuId};

use crate::{
    Accepted, CheckSettings, Commit, Conflict, MendedPerson, Mending, Prices, Result, Snooze, Store, StoreError,
    Tenant, TenantScope, Versioned, commit::versioned, db::key_of, key::Collection, records::TenantRecord,
};

/// Prices, settings, exceptions, snoozes and fixes of one company.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    /// What it says it pays; version 0 while nothing was ever set.
    pub prices: Versioned<Prices>,
    /// What its checks look for; version 0 while nothing was ever set.
    pub settings: Versioned<CheckSettings>,
    /// What it lives with.
    pub accepted: Vec<Accepted>,
    /// What it does not want to see for now.
    pub snoozes: Vec<Snooze>,
    /// What fixes have changed that no scan has seen yet.
    pub mendings: Vec<Mending>,
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

    /// What it lives with, as settling asks for it.
    pub fn exceptions(&self) -> Exceptions {
        self.accepted.iter().map(|accepted| accepted.exception.clone()).collect()
    }

    /// What fixes have changed, as settling asks for it.
    pub fn mended(&self) -> Mended {
        let mut mended = Mended::default();
        for Mending { fix, check, people, .. } in &self.mendings {
            for MendedPerson { person, freed, kept } in people {
                freed.iter().for_each(|sku| mended.free(*person, *sku, *fix));
                if let Some(check) = check {
                    kept.iter().for_each(|sku| mended.for_check(*check, *person, *sku, *fix));
                }
            }
        }
        mended
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
            accepted: Vec::new(),
            snoozes: Vec::new(),
            mendings: Vec::new(),
        };
        for item in items {
            let key = key_of(&item).ok_or_else(|| StoreError::corrupt("terms", "no key"))?;
            match key.sk.as_str() {
                Prices::PREFIX => terms.prices = versioned(item)?,
                CheckSettings::PREFIX => terms.settings = versioned(item)?,
                accepted if accepted.starts_with(Accepted::PREFIX) => {
                    terms.accepted.push(versioned::<Accepted>(item)?.value);
                }
                snooze if snooze.starts_with(Snooze::PREFIX) => terms.snoozes.push(versioned::<Snooze>(item)?.value),
                fix if fix.starts_with(Mending::PREFIX) => terms.mendings.push(versioned::<Mending>(item)?.value),
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

impl Accepted {
    /// The id of what accepts this: of what it is about, so that nothing is accepted twice.
    pub fn id_of(about: &About, person: Option<PersonId>, sku: Option<SkuId>) -> ExceptionId {
        let subject = match about {
            About::Check { .. } => "",
            About::Finding { subject, .. } => subject,
        };
        let [person, sku] =
            [person.map(|id| id.to_string()), sku.map(|id| id.to_string())].map(Option::unwrap_or_default);
        let hash = digest(&SHA256, format!("{}\n{subject}\n{person}\n{sku}", about.check()).as_bytes());
        let mut bits = [0; 16];
        bits.copy_from_slice(&hash.as_ref()[..16]);
        ExceptionId::from_bits(u128::from_be_bytes(bits))
    }

    /// Whether its time is up.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.exception.expires_at.is_some_and(|end| end <= now)
    }
}

/// Something a company decided for a time that is up.
#[derive(Debug, Clone)]
pub struct DueTerm {
    /// The right to its tenant's data, as Steward itself.
    pub scope: TenantScope,
    /// What it is.
    pub what: Term,
}

/// What a company decided for a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// To live with something.
    Exception(ExceptionId),
    /// Not to see a finding.
    Snooze(FindingId),
}

impl Store {
    /// Exceptions and snoozes whose time is up, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn terms_due(&self, now: Timestamp, limit: u32) -> Result<Vec<DueTerm>> {
        let due = self.due_in::<Accepted>(1, now, limit).await?;
        due.into_iter()
            .map(|(scope, key)| {
                let exception =
                    key.sk.strip_prefix(Accepted::PREFIX).and_then(|id| id.parse().ok()).map(Term::Exception);
                let snooze = || key.sk.strip_prefix(Snooze::PREFIX).and_then(|id| id.parse().ok()).map(Term::Snooze);
                let what = exception.or_else(snooze);
                let what = what.ok_or_else(|| StoreError::corrupt("terms", "key of the index"))?;
                Ok(DueTerm { scope, what })
            })
            .collect()
    }
}

impl Tenant<'_> {
    /// Ends what was decided for a time, if that is up: the index may lag, what counts is the item. Whoever changes it
    /// meanwhile is right.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn expire(&self, what: Term) -> Result<()> {
        let now = self.store().now();
        let change = match what {
            Term::Exception(id) => {
                let found = self.get_strong::<Accepted>(&id).await?.filter(|found| found.value.is_over(now));
                let Some(found) = found else { return Ok(()) };
                Commit::new().delete_at(&found).event(Event::ExceptionEnded { exception: id, expired: true })?
            }
            Term::Snooze(finding) => {
                let found = self.get_strong::<Snooze>(&finding).await?.filter(|found| found.value.until <= now);
                let Some(found) = found else { return Ok(()) };
                Commit::new().delete_at(&found).event(Event::FindingWoken { finding })?
            }
        };
        match self.commit(change).await {
            Ok(_) | Err(StoreError::Conflict(Conflict::Version)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
