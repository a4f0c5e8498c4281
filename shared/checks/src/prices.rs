//! List prices a month for one seat, without tax, annual commitment paid yearly. Microsoft's API gives none, so this
//! list is dated, says how sure it is, and a tenant may say what it pays instead: an amount, or only the term, by which
//! the list price is adjusted.
//!
//! A currency has its own list: Microsoft's euro prices are not the dollar prices at a rate. What is not on the list is
//! *price missing*, never 0 and never converted.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use jiff::civil::{Date, date};
use model::{Currency, Money, SkuId, event::Actor};
use serde::{Deserialize, Serialize};

/// How sure a price is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceConfidence {
    /// The tenant set it.
    Own,
    /// Several sources agree.
    Good,
    /// Public price lists name it, none from Microsoft.
    Fair,
    /// One source, or from before the change of 1 July 2026.
    Unverified,
    /// Sources disagree.
    Conflict,
}

impl PriceConfidence {
    /// In words, for evidence.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Own => "your own price",
            Self::Good => "several sources agree",
            Self::Fair => "from public price lists",
            Self::Unverified => "not verified",
            Self::Conflict => "sources disagree",
        }
    }
}

/// How long a licence is bought for, and how it is paid. Microsoft's list prices are for a year paid at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// For a year, paid at once: the list price.
    #[default]
    AnnualPaidYearly,
    /// For a year, paid month by month: 5 % more since 1 April 2025.
    AnnualPaidMonthly,
    /// From month to month: about 20 % more.
    Monthly,
}

impl Term {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::AnnualPaidYearly, Self::AnnualPaidMonthly, Self::Monthly];

    /// As it is written in files and requests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AnnualPaidYearly => "annual_paid_yearly",
            Self::AnnualPaidMonthly => "annual_paid_monthly",
            Self::Monthly => "monthly",
        }
    }
    /// What Microsoft adds to the list price, in percent.
    pub const fn percent_more(self) -> i64 {
        match self {
            Self::AnnualPaidYearly => 0,
            Self::AnnualPaidMonthly => 5,
            Self::Monthly => 20,
        }
    }
    /// In words, behind the source of a list price.
    const fn words(self) -> &'static str {
        match self {
            Self::AnnualPaidYearly => "for a year paid at once",
            Self::AnnualPaidMonthly => "plus 5 % for a year paid month by month",
            Self::Monthly => "plus 20 % for going month by month",
        }
    }
    /// A list price under this term, rounded to the cent.
    fn adjusted(self, minor: i64) -> i64 {
        raised(minor, self.percent_more())
    }
}

/// A price with so many percent more, rounded to the cent.
const fn raised(minor: i64, percent: i64) -> i64 {
    minor.saturating_mul(100 + percent).saturating_add(50) / 100
}

/// What a tenant says it pays for a licence type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnPrice {
    /// For one seat, a month, without tax; 0 says that it costs nothing. `None`: the list price under `term`.
    pub amount: Option<Money>,
    /// How it is bought; `None` where the tenant gave an amount and did not say.
    #[serde(default)]
    pub term: Option<Term>,
    /// Where the number is from, in the words of whoever set it.
    pub note: Option<String>,
    /// The day it was set, UTC.
    pub as_of: Date,
    /// Who set it.
    pub set_by: Actor,
}

impl OwnPrice {
    /// Most a seat may cost a month, minor units: what is more is a price of something else.
    pub const MOST_MINOR: i64 = 10_000_000;
    /// Longest note, in characters.
    pub const NOTE_MOST: usize = 100;
}

/// What a price rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriceBasis {
    /// Microsoft's list.
    List,
    /// Microsoft's list, adjusted for the tenant's term.
    ListAdjusted,
    /// What the tenant says it pays.
    Own,
}

impl PriceBasis {
    /// As it is written in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::ListAdjusted => "list_adjusted",
            Self::Own => "own",
        }
    }
}

/// What one seat costs a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Price {
    /// For one seat, a month, without tax.
    pub monthly: Money,
    /// What it rests on.
    pub basis: PriceBasis,
    /// When the source was of force or read.
    #[schema(value_type = String, format = "date")]
    pub as_of: Date,
    /// Where it is from.
    #[schema(value_type = String)]
    pub source: Cow<'static, str>,
    /// How sure it is.
    pub confidence: PriceConfidence,
}

