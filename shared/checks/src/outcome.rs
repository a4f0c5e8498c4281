//! What an evaluation gives: findings, totals, and what could not be evaluated. The JSON of [`Outcome`] is what the API
//! stores and what `steward analyze --json` prints.

use jiff::civil::Date;
use model::{ExceptionId, FixId, GroupId, Money, PersonId, SkuId};
use serde::{Deserialize, Serialize};

use crate::{
    catalogue::CheckId,
    facts::{FailedLicense, License, Missing},
    plans::Feature,
    prices::PricesUsed,
};

/// The result of all checks over one directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Outcome {
    /// Findings: the most money first, then in the order of checks and subjects.
    pub findings: Vec<Finding>,
    /// Sums over the findings and over the directory.
    pub totals: Totals,
    /// Checks that did not run, ran for a part, or ran on weaker evidence.
    pub not_evaluated: Vec<NotEvaluated>,
}

/// What one check found about one subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Finding {
    /// The check; its text is in the catalogue.
    pub check: CheckId,
    /// What it is about.
    pub subject: Subject,
    /// The finding in one sentence, number first.
    pub headline: String,
    /// The least certainty of anything in it.
    pub certainty: Certainty,
    /// The least confidence of anything in it.
    pub confidence: Confidence,
    /// What acting on it saves; `None` when nothing in it has a price. Licences counted in another finding are not in
    /// it, so savings of findings add up to the totals; nor are accepted and fixed ones.
    pub saving: Option<Saving>,
    /// What everything listed in it costs a month: counted here, in another finding, accepted, or fixed.
    pub listed_monthly: Option<Money>,
    /// What not acting on it costs a month from its day on; only where nothing is paid today.
    pub cost_monthly: Option<Money>,
    /// The part of `listed_monthly` that is accepted and counted nowhere.
    pub accepted_monthly: Option<Money>,
    /// How much of it is accepted as it is or fixed.
    pub state: FindingState,
    /// The exception that accepts all of it, where one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<ExceptionId>,
    /// People in it of whom nothing is left to do, because of fixes since the scan.
    #[serde(default)]
    pub fixed: u32,
    /// Licence types in it whose price is missing.
    pub price_missing: Vec<PriceMissing>,
    /// Licences in it, priced or not, counted here or in another finding.
    pub seats: u32,
    /// People in it: the dearest first, then by id. Empty for seats nobody has.
    pub affected: Vec<Affected>,
    /// What is spent on what, where that is what it tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub costs: Vec<Cost>,
    /// What it is concluded from.
    pub evidence: Vec<Evidence>,
    /// What each licence type in it costs, where that is from, and how sure it is.
    pub prices: Vec<Evidence>,
    /// What its amounts rest on; `None` where nothing in it has a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_basis: Option<PricesUsed>,
    /// What to look at before acting on it.
    pub guards: Vec<Guard>,
    /// Who acts, and how.
    pub remedy: Remedy,
    /// Whether acting on it can be undone.
    pub undo: UndoClass,
}

impl Finding {
    /// A finding that says nothing yet, is sure of it, and has no money on it.
    pub(crate) const fn new(check: CheckId, subject: Subject, remedy: Remedy) -> Self {
        Self {
            check,
            subject,
            headline: String::new(),
            certainty: Certainty::Certain,
            confidence: Confidence::High,
            saving: None,
            listed_monthly: None,
            cost_monthly: None,
            accepted_monthly: None,
            state: FindingState::Open,
            accepted: None,
            fixed: 0,
            price_missing: Vec::new(),
            seats: 0,
            affected: Vec::new(),
            costs: Vec::new(),
            evidence: Vec::new(),
            prices: Vec::new(),
            price_basis: None,
            guards: Vec::new(),
            remedy,
            undo: UndoClass::No,
        }
    }
}

/// How much of a finding is accepted as it is or fixed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingState {
    /// Nothing of it.
    #[default]
    Open,
    /// Some of it.
    PartlyAccepted,
    /// All of it: it counts no money and asks for nothing.
    Accepted,
    /// A fix has done all of it that is not accepted, which the next scan will see: it counts no money either.
    Fixed,
}

/// What is spent on one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cost {
    /// On what: a department, as the directory has it: escape it. `None`: on people who have none.
    pub name: Option<String>,
    /// People.
    pub people: u32,
    /// Licences of paid licence types they have.
    #[schema(max_items = 500)]
    pub seats: Vec<SkuSeats>,
    /// What those cost a month, as far as prices are known.
    pub monthly: Option<Money>,
    /// Whether a price is missing, so that it costs more than that.
    pub price_missing: bool,
}

/// Seats of one licence type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SkuSeats {
    /// The licence type.
    pub sku: SkuId,
    /// How many.
    pub seats: u32,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Subject {
    /// The directory as a whole; the people are in `affected`.
    Directory,
    /// One licence type.
    Sku {
        /// The licence type.
        sku: SkuId,
        /// Microsoft's part number: what to show where the product is unknown.
        part_number: String,
        /// The name Microsoft sells it under, where known.
        product: Option<String>,
    },
}

