//! Prices as members see them, and what a change of them has to be.

use api::{Error, FieldProblem, Result};
use checks::{
    OwnPrice, Price, PriceBasis, PriceConfidence, PriceList, Term, facts::Sku, product_name, products::product,
};
use jiff::civil::Date;
use model::{
    Currency, Money, SkuId,
    event::{Actor, PriceMove},
};
use serde::{Deserialize, Serialize};
use store::{Company, Prices, Tenant, Terms};
use utoipa::ToSchema;

/// What one licence type costs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PriceView {
    /// Which.
    pub sku: SkuId,
    /// Microsoft's part number: what to show where the product is unknown.
    #[schema(example = "SPB")]
    pub part_number: String,
    /// The name Microsoft sells it under, where known.
    #[schema(example = "Microsoft 365 Business Premium")]
    pub product: Option<String>,
    /// Usable seats; 0 for one that you do not have and set a price of.
    #[schema(example = 42)]
    pub bought: u32,
    /// What everything is reckoned with. Absent: the price is missing, which is not zero. Tell what you pay.
    pub price: Option<EffectivePrice>,
    /// Microsoft's list price for a year paid at once, where Steward knows one in your currency.
    pub list: Option<EffectivePrice>,
    /// What your company set.
    pub own: Option<OwnPriceView>,
}

/// A price with what it rests on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EffectivePrice {
    /// A seat a month, without tax.
    pub monthly: Money,
    /// What it rests on.
    pub basis: PriceBasis,
    /// How sure it is.
    pub confidence: PriceConfidence,
    /// As of when.
    #[schema(value_type = String, format = "date")]
    pub as_of: Date,
    /// Where it is from.
    #[schema(example = "Microsoft list price, annual commitment")]
    pub source: String,
}

/// What a company set.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OwnPriceView {
    /// A seat a month, without tax; absent where the list price under `term` is meant.
    pub amount: Option<Money>,
    /// How it is bought; absent where that was not said.
    pub term: Option<Term>,
    /// Where the number is from.
    #[schema(example = "Invoice of our reseller, October 2026")]
    pub note: Option<String>,
    /// The day it was set.
    #[schema(value_type = String, format = "date")]
    pub as_of: Date,
    /// Who set it.
    pub set_by: Actor,
}

impl From<Price> for EffectivePrice {
    fn from(price: Price) -> Self {
        let Price { monthly, basis, as_of, source, confidence } = price;
        Self { monthly, basis, confidence, as_of, source: source.into() }
    }
}

impl From<OwnPrice> for OwnPriceView {
    fn from(own: OwnPrice) -> Self {
        let OwnPrice { amount, term, note, as_of, set_by } = own;
        Self { amount, term, note, as_of, set_by }
    }
}

/// Everything prices are shown from.
pub struct Priced {
    /// The company's currency.
    pub currency: Currency,
    /// Licence types it has.
    pub skus: Vec<Sku>,
    /// What it decided.
    pub terms: Terms,
    list: PriceList,
}

impl Priced {
    /// Reads it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn load(tenant: &Tenant<'_>) -> Result<Self> {
        let currency = tenant.get::<Company>(&()).await?.ok_or_else(Error::not_found)?.value.currency;
        let (skus, _) = tenant.bought().await?;
        let terms = tenant.terms().await?;
        let list = terms.price_list(currency);
        Ok(Self { currency, skus, terms, list })
    }

    /// Whether this is a licence type that a price can be set of: one the company has, or one that Steward knows and
    /// may propose instead.
    pub fn knows(&self, sku: SkuId) -> bool {
        self.skus.iter().any(|own| own.id == sku) || product(sku).is_some()
    }

    /// One row for each licence type the company has or set a price of: the most seats first.
    pub fn rows(&self) -> Vec<PriceView> {
        let owned = self.skus.iter().map(|sku| sku.id);
        let set = self.terms.prices.value.own.keys().copied();
        let mut rows: Vec<PriceView> = owned
            .chain(set.filter(|sku| self.skus.iter().all(|own| own.id != *sku)))
            .map(|sku| self.row(sku))
            .collect();
        rows.sort_by(|a, b| b.bought.cmp(&a.bought).then_with(|| a.part_number.cmp(&b.part_number)));
        rows
    }

    /// One row.
    pub fn row(&self, sku: SkuId) -> PriceView {
        let owned = self.skus.iter().find(|own| own.id == sku);
        let known = || product(sku).map(|product| product.part_number.to_owned()).unwrap_or_default();
        PriceView {
            sku,
            part_number: owned.map_or_else(known, |own| own.part_number.clone()),
            product: product_name(sku).map(str::to_owned),
            bought: owned.map_or(0, |own| own.seats.enabled),
            price: self.list.price(sku).map(Into::into),
            list: self.list.list_price(sku).map(Into::into),
            own: self.terms.prices.value.own.get(&sku).cloned().map(Into::into),
        }
    }

    /// With other prices, as after a change.
    #[must_use]
    pub fn with(mut self, prices: store::Versioned<Prices>) -> Self {
        self.terms.prices = prices;
        self.list = self.terms.price_list(self.currency);
        self
    }
}