/// What amounts rest on: whose prices, where those are from, and how old they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PricesUsed {
    /// Whose prices.
    pub whose: WhosePrices,
    /// Where the list prices among them are from; absent where all are your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Microsoft 365 packaging and pricing update of 1 July 2026, read second-hand")]
    pub source: Option<String>,
    /// The day on which the oldest of them was of force, read or set.
    #[schema(value_type = String, format = "date")]
    pub as_of: Date,
    /// Of every amount.
    pub currency: Currency,
    /// Whether amounts are without tax: they always are.
    pub excludes_tax: bool,
}

/// Whose prices amounts rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhosePrices {
    /// Microsoft's list, under your terms where you set them.
    List,
    /// What you say you pay.
    Own,
    /// Some of them yours.
    Mixed,
}

/// The prices of one currency: the built-in list under a tenant's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceList {
    currency: Currency,
    own: BTreeMap<SkuId, Own>,
}

/// What a tenant's own price comes to in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Own {
    Amount(Price, Option<Term>),
    Term(Term),
    Free,
}

/// What a seat of a monthly term costs a month beyond one for a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Surcharge {
    /// Minor units.
    pub minor: i64,
    /// Of what it is a part.
    pub source: SurchargeSource,
}

/// Of what a surcharge is a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SurchargeSource {
    /// Of the list price for a year.
    List,
    /// Of what the tenant says it pays from month to month: it is in it.
    Own,
    /// Of what the tenant says it pays, and not for which term. It is taken to be in it: were the amount that of a
    /// year, more would be saved.
    OwnOfSomeTerm,
    /// Of nothing: it is free, or bought for a year.
    None,
}

impl SurchargeSource {
    /// In words, behind an amount.
    pub const fn words(self) -> Option<&'static str> {
        match self {
            Self::List => Some("on top of the list price for a year"),
            Self::Own => Some("in the price you pay month by month"),
            Self::OwnOfSomeTerm => Some("taken to be in your price: you did not say how you buy it"),
            Self::None => None,
        }
    }
}

/// A tenant's own price that cannot be taken into a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// The price is in another currency than the list.
    #[error("the price is in {}, the list in {}", .0.code(), .1.code())]
    Currency(Currency, Currency),
    /// The price is below zero.
    #[error("a price is not below zero")]
    Negative,
}

