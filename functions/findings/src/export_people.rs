//! `GET /v1/people/export`: everybody as a file. That it was taken is in the log.

use api::{Csv, Query, Result, with_next};
use axum::{extract::State, response::Response};
use identity::{Caller, can};
use model::event::Export;
use runtime::{Function, Kernel};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::roster::{PersonView, Roster, Section, Wanted};

/// `findings-export-people`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-export-people", || routes!(export_people));

/// Most people of one file: about 3 MB, of the 6 MB that a Lambda may answer.
const PEOPLE_MOST: usize = 15_000;
const LIST: &str = "people-file";
const COLUMNS: [&str; 11] = [
    "name",
    "address",
    "department",
    "status",
    "licences",
    "monthly",
    "currency",
    "licences_without_price",
    "last_sign_in_earliest",
    "last_sign_in_latest",
    "person",
];

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleFileQuery {
    /// From the `Link` header of the file before.
    #[param(max_length = 1024, example = "3q2-7w")]
    cursor: Option<String>,
}

/// Export people
///
/// At most 15,000 people a file, by name; a `Link` header with `rel="next"` says where to go on. An empty cost is one
/// whose prices are missing, which is not zero. Cells that a spreadsheet would run as a formula begin with a single
/// quote. Every file taken is noted in the log.
#[utoipa::path(
    get, path = "/v1/people/export", operation_id = "findings-export-people", tag = "findings", params(PeopleFileQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The people, a row each.", body = String, content_type = "text/csv"),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn export_people(
    State(deps): State<Kernel>,
    caller: Caller<can::ExportData>,
    Query(query): Query<PeopleFileQuery>,
) -> Result<Response> {
    let tenant = deps.store.of(caller.scope());
    let after = query.cursor.as_deref().map(|cursor| tenant.place_behind(LIST, cursor)).transpose()?;
    let section = match Roster::read(&tenant, deps.clock.today()).await? {
        Some(roster) => roster.section(&tenant, &Wanted::default(), after.as_deref(), PEOPLE_MOST).await?,
        None => Section { people: Vec::new(), next: None },
    };
    let mut file = Csv::new(COLUMNS);
    for person in &section.people {
        write(person, &mut file);
    }
    let cursor = section.next.map(|place| tenant.cursor_to(LIST, &place)).transpose()?;
    Ok(with_next(file.taken(&tenant, Export::People, "steward-people").await?, cursor.as_deref()))
}

fn write(person: &PersonView, file: &mut Csv) {
    let licences: Vec<&str> = person.licences.iter().map(|licence| licence.product.as_str()).collect();
    let sign_in = |pick: fn(&crate::status::About) -> jiff::civil::Date| {
        person.last_sign_in.as_ref().map(|about| pick(about).to_string()).unwrap_or_default()
    };
    file.row([
        person.name.as_str(),
        &person.address,
        person.department.as_deref().unwrap_or_default(),
        &person.status_text,
        &licences.join("; "),
        &person.monthly.map(|money| money.decimal()).unwrap_or_default(),
        person.monthly.map_or("", |money| money.currency.code()),
        &person.price_missing.to_string(),
        &sign_in(|about| about.earliest),
        &sign_in(|about| about.latest),
        &person.person.to_string(),
    ]);
}