/// What a company is to pay for a licence type from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceRequest {
    /// What a seat costs a month, minor units of your company's currency, without tax; 0 says that it costs nothing.
    /// Left out: the list price under `term`.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 10_000_000, example = 1250)]
    pub amount_minor: Option<i64>,
    /// How it is bought. Left out where you do not know: then the dates of the subscriptions tell it.
    #[serde(default)]
    pub term: Option<Term>,
    /// Where the number is from.
    #[serde(default)]
    #[schema(max_length = 100, example = "Invoice of our reseller, October 2026")]
    pub note: Option<String>,
}

impl PriceRequest {
    /// The price this sets.
    ///
    /// # Errors
    /// 422 with every field that is wrong.
    pub fn into_price(self, currency: Currency, today: Date, set_by: Actor) -> Result<OwnPrice> {
        let mut wrong = Vec::new();
        if self.amount_minor.is_some_and(|minor| !(0..=OwnPrice::MOST_MINOR).contains(&minor)) {
            let told = "Give what one licence costs a month: 0 to 100,000 in your currency, as cents.";
            wrong.push(FieldProblem::new("/amount_minor", "out_of_range", told));
        }
        if self.amount_minor.is_none() && self.term.is_none() {
            let told = "Say what one licence costs a month, or how you buy it.";
            wrong.push(FieldProblem::new("/amount_minor", "missing", told));
        }
        let note = match self.note.as_deref().filter(|note| !note.trim().is_empty()) {
            None => None,
            Some(note) => {
                let fits = model::text::line(note, OwnPrice::NOTE_MOST);
                if fits.is_none() {
                    let told = format!("Write at most {} characters on one line.", OwnPrice::NOTE_MOST);
                    wrong.push(FieldProblem::new("/note", "not_a_note", told));
                }
                fits
            }
        };
        if !wrong.is_empty() {
            return Err(Error::invalid(wrong));
        }
        let amount = self.amount_minor.map(|minor| Money::new(minor, currency));
        Ok(OwnPrice { amount, term: self.term, note, as_of: today, set_by })
    }
}

/// Whether two prices say the same, whoever set them and when.
pub fn same(a: &OwnPrice, b: &OwnPrice) -> bool {
    (&a.amount, a.term, &a.note) == (&b.amount, b.term, &b.note)
}

/// A price of its own before and after, as the log tells it: `12.30 EUR monthly`, or either of the two alone.
pub fn moved(sku: SkuId, before: Option<&OwnPrice>, after: Option<&OwnPrice>) -> PriceMove {
    let told = |own: &OwnPrice| {
        let amount = own.amount.map(|amount| format!("{} {}", amount.decimal(), amount.currency.code()));
        let term = own.term.map(|term| term.as_str().to_owned());
        amount.into_iter().chain(term).collect::<Vec<_>>().join(" ")
    };
    PriceMove { sku, before: before.map(told), after: after.map(told) }
}

/// That a company has as many prices of its own as there can be.
pub fn too_many() -> Error {
    let told = format!("A company sets at most {} prices of its own. Remove some first.", Prices::MOST);
    Error::invalid(vec![FieldProblem::new("", "too_many", told)])
}