impl PriceList {
    /// Steward's own list. Dollars are complete for the products it names; euros have three; pounds have none.
    pub const fn built_in(currency: Currency) -> Self {
        Self { currency, own: BTreeMap::new() }
    }
    /// The currency of every price in the list.
    pub const fn currency(&self) -> Currency {
        self.currency
    }
    /// The list with a tenant's own amount for one licence type; 0 says that it costs nothing.
    ///
    /// # Errors
    /// When the price is in another currency or below zero.
    pub fn with_override(mut self, sku: SkuId, monthly: Money, as_of: Date) -> Result<Self, PriceError> {
        self.set_amount(sku, monthly, None, as_of)?;
        Ok(self)
    }
    /// Takes in what a tenant says of one licence type.
    ///
    /// # Errors
    /// When its amount is in another currency or below zero; the list stays as it was.
    pub fn set(&mut self, sku: SkuId, own: &OwnPrice) -> Result<(), PriceError> {
        match own.amount {
            Some(amount) => self.set_amount(sku, amount, own.term, own.as_of),
            None => {
                self.own.insert(sku, Own::Term(own.term.unwrap_or_default()));
                Ok(())
            }
        }
    }
    /// Takes in that a licence type costs this tenant nothing.
    pub fn set_free(&mut self, sku: SkuId) {
        self.own.insert(sku, Own::Free);
    }
    /// Whether it costs this tenant nothing by its settings. A price it set itself outranks that.
    pub(crate) fn is_free(&self, sku: SkuId) -> bool {
        self.own.get(&sku) == Some(&Own::Free)
    }
    fn set_amount(&mut self, sku: SkuId, monthly: Money, term: Option<Term>, as_of: Date) -> Result<(), PriceError> {
        if monthly.currency != self.currency {
            return Err(PriceError::Currency(monthly.currency, self.currency));
        }
        if monthly.amount_minor < 0 {
            return Err(PriceError::Negative);
        }
        let source = Cow::Borrowed("Set by your company");
        let price = Price { monthly, basis: PriceBasis::Own, as_of, source, confidence: PriceConfidence::Own };
        self.own.insert(sku, Own::Amount(price, term));
        Ok(())
    }
    /// What one seat costs a month; `None` where the price is missing.
    pub fn price(&self, sku: SkuId) -> Option<Price> {
        match self.own.get(&sku) {
            Some(Own::Amount(price, _)) => Some(price.clone()),
            Some(Own::Free) => Some(Price {
                monthly: Money::zero(self.currency),
                basis: PriceBasis::Own,
                as_of: PACKAGING.as_of,
                source: Cow::Borrowed("Free, by your company's settings"),
                confidence: PriceConfidence::Own,
            }),
            Some(Own::Term(term)) => self.list_price(sku).map(|price| price.under(*term)),
            None => self.list_price(sku),
        }
    }
    /// How the tenant says a licence type is bought; `None` where it does not say.
    pub fn term(&self, sku: SkuId) -> Option<Term> {
        match self.own.get(&sku)? {
            Own::Amount(_, term) => *term,
            Own::Term(term) => Some(*term),
            Own::Free => None,
        }
    }
    /// How much more than for a year's commitment a seat of a monthly term costs a month, where that is `percent` of
    /// the year's price; `None` where the price is missing.
    pub(crate) fn surcharge(&self, sku: SkuId, percent: u8) -> Option<Surcharge> {
        let percent = i64::from(percent);
        // To the cent what the price under a monthly term has more.
        let of_list = || {
            let list = self.list_price(sku)?.monthly.amount_minor;
            Some(raised(list, percent) - list)
        };
        Some(match self.own.get(&sku) {
            Some(Own::Free) => Surcharge { minor: 0, source: SurchargeSource::None },
            Some(Own::Amount(_, Some(term)) | Own::Term(term)) if *term != Term::Monthly => {
                Surcharge { minor: 0, source: SurchargeSource::None }
            }
            Some(Own::Amount(price, term)) => {
                let minor = price.monthly.amount_minor.saturating_mul(percent) / (100 + percent);
                let source = if term.is_some() { SurchargeSource::Own } else { SurchargeSource::OwnOfSomeTerm };
                Surcharge { minor, source }
            }
            Some(Own::Term(_)) | None => Surcharge { minor: of_list()?, source: SurchargeSource::List },
        })
    }
    /// What one seat costs a month by the list, for a year paid at once, whatever the tenant says.
    pub fn list_price(&self, sku: SkuId) -> Option<Price> {
        let row = rows(self.currency).iter().find(|row| row.sku == sku)?;
        Some(Price {
            monthly: Money::new(row.minor, self.currency),
            basis: PriceBasis::List,
            as_of: row.source.as_of,
            source: Cow::Borrowed(row.source.name),
            confidence: row.confidence,
        })
    }
    /// What one seat of a licence type costs a month on the built-in dollar list, in cents. Where a check has to choose
    /// the cheaper of two it goes by this, so that a tenant's own price changes money and never what is found.
    pub(crate) fn rank(sku: SkuId) -> Option<i64> {
        DOLLARS.iter().find(|row| row.sku == sku).map(|row| row.minor)
    }
    /// What the prices of these licence types rest on; `None` where none of them has one.
    pub(crate) fn used(&self, skus: impl IntoIterator<Item = SkuId>) -> Option<PricesUsed> {
        let (mut own, mut lists, mut as_of) = (false, BTreeSet::new(), None::<Date>);
        // What is free is in no amount, and its price is of no day.
        for sku in skus.into_iter().filter(|sku| !self.is_free(*sku)) {
            let Some(price) = self.price(sku) else { continue };
            match price.basis {
                PriceBasis::Own => own = true,
                PriceBasis::List | PriceBasis::ListAdjusted => {
                    lists.extend(self.list_price(sku).map(|list| list.source.into_owned()));
                }
            }
            as_of = [as_of, Some(price.as_of)].into_iter().flatten().min();
        }
        let whose = match (own, lists.is_empty()) {
            (true, true) => WhosePrices::Own,
            (true, false) => WhosePrices::Mixed,
            (false, _) => WhosePrices::List,
        };
        let source = match lists.len() {
            0 => None,
            // Two fit into a sentence.
            1 | 2 => Some(lists.into_iter().collect::<Vec<_>>().join("; ")),
            more => Some(format!("{more} price lists")),
        };
        Some(PricesUsed { whose, source, as_of: as_of?, currency: self.currency, excludes_tax: true })
    }
    /// Licence types the built-in list of this currency has a price for.
    pub fn built_in_skus(&self) -> impl Iterator<Item = SkuId> {
        rows(self.currency).iter().map(|row| row.sku)
    }
}

