//! `GET /v1/people/{person}`: one person: what they have, what was found about them, and since when.

use api::{Error, Json, Path, Result};
use axum::extract::State;
use checks::{
    CheckId,
    outcome::{Advice, Affected, AffectedSku, Evidence},
    people::{Row, bucket_of, unpack},
};
use identity::{Caller, can};
use jiff::civil::Date;
use model::{FindingId, PersonId};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{AffectedPart, Bucket, PageRequest, StoredFinding, Tenant};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    roster::{PersonView, Roster},
    view::title_of,
};

/// `findings-person`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-person", || routes!(person));

/// One person with everything known of them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonDetail {
    /// Who they are, what they have, and how they use it.
    #[serde(flatten)]
    pub view: PersonView,
    /// Findings they are in, the first found first.
    #[schema(max_items = 200)]
    pub findings: Vec<PersonFinding>,
    /// What is known to have happened, newest first.
    #[schema(max_items = 500)]
    pub history: Vec<Happened>,
}

/// What a finding says of one person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonFinding {
    /// The finding.
    pub finding: FindingId,
    /// Its check.
    pub check: CheckId,
    /// What was looked for.
    #[schema(example = "Licences of people who left")]
    pub title: String,
    /// Licences of theirs it is about.
    #[schema(max_items = 200)]
    pub licences: Vec<AffectedSku>,
    /// What to do.
    pub advice: Advice,
    /// What it is concluded from.
    #[schema(max_items = 100)]
    pub evidence: Vec<Evidence>,
}

/// Something that happened on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Happened {
    /// The day, in UTC.
    #[schema(value_type = String, format = "date")]
    pub on: Date,
    /// What: text, which may hold names of your directory's.
    #[schema(example = "Microsoft 365 Business Premium was assigned or changed")]
    pub what: String,
}

/// Read a person
#[utoipa::path(
    get, path = "/v1/people/{person}", operation_id = "findings-person", tag = "findings", security(("bearer" = []), ("key" = [])),
    params(("person" = PersonId, Path, description = "Who, at Microsoft.")),
    responses(
        (status = 200, description = "The person.", body = PersonDetail),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn person(
    State(deps): State<Kernel>,
    caller: Caller<can::ReadPeople>,
    Path(person): Path<PersonId>,
) -> Result<Json<PersonDetail>> {
    let tenant = deps.store.of(caller.scope());
    let row = row_of(&tenant, person).await?.ok_or_else(Error::not_found)?;
    let known = tenant.all::<StoredFinding>().await?;
    let affected = affected_in(&tenant, person).await?;
    let roster = Roster::of(&tenant, deps.clock.today(), &known, &affected).await?.ok_or_else(Error::not_found)?;
    let mut history = history(&row, |sku| roster.licensing().name(sku));
    let mut findings = Vec::new();
    for (finding, affected) in affected {
        let Some(stored) = known.iter().find(|known| known.value.finding == finding) else { continue };
        let StoredFinding { found, first_found, .. } = &stored.value;
        let title = title_of(found.check).to_owned();
        history.push(Happened {
            on: model::utc_date(*first_found),
            what: format!("The finding “{title}” was first made"),
        });
        let Affected { skus, advice, evidence, .. } = affected;
        findings.push((
            *first_found,
            PersonFinding { finding, check: found.check, title, licences: skus, advice, evidence },
        ));
    }
    findings.sort_by_key(|(first_found, found)| (*first_found, found.finding));
    history.sort_by(|a, b| b.cmp(a));
    let findings = findings.into_iter().map(|(_, found)| found).collect();
    Ok(Json(PersonDetail { view: roster.view(row), findings, history }))
}

/// What is kept of somebody. The highest bucket's number tells how many buckets there are.
async fn row_of(tenant: &Tenant<'_>, person: PersonId) -> Result<Option<Row>> {
    let highest = tenant.list::<Bucket>(&PageRequest { limit: Some(1), cursor: None }, true).await?.items.pop();
    let Some(highest) = highest else { return Ok(None) };
    let number = bucket_of(person, highest.value.number.saturating_add(1));
    let bucket = if number == highest.value.number { Some(highest) } else { tenant.get::<Bucket>(&number).await? };
    let mut found = None;
    if let Some(bucket) = bucket {
        let take = |row: Row| {
            if row.person.id == person {
                found = Some(row)
            }
        };
        unpack(&bucket.value.rows, take).map_err(Error::internal)?;
    }
    Ok(found)
}

/// What findings say of somebody: one pass over the people of all of them.
async fn affected_in(tenant: &Tenant<'_>, person: PersonId) -> Result<Vec<(FindingId, Affected)>> {
    let mut found = Vec::new();
    for part in tenant.all::<AffectedPart>().await? {
        let people = part.value.open()?.into_iter().filter(|affected| affected.person == person);
        found.extend(people.map(|affected| (part.value.finding, affected)));
    }
    Ok(found)
}

fn history(row: &Row, name: impl Fn(model::SkuId) -> String) -> Vec<Happened> {
    let person = &row.person;
    let made = person.created.map(|on| Happened { on, what: "The account was made".into() });
    let blocked = row.disabled_since.map(|on| Happened { on, what: "Steward first saw the account blocked".into() });
    let licences = person.licenses.iter().filter_map(|license| {
        Some(Happened { on: license.changed?, what: format!("{} was assigned or changed", name(license.sku)) })
    });
    made.into_iter().chain(blocked).chain(licences).collect()
}
