//! The people of the directory with what they cost: made of the last scan's rows, its findings and the prices of today.

use std::collections::{BTreeMap, HashMap};

use api::{Code, Error, FieldProblem, Result};
use checks::{
    CheckId, Licensing,
    facts::{License, Person},
    outcome::{Affected, Evidence, Extent},
    people::{Row, unpack},
};
use jiff::civil::Date;
use model::{FindingId, Money, PersonId, SkuId};
use serde::{Deserialize, Serialize};
use store::{Bucket, StoredFinding, Tenant, Versioned};
use utoipa::ToSchema;

use crate::status::{About, Judged, PersonStatus, Standing, Yardstick, last_sign_in, standing};

/// Longest text looked for, in characters.
const SEARCH_MOST: usize = 100;
/// Characters of a name that order people; ids settle the rest.
const NAME_ORDERS: usize = 80;

/// Somebody of the directory.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// Who, at Microsoft.
    pub person: PersonId,
    /// Their name as Microsoft gives it: show it as text only.
    #[schema(example = "Anna Berg")]
    pub name: String,
    /// What they sign in with: show it as text only.
    #[schema(example = "anna@northwind.example")]
    pub address: String,
    /// Their department as Microsoft gives it: show it as text only.
    #[schema(example = "Sales")]
    pub department: Option<String>,
    /// How they use what they have.
    pub status: PersonStatus,
    /// The same in words.
    #[schema(example = "Not used for 90 days")]
    pub status_text: String,
    /// What the status is concluded from.
    pub status_evidence: Evidence,
    /// The finding that says so, where one does.
    pub status_finding: Option<FindingId>,
    /// Their last sign-in: one of these days. Absent where it is not known.
    pub last_sign_in: Option<About>,
    /// What they have.
    #[schema(max_items = 200)]
    pub licences: Vec<PersonLicence>,
    /// What their licences cost a month, as far as prices are known; absent where no price of any is known, which is
    /// not zero.
    pub monthly: Option<Money>,
    /// Licences of theirs whose price is missing: `monthly` is without them.
    #[schema(example = 0)]
    pub price_missing: u32,
}

/// A licence of somebody.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonLicence {
    /// The licence type.
    pub sku: SkuId,
    /// What it is called: the product, or Microsoft's part number of one Steward does not know.
    #[schema(example = "Microsoft 365 Business Premium")]
    pub product: String,
    /// What it costs a month; zero where it is free, a trial, or no longer in force, absent where the price is missing.
    pub monthly: Option<Money>,
    /// Assigned to the person directly.
    pub direct: bool,
    /// How many groups assign it.
    #[schema(example = 0)]
    pub groups: u32,
}

/// Who is looked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Wanted {
    /// What a name, a part of one or an address begins with, in any case.
    pub search: Option<String>,
    /// With this status.
    pub status: Option<PersonStatus>,
    /// Of this department, in any case.
    pub department: Option<String>,
    /// Who has this licence type.
    pub licence: Option<SkuId>,
    /// In which order.
    pub sort: PeopleOrder,
}

/// The order of people.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PeopleOrder {
    /// By name.
    #[default]
    Name,
    /// The dearest first.
    Cost,
}

impl Wanted {
    /// What is looked for, trimmed.
    ///
    /// # Errors
    /// When a text is too long.
    pub fn checked(self) -> Result<Self> {
        let trimmed =
            |text: Option<String>| text.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        let wanted = Self { search: trimmed(self.search), department: trimmed(self.department), ..self };
        let texts = [("search", &wanted.search), ("department", &wanted.department)];
        let too_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().count() > SEARCH_MOST);
        let errors: Vec<FieldProblem> = texts
            .into_iter()
            .filter(|(_, text)| too_long(text))
            .map(|(name, _)| FieldProblem::new(name, "too_long", "At most 100 characters."))
            .collect();
        if errors.is_empty() {
            return Ok(wanted);
        }
        let mut error = Error::new(Code::BadQuery, "Look for fewer characters.");
        error.problem.errors = errors;
        Err(error)
    }

    fn lets_through(&self, person: &Person) -> bool {
        self.search.as_deref().is_none_or(|search| begins(person, search))
            && self.licence.is_none_or(|sku| person.licenses.iter().any(|license| license.sku == sku))
            && self.department.as_deref().is_none_or(|wanted| {
                person.department.as_deref().is_some_and(|department| department.trim().to_lowercase() == wanted)
            })
    }
}

/// Whether an address, a name or a word of a name begins with the text looked for.
fn begins(person: &Person, search: &str) -> bool {
    let name = person.name.to_lowercase();
    person.upn.to_lowercase().starts_with(search)
        || name.starts_with(search)
        || name.split_whitespace().any(|word| word.starts_with(search))
}

/// The people of one company.
#[derive(Debug)]
pub struct Roster {
    licensing: Licensing,
    judged: HashMap<PersonId, Judged>,
    by: Yardstick,
}

/// Some people, and where the next are.
#[derive(Debug)]
pub struct Section {
    /// They.
    pub people: Vec<PersonView>,
    /// The place of the last; `None` at the end.
    pub next: Option<String>,
}

impl Roster {
    /// What people are judged and priced by; `None` before the first scan finished.
    pub async fn read(tenant: &Tenant<'_>, today: Date) -> Result<Option<Self>> {
        let known = tenant.all::<StoredFinding>().await?;
        let mut affected = Vec::new();
        for StoredFinding { finding, found, .. } in known.iter().map(|stored| &stored.value) {
            if says(found.check).is_some() {
                let people = tenant.affected(*finding).await?;
                affected.extend(people.into_iter().map(|affected| (*finding, affected)));
            }
        }
        Self::of(tenant, today, &known, &affected).await
    }

