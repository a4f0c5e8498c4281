//! `POST /v1/findings/{finding}/attestations`: asks the managers of people whether they still need their licences
//! (checks.md, L6). The mails follow from the events.

use std::collections::{BTreeMap, HashMap, HashSet};

use api::{Code, Error, FieldProblem, Json, Path, Result, within};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use checks::outcome::Affected;
use graph::BatchRequest;
use identity::{Person, can, normalised, normalised_domain};
use jiff::SignedDuration;
use model::{AttestationId, FindingId, PersonId};
use runtime::Function;
use serde::{Deserialize, Serialize};
use store::{
    Attestation, AttestationState, Connection, ConnectionState, Limit, Member, StoredFinding, Tenant, Versioned,
};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::deps::Asking;

/// `findings-attest`.
pub const FUNCTION: Function<Asking> = Function::http("findings-attest", || routes!(attest));

/// Most people of one request: as many as Microsoft answers for in one batch.
const PEOPLE_MOST: usize = 20;
/// Days there may be to answer.
const DAYS: std::ops::RangeInclusive<u32> = 3..=60;
/// Questions of one company: what a company of many managers needs, and no use to who sends spam.
const COMPANY: Limit = Limit { name: "questions", count: 200, window: SignedDuration::from_hours(24) };

/// Whom to ask about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttestations {
    /// People of the finding.
    #[schema(min_items = 1, max_items = 20)]
    people: Vec<PersonId>,
    /// Days there are to answer.
    #[schema(minimum = 3, maximum = 60, example = 14)]
    deadline_days: u32,
    /// Whom to ask instead of each one's manager: the address of a member of your company.
    #[serde(default)]
    #[schema(format = "email", max_length = 254, example = "jonas@northwind.example")]
    to: Option<String>,
}

/// Who was asked.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Attested {
    /// One for each of the people, in their order.
    #[schema(max_items = 20)]
    pub items: Vec<AttestedPerson>,
}

/// What came of one person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AttestedPerson {
    /// Who.
    pub person: PersonId,
    /// What came of it.
    pub outcome: Outcome,
    /// The question, where there is one.
    pub attestation: Option<AttestationId>,
    /// Who is asked, where somebody is: show it as text only.
    #[schema(example = "Jonas Weber")]
    pub manager: Option<String>,
}

/// What came of asking about one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A mail is on its way.
    Asked,
    /// A question about them is open already, and was not put off.
    AskedBefore,
    /// Your directory names no manager with an address at a domain of your company: ask a member with `to`.
    NoManager,
}

/// Somebody to ask.
struct Manager {
    name: String,
    address: String,
}