impl Subject {
    /// What identifies the subject within a check, over scans: `directory` or the licence type's GUID. Names are not in
    /// it, because they change.
    pub fn key(&self) -> String {
        match self {
            Self::Directory => "directory".into(),
            Self::Sku { sku, .. } => sku.to_string(),
        }
    }
}

/// How sure the money is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// It follows from evidence that cannot be read otherwise, but somebody should be asked.
    Likely,
    /// It follows from what is assigned and bought.
    Certain,
}

/// How good the evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// One weak source, such as a sign-in date that counts failed attempts.
    Low,
    /// One source, or two with a doubt.
    Medium,
    /// All sources agree.
    High,
}

impl Confidence {
    /// One step less sure.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::High => Self::Medium,
            Self::Medium | Self::Low => Self::Low,
        }
    }
}

/// Money a finding or a directory could save. Every amount is without tax.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Saving {
    /// A month, once the seats are no longer paid for.
    pub monthly: Money,
    /// The part of `monthly` that is certain; the rest is likely.
    pub certain_monthly: Money,
    /// Twelve times `monthly`.
    pub annual: Money,
    /// The first day on which a part of it becomes real: seats are given back at a renewal. `None`: not known.
    #[schema(value_type = Option<String>, format = "date")]
    pub realisable_on: Option<Date>,
    /// What becomes real in the current calendar year: whole months after each renewal. Parts without a known renewal
    /// count 0.
    pub this_year: Money,
    /// The same by renewal, the earliest first; a part without a known renewal last.
    pub parts: Vec<Realisation>,
}

/// A part of a saving that becomes real on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Realisation {
    /// When the subscription renews; `None`: not known.
    #[schema(value_type = Option<String>, format = "date")]
    pub on: Option<Date>,
    /// Seats with a price in this part.
    pub seats: u32,
    /// What they cost a month.
    pub monthly: Money,
}

/// A licence type without a price: never counted as 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PriceMissing {
    /// The licence type.
    pub sku: SkuId,
    /// Microsoft's part number.
    pub part_number: String,
    /// The name Microsoft sells it under, where known.
    pub product: Option<String>,
    /// Seats of it in the finding; in totals, seats bought.
    pub seats: u32,
}

/// A person in a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Affected {
    /// The person.
    pub person: PersonId,
    /// The display name, as the directory has it: escape it.
    pub name: String,
    /// The sign-in name, as the directory has it: escape it.
    pub upn: String,
    /// Licences concerned.
    pub skus: Vec<AffectedSku>,
    /// How sure the saving is.
    pub certainty: Certainty,
    /// How good the evidence is.
    pub confidence: Confidence,
    /// What to do.
    pub advice: Advice,
    /// What it is concluded from.
    pub evidence: Vec<Evidence>,
    /// Guards of the finding that concern this person.
    pub guards: Vec<GuardId>,
}

/// A licence of a person in a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AffectedSku {
    /// The licence type.
    pub sku: SkuId,
    /// What the person gets instead, where the licence is exchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<SkuId>,
    /// Licences of the person that contain it, and have to stay where it is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100)]
    pub within: Vec<SkuId>,
    /// What it costs a month, less what comes instead; `None` where a price is missing or no money is at stake.
    pub monthly: Option<Money>,
    /// The check whose finding counts its money, where it is not this one.
    pub counted_in: Option<CheckId>,
    /// Whether the saving of this finding counts `monthly`: of licences that are exchanged, of all together or of none.
    /// What was kept before this was told counts nothing until it is settled anew.
    #[serde(default)]
    pub counts: bool,
    /// The exception under which it stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<ExceptionId>,
    /// The fix that has changed it since the scan: it counts no money any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<FixId>,
    /// Assigned to the person directly.
    pub direct: bool,
    /// Groups that assign it.
    pub groups: Vec<GroupId>,
}

impl AffectedSku {
    /// A licence before money is put on it.
    pub(crate) fn new(license: &License) -> Self {
        Self {
            sku: license.sku,
            to: None,
            within: Vec::new(),
            monthly: None,
            counted_in: None,
            counts: false,
            accepted: None,
            fixed: None,
            direct: license.direct,
            groups: license.groups.clone(),
        }
    }
}

impl AffectedSku {
    /// A licence that was to be assigned and is not.
    pub(crate) fn failed(failed: &FailedLicense) -> Self {
        let license = License {
            sku: failed.sku,
            disabled_plans: Vec::new(),
            direct: false,
            groups: Vec::new(),
            error: Some(failed.error),
            changed: None,
        };
        let mut own = Self::new(&license);
        own.add(failed);
        own
    }
    /// Adds another assignment of the same licence type that failed.
    pub(crate) fn add(&mut self, failed: &FailedLicense) {
        match failed.group {
            Some(group) => self.groups.push(group),
            None => self.direct = true,
        }
    }
}

impl AffectedSku {
    /// Whether there is nothing to do about it: it is to stay, or a fix has changed it.
    pub const fn is_settled(&self) -> bool {
        self.accepted.is_some() || self.fixed.is_some()
    }
}