impl Price {
    /// A list price under a term: said in its source, and no surer than the rule of thumb it follows.
    fn under(self, term: Term) -> Self {
        if term == Term::default() {
            return self;
        }
        Self {
            monthly: Money::new(term.adjusted(self.monthly.amount_minor), self.monthly.currency),
            basis: PriceBasis::ListAdjusted,
            source: Cow::Owned(format!("{}, {}", self.source, term.words())),
            confidence: if self.confidence == PriceConfidence::Good { PriceConfidence::Fair } else { self.confidence },
            ..self
        }
    }
}

use PriceConfidence::{Conflict, Fair, Good, Unverified};

struct Source {
    name: &'static str,
    as_of: Date,
}

const PACKAGING: Source = Source {
    name: "Microsoft 365 packaging and pricing update of 1 July 2026, read second-hand",
    as_of: date(2026, 7, 1),
};
const ENTRA: Source = Source { name: "Microsoft Entra pricing page, read second-hand", as_of: date(2026, 9, 20) };
const LISTS: Source =
    Source { name: "Public price lists of 2025 and 2026, read second-hand", as_of: date(2026, 11, 1) };
const EURO: Source = Source { name: "Published example of euro prices, June 2026", as_of: date(2026, 6, 1) };

struct Row {
    sku: SkuId,
    minor: i64,
    confidence: PriceConfidence,
    source: &'static Source,
}

const fn usd(id: &str, minor: i64, confidence: PriceConfidence, source: &'static Source) -> Row {
    Row { sku: SkuId::literal(id), minor, confidence, source }
}
use usd as eur;

const fn rows(currency: Currency) -> &'static [Row] {
    match currency {
        Currency::Usd => DOLLARS,
        Currency::Eur => EUROS,
        Currency::Gbp => &[],
    }
}