/// Ask managers about licences
///
/// The manager is who your directory names, or a member of your company given as `to`. They need no account: the mail has
/// a link to a page with three answers. Opening the link answers nothing.
#[utoipa::path(
    post, path = "/v1/findings/{finding}/attestations", operation_id = "findings-attest", tag = "findings", request_body = NewAttestations, security(("bearer" = [])),
    params(("finding" = FindingId, Path, description = "Which finding.")),
    responses(
        (status = 202, description = "What came of each person.", body = Attested),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn attest(
    State(deps): State<Asking>,
    person: Person<can::ManageFindings>,
    Path(finding): Path<FindingId>,
    Json(body): Json<NewAttestations>,
) -> Result<Response> {
    let tenant = deps.kernel.store.of(person.scope());
    tenant.get::<StoredFinding>(&finding).await?.ok_or_else(Error::not_found)?;
    let affected = checked(&body, tenant.affected(finding).await?)?;
    let (mut managers, mut calls) = match &body.to {
        Some(to) => (member(&tenant, to, &affected).await?, BTreeMap::new()),
        None => managers(&deps, &tenant, &affected).await?,
    };
    let licensing = tenant.licensing().await?.ok_or_else(Error::not_found)?;
    let now = deps.kernel.clock.now();
    let mut open = open(&tenant, finding, now).await?;
    let mut items = Vec::new();
    for Affected { person: about, name, skus, .. } in affected {
        let told = |outcome, attestation, manager| AttestedPerson { person: about, outcome, attestation, manager };
        let put_off = match open.remove(&about) {
            Some(Versioned { value: known, .. }) if !known.is_put_off() => {
                items.push(told(Outcome::AskedBefore, Some(known.attestation), Some(known.manager)));
                continue;
            }
            put_off => put_off,
        };
        let Some(Manager { name: manager, address }) = managers.remove(&about) else {
            items.push(told(Outcome::NoManager, None, None));
            continue;
        };
        within(&deps.kernel.store, COMPANY, &person.tenant().to_string()).await?;
        let attestation = Attestation {
            attestation: AttestationId::generate(&deps.kernel.ids),
            finding,
            person: about,
            name,
            licences: skus.iter().map(|sku| licensing.name(sku.sku)).collect(),
            manager: manager.clone(),
            to: address,
            instead: body.to.is_some(),
            asked_by: person.user(),
            asked_at: now,
            deadline: (now + SignedDuration::from_hours(24 * i64::from(body.deadline_days))).as_second(),
            answer: None,
            answered_at: None,
            expired: false,
        };
        // They were made for all of them at once: the first question tells of them.
        tenant.ask(&attestation, put_off, std::mem::take(&mut calls)).await?;
        items.push(told(Outcome::Asked, Some(attestation.attestation), Some(manager)));
    }
    Ok((StatusCode::ACCEPTED, Json(Attested { items })).into_response())
}

/// The people asked about, in their order, or every field that is wrong.
fn checked(body: &NewAttestations, affected: Vec<Affected>) -> Result<Vec<Affected>> {
    let mut errors = Vec::new();
    let mut wrong = |pointer: String, code: &str, told: &str| errors.push(FieldProblem::new(pointer, code, told));
    if body.people.is_empty() || body.people.len() > PEOPLE_MOST {
        wrong("/people".into(), "out_of_range", "Name 1 to 20 people.");
    }
    if !DAYS.contains(&body.deadline_days) {
        wrong("/deadline_days".into(), "out_of_range", "Give 3 to 60 days.");
    }
    let mut known: HashMap<PersonId, Affected> = affected.into_iter().map(|one| (one.person, one)).collect();
    let mut people = Vec::new();
    let mut named = HashSet::new();
    for (place, person) in body.people.iter().enumerate().take(PEOPLE_MOST) {
        if !named.insert(*person) {
            wrong(format!("/people/{place}"), "twice", "Name everybody once.");
        } else if let Some(affected) = known.remove(person) {
            people.push(affected);
        } else {
            wrong(format!("/people/{place}"), "not_in_finding", "This person is not in the finding.");
        }
    }
    if errors.is_empty() { Ok(people) } else { Err(Error::invalid(errors)) }
}

/// A member asked in place of every manager: nobody outside the company is written to on somebody's word.
async fn member(tenant: &Tenant<'_>, to: &str, affected: &[Affected]) -> Result<HashMap<PersonId, Manager>> {
    let told = "Enter the address of a member of your company.";
    let wrong = || Error::invalid(vec![FieldProblem::new("/to", "not_a_member", told)]);
    let address = normalised(to).ok_or_else(wrong)?;
    let members = tenant.all::<Member>().await?.into_iter().map(|member| member.value);
    let member = members.into_iter().find(|member| member.active && member.email == address).ok_or_else(wrong)?;
    let manager = || Manager { name: member.name.clone(), address: address.clone() };
    Ok(affected.iter().map(|one| (one.person, manager())).collect())
}

/// The managers that the directory names, read in one call, and what was called by code. Who has none, or one without an
/// address at a domain of the company, is left out: whoever administers a directory can name anybody's address in it, and
/// only what domains are theirs has Microsoft checked. They are asked for now, as they come and go.
async fn managers(
    deps: &Asking,
    tenant: &Tenant<'_>,
    affected: &[Affected],
) -> Result<(HashMap<PersonId, Manager>, BTreeMap<String, u32>)> {
    let connection = tenant.get::<Connection>(&()).await?.map(|connection| connection.value);
    let connected = connection.filter(|connection| connection.state == ConnectionState::Connected);
    let not_connected = || Error::new(Code::NotConnected, "Who is whose manager is read from your Microsoft 365.");
    let directory = deps.reader.directory(connected.ok_or_else(not_connected)?.directory);
    let requests: Vec<BatchRequest> = affected.iter().map(|one| BatchRequest::manager(one.person)).collect();
    let unavailable = |error: graph::Error| {
        Error::new(
            Code::Unavailable,
            "Microsoft did not say who is whose manager. Try again in a moment, or name a member.",
        )
        .because(error)
    };
    let answers = directory.batch(&requests).await.map_err(unavailable)?;
    let organization = directory.organization().await.map_err(unavailable)?;
    let domains: HashSet<String> =
        graph::facts::domains(organization).iter().filter_map(|domain| normalised_domain(domain)).collect();
    let is_ours = |address: &String| address.rsplit_once('@').is_some_and(|(_, domain)| domains.contains(domain));
    let mut managers = HashMap::new();
    for (one, answer) in affected.iter().zip(answers) {
        // Graph answers 404 for who has no manager.
        let Some(manager) = answer.ok().and_then(graph::facts::manager) else { continue };
        if let Some(address) = normalised(&manager.address).filter(is_ours) {
            managers.insert(one.person, Manager { name: manager.name, address });
        }
    }
    Ok((managers, directory.counted()))
}

/// Questions of a finding that are open: nobody is asked twice at a time who did not ask for it.
async fn open(
    tenant: &Tenant<'_>,
    finding: FindingId,
    now: jiff::Timestamp,
) -> Result<HashMap<PersonId, Versioned<Attestation>>> {
    let kept = tenant.all_under::<Attestation>(&finding.to_string()).await?.into_iter();
    let open = kept.filter(|kept| kept.value.state(now) == AttestationState::Open);
    Ok(open.map(|kept| (kept.value.person, kept)).collect())
}
