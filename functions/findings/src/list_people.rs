//! `GET /v1/people`: everybody in the directory, what they have, what it costs, and how they use it.

use api::{Page, Query, Result};
use axum::extract::State;
use identity::{Caller, can};
use model::SkuId;
use runtime::{Function, Kernel};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::{
    roster::{PeopleOrder, PersonView, Roster, Wanted},
    status::PersonStatus,
};

/// `findings-list-people`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-list-people", || routes!(list_people));

const PAGE: usize = 50;

/// Who is looked for, and which page.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// What a name, a word of a name or an address begins with, in any case.
    #[param(max_length = 100, example = "anna")]
    search: Option<String>,
    /// Only with this status.
    #[param(inline)]
    status: Option<PersonStatus>,
    /// Only of this department, in any case.
    #[param(max_length = 100, example = "Sales")]
    department: Option<String>,
    /// Only who has this licence type.
    #[param(value_type = Option<String>, format = "uuid", example = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46")]
    licence: Option<SkuId>,
    /// In which order: `name`, or `cost` for the dearest first.
    #[serde(default)]
    #[param(inline)]
    sort: PeopleOrder,
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 50, example = 50)]
    #[serde(default, deserialize_with = "api::limit")]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filter and order.
    #[param(max_length = 1024, example = "3q2-7w")]
    cursor: Option<String>,
}

/// List people
///
/// As of the last scan. A status is what a finding says where there is one; what is known of sign-ins otherwise is
/// rounded to four weeks and told as such. Names come from your directory: show them as text only.
#[utoipa::path(
    get, path = "/v1/people", operation_id = "findings-list-people", tag = "findings", params(PeopleQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "A page of people.", body = Page<PersonView>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list_people(
    State(deps): State<Kernel>,
    caller: Caller<can::ReadPeople>,
    Query(query): Query<PeopleQuery>,
) -> Result<Page<PersonView>> {
    let PeopleQuery { search, status, department, licence, sort, limit, cursor } = query;
    let wanted = Wanted { search, status, department, licence, sort }.checked()?;
    let tenant = deps.store.of(caller.scope());
    let list = format!("people:{wanted:?}");
    let after = cursor.as_deref().map(|cursor| tenant.place_behind(&list, cursor)).transpose()?;
    let Some(roster) = Roster::read(&tenant, deps.clock.today()).await? else {
        return Ok(Page { items: Vec::new(), next_cursor: None });
    };
    let most = limit.map_or(PAGE, |limit| limit as usize);
    let section = roster.section(&tenant, &wanted, after.as_deref(), most).await?;
    let next_cursor = section.next.map(|place| tenant.cursor_to(&list, &place)).transpose()?;
    Ok(Page { items: section.people, next_cursor })
}