/// Where sources give a range, the lower end: a saving is better understated. SharePoint Plan 2 has no price anywhere.
#[rustfmt::skip]
const DOLLARS: &[Row] = &[
    usd("3b555118-da6a-4418-894f-7df1e2096870", 700, Good, &PACKAGING), // M365 Business Basic
    usd("f245ecc8-75af-4f8e-b61f-27d8114de5f3", 1400, Good, &PACKAGING), // M365 Business Standard
    usd("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", 2200, Good, &PACKAGING), // M365 Business Premium
    usd("cdd28e44-67e3-425e-be4c-737fab2899d3", 1000, Unverified, &PACKAGING), // M365 Apps for business
    usd("c2273bd0-dff7-4215-9ef5-2c7bcfb06425", 1200, Unverified, &PACKAGING), // M365 Apps for enterprise
    usd("18181a46-0d4e-45cd-891e-60aabd171b4e", 1000, Unverified, &PACKAGING), // Office 365 E1
    usd("6fd2c87f-b296-42f0-b197-1e91e994b900", 2600, Good, &PACKAGING), // Office 365 E3
    usd("c7df2760-2c81-4ef7-b578-5b5392b571df", 4100, Good, &PACKAGING), // Office 365 E5
    usd("cf50bae9-29e8-4775-b07c-56ee10e3776d", 3245, Unverified, &PACKAGING), // Office 365 E5 no Teams
    usd("05e9a617-0261-4cee-bb44-138d3ef5d965", 3900, Good, &PACKAGING), // M365 E3
    usd("06ebc4ee-1bb5-47dd-8120-11324bc54e06", 6000, Good, &PACKAGING), // M365 E5
    usd("18a4bd3f-0b5b-4887-b04f-61dd0ee15f5e", 5145, Unverified, &PACKAGING), // M365 E5 no Teams
    usd("3271cf8e-2be5-4a09-a549-70fd05baaa17", 5145, Unverified, &PACKAGING), // M365 E5 no Teams
    usd("9a18296a-025f-4e37-9ffa-30bf8d1ce775", 9900, Unverified, &LISTS), // M365 E7
    usd("44575883-256e-4a79-9da4-ebe9acabe2b2", 300, Good, &PACKAGING), // M365 F1
    usd("50f60901-3181-4b75-8a2c-4c8e4c1d5a72", 300, Good, &PACKAGING), // M365 F1
    usd("66b55226-6b4f-492c-910c-a3b7a3c9d993", 1000, Good, &PACKAGING), // M365 F3
    usd("4b585984-651b-448a-9e53-3b10f069cf7f", 400, Unverified, &PACKAGING), // Office 365 F3
    usd("4b9405b0-7788-4568-add1-99614e613b69", 400, Fair, &LISTS), // Exchange Online Plan 1
    usd("19ec0d23-8335-4cbd-94ac-6050e30712fa", 800, Fair, &LISTS), // Exchange Online Plan 2
    usd("80b2d799-d2ba-4d2a-8842-fb0d0f3a4b82", 200, Unverified, &LISTS), // Exchange Online Kiosk
    usd("ee02fd1b-340e-4a4b-b355-4a514e4c8943", 300, Unverified, &LISTS), // Exchange Online Archiving
    usd("1fc08a02-8b3d-43b9-831e-f76859e04e1a", 500, Fair, &LISTS), // SharePoint Plan 1
    usd("e6778190-713e-4e4f-9119-8b8238de25df", 500, Unverified, &LISTS), // OneDrive Plan 1 / 2
    usd("ed01faf2-1d88-4947-ae91-45ca18703a96", 1000, Unverified, &LISTS), // OneDrive Plan 1 / 2
    usd("4b244418-9658-4451-a2b8-b5e2b364e9bd", 500, Fair, &LISTS), // Visio Plan 1
    usd("c5928f49-12ba-48f7-ada3-0d743a3601d5", 1500, Fair, &LISTS), // Visio Plan 2
    usd("beb6439c-caad-48d3-bf46-0c82871e12be", 1000, Fair, &LISTS), // Planner Plan 1
    usd("53818b1b-4a27-454b-8896-0dba576410e6", 3000, Fair, &LISTS), // Planner & Project Plan 3
    usd("09015f9f-377f-4538-bbb5-f75ceb09358a", 5500, Fair, &LISTS), // Project Plan 5 (Project Online Premium)
    usd("078d2b04-f1bd-4111-bbd4-b4b1b354cef4", 700, Good, &ENTRA), // Entra ID P1
    usd("84a661c4-e949-4bd2-a560-ed7766fcaf2b", 1000, Conflict, &ENTRA), // Entra ID P2
    usd("061f9ace-7d42-4136-88ac-31dc755f143f", 800, Fair, &LISTS), // Intune Plan 1
    usd("a929cd4d-8672-47c9-8664-159c1f322ba8", 1000, Fair, &LISTS), // Intune Suite
    usd("efccb6f7-5641-4e0e-bd10-b4976e1bf68e", 1060, Unverified, &LISTS), // EMS E3
    usd("b05e124f-c7cc-45a0-a6aa-8cf78c946968", 1800, Fair, &LISTS), // EMS E5
    usd("4ef96642-f096-40de-a3e9-d83fb2f90211", 200, Fair, &LISTS), // Defender for Office 365 P1
    usd("3dd6cf57-d688-4eed-ba52-9e40b5468c3e", 500, Fair, &LISTS), // Defender for Office 365 P2
    usd("5e1e7702-a2b7-4360-8d07-2f515792896f", 300, Fair, &LISTS), // Defender for Business
    usd("16a55f2f-ff35-4cd5-9146-fb784e3761a5", 300, Fair, &LISTS), // Defender for Endpoint P1
    usd("b126b073-72db-4a9d-87a4-b17afe41d4ab", 520, Fair, &LISTS), // Defender for Endpoint P2
    usd("26124093-3d78-432b-b5dc-48bf992543d5", 1200, Unverified, &LISTS), // E5 Security add-on
    usd("184efa21-98c3-4e5d-95ab-d07053a96e67", 1200, Unverified, &LISTS), // E5 Compliance add-on
    usd("f8a1db68-be16-40ed-86d5-cb42ce701560", 1400, Good, &LISTS), // Power BI Pro
    usd("c1d032e0-5619-4761-9b5c-75b6831e1711", 2400, Good, &LISTS), // Power BI Premium per user
    usd("e43b5b99-8dfb-405f-9987-dc307f34bcbd", 1000, Conflict, &LISTS), // Teams Phone Standard
    usd("0c266dff-15dd-4b49-8397-2bb16070ed52", 400, Unverified, &LISTS), // Audio Conferencing
    usd("3ab6abff-666f-4424-bfb7-f0bc274ec7bc", 400, Unverified, &LISTS), // Teams Essentials (Entra)
    usd("7e31c0d9-9551-471d-836f-32ee72be4a01", 525, Unverified, &LISTS), // Teams Enterprise
    usd("36a0f3b3-adb5-49ea-bf66-762134cf063a", 1000, Unverified, &LISTS), // Teams Premium
    usd("52ea0e27-ae73-4983-a08f-13561ebdb823", 1000, Unverified, &LISTS), // Teams Premium
    usd("639dec6b-bb19-468b-871c-c5c441c4b0cb", 3000, Good, &LISTS), // Copilot for M365
    usd("a809996b-059e-42e2-9866-db24b99a9782", 3000, Good, &LISTS), // Copilot for M365
    usd("796a6fb4-740b-4d36-bf56-9c12ca7fa069", 1500, Unverified, &LISTS), // Agent 365
    usd("cb10e6cd-9da4-4992-867b-67546b1db821", 700, Unverified, &LISTS), // Windows 10/11 Ent E3
    usd("b30411f5-fea1-4a59-9ad9-3db7c7ead579", 2000, Fair, &LISTS), // Power Apps Premium
    usd("4a51bf65-409c-4a91-b845-1121b571cc9d", 1500, Unverified, &LISTS), // Power Automate Premium
    usd("c52ea49f-fe5d-4e95-93ba-1de91d380f89", 200, Unverified, &LISTS), // AIP Plan 1
];