    /// The same for who has read the findings and whom they are about already.
    pub async fn of(
        tenant: &Tenant<'_>,
        today: Date,
        known: &[Versioned<StoredFinding>],
        affected: &[(FindingId, Affected)],
    ) -> Result<Option<Self>> {
        let terms = tenant.terms().await?;
        let Some(licensing) = tenant.licensing_by(&terms).await? else { return Ok(None) };
        let says: HashMap<FindingId, PersonStatus> =
            known.iter().filter_map(|stored| Some((stored.value.finding, says(stored.value.found.check)?))).collect();
        let mut judged = HashMap::new();
        for (finding, Affected { person, evidence, .. }) in affected {
            let Some(&status) = says.get(finding) else { continue };
            let evidence = evidence.first().cloned();
            // Never used is also not used: the first tells more.
            let entry = judged.entry(*person).or_insert(Judged { status, finding: *finding, evidence });
            if entry.status == PersonStatus::NotUsed && status == PersonStatus::NeverUsed {
                (entry.status, entry.finding) = (status, *finding);
            }
        }
        let summary = tenant.overview().await?.summary;
        let blind = |summary: &store::Summary| {
            let unsure = [Extent::Whole, Extent::Part];
            summary.not_evaluated.iter().any(|one| one.check == CheckId::L6 && unsure.contains(&one.extent))
        };
        let all_looked_at = summary.is_some_and(|summary| !blind(&summary.value));
        let by = Yardstick { today, days: terms.settings.value.settings.review_after_days, all_looked_at };
        Ok(Some(Self { licensing, judged, by }))
    }

    /// What was bought, and prices.
    pub const fn licensing(&self) -> &Licensing {
        &self.licensing
    }

    /// Those who are wanted, in order, from behind `after`, at most `most`. One pass over everybody; only those shown
    /// are kept.
    pub async fn section(
        &self,
        tenant: &Tenant<'_>,
        wanted: &Wanted,
        after: Option<&str>,
        most: usize,
    ) -> Result<Section> {
        let mut shown: BTreeMap<String, PersonView> = BTreeMap::new();
        for bucket in tenant.all::<Bucket>().await? {
            unpack(&bucket.value.rows, |row| {
                if !wanted.lets_through(&row.person) {
                    return;
                }
                let view = self.view(row);
                let place = place(wanted.sort, &view);
                let here = after.is_none_or(|after| place.as_str() > after);
                if here && wanted.status.is_none_or(|status| view.status == status) {
                    shown.insert(place, view);
                    if shown.len() > most + 1 {
                        shown.pop_last();
                    }
                }
            })
            .map_err(Error::internal)?;
        }
        let more = shown.len() > most;
        if more {
            shown.pop_last();
        }
        let next = shown.last_key_value().filter(|_| more).map(|(place, _)| place.clone());
        Ok(Section { people: shown.into_values().collect(), next })
    }

    /// Somebody as members see them.
    pub fn view(&self, row: Row) -> PersonView {
        let Standing { status, evidence, finding } = standing(&row, self.judged.get(&row.person.id), &self.by);
        let Person { id, upn, name, department, licenses, sign_in, .. } = row.person;
        let licences: Vec<PersonLicence> = licenses.iter().map(|license| self.licence(license)).collect();
        let price_missing = licences.iter().filter(|licence| licence.monthly.is_none()).count();
        let priced = || licences.iter().filter_map(|licence| licence.monthly);
        let none_known = price_missing > 0 && priced().all(|money| money.amount_minor == 0);
        let currency = self.licensing.prices.currency();
        let minor = priced().fold(0i64, |sum, money| sum.saturating_add(money.amount_minor));
        PersonView {
            person: id,
            name,
            address: upn,
            department,
            status,
            status_text: status.words(self.by.days),
            status_evidence: evidence,
            status_finding: finding,
            last_sign_in: last_sign_in(sign_in, self.by.today),
            monthly: (!none_known).then(|| Money::new(minor, currency)),
            price_missing: u32::try_from(price_missing).unwrap_or(u32::MAX),
            licences,
        }
    }

    fn licence(&self, license: &License) -> PersonLicence {
        let cost = self.licensing.holding_cost(license.sku);
        PersonLicence {
            sku: license.sku,
            product: self.licensing.name(license.sku),
            monthly: cost.monthly(&self.licensing.prices),
            direct: license.direct,
            groups: u32::try_from(license.groups.len()).unwrap_or(u32::MAX),
        }
    }
}

/// The word that being in a check's finding comes to, where it is about how somebody uses what they have.
const fn says(check: CheckId) -> Option<PersonStatus> {
    match check {
        CheckId::L3 => Some(PersonStatus::Left),
        CheckId::L6 => Some(PersonStatus::NotUsed),
        CheckId::L7 => Some(PersonStatus::NeverUsed),
        _ => None,
    }
}

/// Where somebody stands in the order: text order is that order.
fn place(sort: PeopleOrder, view: &PersonView) -> String {
    let name: String = view.name.to_lowercase().chars().take(NAME_ORDERS).collect();
    let by_name = format!("{name}\u{0}{}", view.person);
    match sort {
        PeopleOrder::Name => by_name,
        PeopleOrder::Cost => {
            let minor = view.monthly.map_or(0, |money| money.amount_minor).max(0);
            format!("{:020} {by_name}", i64::MAX - minor)
        }
    }
}