impl Affected {
    /// Whether licences are exchanged: then all of them together, or none.
    pub(crate) fn is_swap(&self) -> bool {
        self.skus.iter().any(|license| license.to.is_some())
    }
}

/// What to do about a person's licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// Ask whether it is still needed.
    Review,
    /// Take it back.
    Remove,
    /// Move to another licence or renew.
    Keep,
}

/// A fact a conclusion rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Evidence {
    /// What was looked at.
    pub what: String,
    /// What it says; may hold text from the directory: escape it.
    pub value: String,
    /// Where it is from.
    pub source: String,
    /// How old the statement is, where the source says.
    #[schema(value_type = Option<String>, format = "date")]
    pub as_of: Option<Date>,
}

impl Evidence {
    pub(crate) fn new(what: &str, value: impl ToString, source: &str, as_of: Option<Date>) -> Self {
        Self { what: what.into(), value: value.to_string(), source: source.into(), as_of }
    }
}

/// The common guards before a licence is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub enum GuardId {
    /// The licence comes from a group: it is left by leaving the group.
    G1,
    /// The mailbox may be shared, large or archived.
    G2,
    /// The mailbox may be on legal hold.
    G3,
    /// The person may be an administrator.
    G4,
    /// Licences depend on each other.
    G5,
    /// Many people at once.
    G6,
    /// Capabilities are lost.
    G7,
    /// The state may have changed since.
    G8,
}

/// One thing to look at before acting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Guard {
    /// Which guard.
    pub id: GuardId,
    /// What to look at, in plain words.
    pub text: String,
    /// How many people it concerns.
    pub people: u32,
    /// Capabilities that are lost (G7).
    pub lost: Vec<Feature>,
}

/// Who acts on a finding, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Licences are taken from people; from those who have them by a group, by leaving it.
    RemoveLicences,
    /// Licences are exchanged for smaller ones, each in one call.
    SwapLicences,
    /// The direct assignment is taken back; the group's stays.
    RemoveDirect,
    /// Microsoft is asked to work out assignments anew, once their cause is mended.
    Reprocess,
    /// Microsoft's reports are to show names.
    RevealReportNames,
    /// Steps to take elsewhere, and a check that looks again.
    Guided,
    /// Seats are given back in Microsoft's admin centre.
    ReduceAtMicrosoft,
    /// Seats are given back by the reseller they were bought from.
    ReduceAtReseller,
    /// The subscription is renewed, or its people get another licence.
    RenewOrMove,
}

/// Whether a change can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum UndoClass {
    /// Can be undone.
    Reversible,
    /// Can be undone for some days.
    Until {
        /// How many.
        days: u16,
    },
    /// Cannot be undone.
    No,
}

/// Sums over the findings and over the directory. Every pair of a person and a licence type is counted once, whatever
/// number of findings list it; seats nobody has come on top.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Totals {
    /// Potential saving a month.
    pub monthly: Money,
    /// The part of `monthly` that is certain.
    pub certain_monthly: Money,
    /// The part of `monthly` that is likely.
    pub likely_monthly: Money,
    /// Twelve times `monthly`.
    pub annual: Money,
    /// What becomes real in the current calendar year.
    pub this_year: Money,
    /// What is accepted as it is, a month: in none of the amounts above.
    pub accepted_monthly: Money,
    /// What a month costs more if nobody acts: trials that turn into subscriptions.
    pub cost_monthly: Money,
    /// The first day on which a part becomes real.
    #[schema(value_type = Option<String>, format = "date")]
    pub realisable_on: Option<Date>,
    /// People seen.
    pub people: u32,
    /// People with a paid licence.
    pub licensed_people: u32,
    /// People no check speaks of: excluded in the settings, directory-sync accounts, meeting rooms and shared phones.
    pub excluded_people: u32,
    /// Usable seats bought of paid licence types, trials left out.
    pub paid_seats_bought: u32,
    /// Seats of paid licence types that somebody has.
    pub assigned: u32,
    /// What the bought seats cost a month, where there is a price.
    pub spend_monthly: Money,
    /// What these amounts rest on: the prices of everything bought. Absent where nothing bought has a price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price_basis: Option<PricesUsed>,
    /// Paid licence types without a price: neither in the spend nor in any saving.
    pub price_missing_skus: Vec<PriceMissing>,
    /// How many more of them there are than are listed.
    #[serde(default)]
    pub price_missing_more: u32,
}

/// A check that did not say all it could have said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct NotEvaluated {
    /// The check.
    pub check: CheckId,
    /// Why.
    pub reason: Missing,
    /// How much of it.
    pub extent: Extent,
    /// People it could say nothing about.
    pub people: u32,
    /// Why, and what it means, in plain words.
    pub detail: String,
}

/// How much of a check was not evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// It cannot be evaluated: neither passed nor failed.
    Whole,
    /// It says nothing about some people.
    Part,
    /// It ran without one of its sources: its findings are less sure or lack a date.
    Weaker,
}

impl utoipa::PartialSchema for Missing {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("Why a source says nothing."))
            .enum_values(Some(["licence", "permission", "names_concealed", "error", "not_covered"]))
            .into()
    }
}
impl utoipa::ToSchema for Missing {}