#[rustfmt::skip]
const EUROS: &[Row] = &[
    eur("3b555118-da6a-4418-894f-7df1e2096870", 520, Unverified, &EURO), // M365 Business Basic
    eur("f245ecc8-75af-4f8e-b61f-27d8114de5f3", 1083, Unverified, &EURO), // M365 Business Standard
    eur("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", 1906, Unverified, &EURO), // M365 Business Premium
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::products::{Kind, PRODUCTS, product};

    const BASIC: SkuId = SkuId::literal("3b555118-da6a-4418-894f-7df1e2096870");
    const STANDARD: SkuId = SkuId::literal("f245ecc8-75af-4f8e-b61f-27d8114de5f3");
    const SHAREPOINT_2: SkuId = SkuId::literal("a9732ec9-17d9-494c-a51c-d6b45b384dcb");

    #[test]
    fn a_price_is_dated_sourced_and_says_how_sure_it_is() {
        let price = PriceList::built_in(Currency::Usd).price(STANDARD).expect("Business Standard has a price");
        assert_eq!(price.monthly, Money::new(1400, Currency::Usd));
        assert_eq!(price.as_of, date(2026, 7, 1));
        assert_eq!(price.confidence, Good);
        assert!(!price.source.is_empty());
    }

    #[test]
    fn a_missing_price_is_missing_and_never_converted() {
        assert_eq!(PriceList::built_in(Currency::Usd).price(SHAREPOINT_2), None);
        assert_eq!(PriceList::built_in(Currency::Gbp).price(BASIC), None);
        let euros = PriceList::built_in(Currency::Eur);
        assert_eq!(euros.price(BASIC).map(|price| price.monthly.amount_minor), Some(520));
        assert_eq!(euros.built_in_skus().count(), 3);
    }

    #[test]
    fn a_tenants_own_price_wins_and_must_fit_the_list() {
        let list = PriceList::built_in(Currency::Usd);
        let own = list.clone().with_override(BASIC, Money::new(550, Currency::Usd), date(2026, 11, 2));
        let price = own.expect("a valid price").price(BASIC).expect("the own price");
        assert_eq!((price.monthly.amount_minor, price.confidence), (550, PriceConfidence::Own));
        let foreign = list.clone().with_override(BASIC, Money::new(1, Currency::Eur), date(2026, 1, 1));
        assert_eq!(foreign, Err(PriceError::Currency(Currency::Eur, Currency::Usd)));
        let negative = list.with_override(BASIC, Money::new(-1, Currency::Usd), date(2026, 1, 1));
        assert_eq!(negative, Err(PriceError::Negative));
    }

    #[test]
    fn what_a_monthly_term_costs_more_is_to_the_cent_what_its_price_has_more() {
        let (term, as_of, set_by) = (Some(Term::Monthly), date(2026, 11, 2), Actor::System);
        let by_month = OwnPrice { amount: None, term, note: None, as_of, set_by };
        for currency in [Currency::Usd, Currency::Eur] {
            let list = PriceList::built_in(currency);
            let mut monthly = list.clone();
            list.built_in_skus().for_each(|sku| monthly.set(sku, &by_month).expect("taken"));
            for sku in list.built_in_skus() {
                let minor = |list: &PriceList| list.price(sku).expect("a price").monthly.amount_minor;
                let more = Surcharge { minor: minor(&monthly) - minor(&list), source: SurchargeSource::List };
                assert_eq!([list.surcharge(sku, 20), monthly.surcharge(sku, 20)], [Some(more); 2], "{sku}");
            }
        }
        // 10.83 and 13.00.
        let euros = PriceList::built_in(Currency::Eur);
        assert_eq!(euros.surcharge(STANDARD, 20).map(|extra| extra.minor), Some(217));
    }

    #[test]
    fn a_term_alone_adjusts_the_list_price_and_says_so() {
        let own = |amount: Option<i64>, term| OwnPrice {
            amount: amount.map(|minor| Money::new(minor, Currency::Usd)),
            term: Some(term),
            note: None,
            as_of: date(2026, 11, 2),
            set_by: Actor::System,
        };
        let under = |sku, amount, term| {
            let mut list = PriceList::built_in(Currency::Usd);
            list.set(sku, &own(amount, term)).expect("taken");
            list.price(sku)
        };
        let minor = |term| under(STANDARD, None, term).expect("a price").monthly.amount_minor;
        assert_eq!(Term::ALL.map(minor), [1400, 1470, 1680]);
        let monthly = under(STANDARD, None, Term::Monthly).expect("a price");
        assert_eq!((monthly.basis, monthly.confidence), (PriceBasis::ListAdjusted, Fair));
        assert!(monthly.source.ends_with("plus 20 % for going month by month"), "{}", monthly.source);
        let yearly = under(STANDARD, None, Term::AnnualPaidYearly).expect("a price");
        assert_eq!((yearly.basis, yearly.confidence), (PriceBasis::List, Good));
        // An amount is what is paid, whatever the term.
        let paid = under(STANDARD, Some(1250), Term::Monthly).expect("a price");
        assert_eq!((paid.monthly.amount_minor, paid.basis), (1250, PriceBasis::Own));
        // A term makes no price where there is none.
        assert_eq!(under(SHAREPOINT_2, None, Term::Monthly), None);
    }

    #[test]
    fn a_surcharge_is_on_top_of_the_list_and_in_what_is_paid_from_month_to_month() {
        use SurchargeSource::{List, None as Nothing, Own, OwnOfSomeTerm};
        let of = |amount: Option<i64>, term| {
            let mut list = PriceList::built_in(Currency::Usd);
            let amount = amount.map(|minor| Money::new(minor, Currency::Usd));
            let own = OwnPrice { amount, term, note: None, as_of: date(2026, 11, 2), set_by: Actor::System };
            list.set(STANDARD, &own).expect("taken");
            list.surcharge(STANDARD, 20).map(|extra| (extra.minor, extra.source))
        };
        let monthly = Some(Term::Monthly);
        assert_eq!(PriceList::built_in(Currency::Usd).surcharge(STANDARD, 20).map(|extra| extra.minor), Some(280));
        assert_eq!(of(None, monthly), Some((280, List)));
        // 16.80 is 14.00 and a fifth; of 10.00 a sixth, with what is left of a cent let go.
        assert_eq!(of(Some(1680), monthly), Some((280, Own)));
        assert_eq!(of(Some(1680), None), Some((280, OwnOfSomeTerm)));
        assert_eq!(of(Some(1000), None), Some((166, OwnOfSomeTerm)));
        for term in [Term::AnnualPaidYearly, Term::AnnualPaidMonthly] {
            assert_eq!((of(Some(1680), Some(term)), of(None, Some(term))), (Some((0, Nothing)), Some((0, Nothing))));
        }
        assert_eq!(PriceList::built_in(Currency::Usd).surcharge(SHAREPOINT_2, 20), None, "the price is missing");
    }

    #[test]
    fn what_amounts_rest_on_is_whose_prices_from_where_and_when() {
        let entra = SkuId::literal("078d2b04-f1bd-4111-bbd4-b4b1b354cef4");
        let visio = SkuId::literal("c5928f49-12ba-48f7-ada3-0d743a3601d5");
        let mut list = PriceList::built_in(Currency::Usd);
        assert_eq!(list.used([SHAREPOINT_2]), None, "nothing has a price");
        let one = list.used([BASIC, STANDARD, SHAREPOINT_2]).expect("prices");
        assert_eq!((one.whose, one.source.as_deref()), (WhosePrices::List, Some(PACKAGING.name)));
        assert_eq!((one.as_of, one.currency, one.excludes_tax), (date(2026, 7, 1), Currency::Usd, true));
        let two = list.used([BASIC, entra]).expect("prices");
        assert_eq!(two.source, Some(format!("{}; {}", PACKAGING.name, ENTRA.name)));
        assert_eq!(two.as_of, PACKAGING.as_of, "the oldest");
        assert_eq!(list.used([BASIC, entra, visio]).and_then(|many| many.source), Some("3 price lists".into()));
        let own = |amount: Option<i64>, term| OwnPrice {
            amount: amount.map(|minor| Money::new(minor, Currency::Usd)),
            term,
            note: None,
            as_of: date(2026, 11, 2),
            set_by: Actor::System,
        };
        // A term alone leaves the list price what it rests on, and the list what it is called.
        list.set(STANDARD, &own(None, Some(Term::Monthly))).expect("taken");
        assert_eq!(list.used([BASIC, STANDARD]), Some(one));
        list.set(BASIC, &own(Some(500), None)).expect("taken");
        let all = list.used([BASIC]).expect("prices");
        assert_eq!((all.whose, all.source, all.as_of), (WhosePrices::Own, None, date(2026, 11, 2)));
        let some = list.used([BASIC, STANDARD]).expect("prices");
        assert_eq!((some.whose, some.source.as_deref()), (WhosePrices::Mixed, Some(PACKAGING.name)));
        // What is free makes nothing older than it is.
        list.set_free(STANDARD);
        assert_eq!(list.used([BASIC, STANDARD]), list.used([BASIC]));
        assert_eq!(list.used([STANDARD]), None);
    }

    #[test]
    fn an_adjusted_price_is_rounded_to_the_cent() {
        // 32.45 + 5 % = 34.0725; 10.83 + 5 % = 11.3715; 5.25 + 20 % = 6.30.
        assert_eq!(Term::AnnualPaidMonthly.adjusted(3245), 3407);
        assert_eq!(Term::AnnualPaidMonthly.adjusted(1083), 1137);
        assert_eq!(Term::Monthly.adjusted(525), 630);
        assert_eq!(Term::AnnualPaidMonthly.adjusted(10), 11, "a half goes up");
    }

    #[test]
    fn every_priced_licence_type_is_a_known_paid_product_named_once() {
        for currency in [Currency::Usd, Currency::Eur, Currency::Gbp] {
            let mut seen = std::collections::BTreeSet::new();
            for row in rows(currency) {
                let known = product(row.sku).unwrap_or_else(|| panic!("{} is not a product", row.sku));
                assert_ne!(known.kind, Kind::Free, "{}", known.name);
                assert!(row.minor > 0, "{}", known.name);
                assert!(seen.insert(row.sku), "{} twice", known.name);
            }
        }
        let mut ids = std::collections::BTreeSet::new();
        assert!(PRODUCTS.iter().all(|product| ids.insert(product.id)), "a product is listed twice");
    }
}
