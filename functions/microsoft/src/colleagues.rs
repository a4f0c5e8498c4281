//! `GET /v1/microsoft/colleagues`: people of the connected directory, to invite (F52).
//!
//! Read from what the last scan kept: it takes no permission of Microsoft that scans do not need, and no call.
//! Photographs and profiles are not read: they would take more (docs/adr/0010).

use std::collections::{BTreeSet, HashSet};

use api::{Code, Error, FieldProblem, Json, Query, Result};
use axum::extract::State;
use checks::facts::{MailboxPurpose, Person};
use identity::{Caller, can};
use model::PersonId;
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Bucket, Member, Store};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

/// `microsoft-colleagues`.
pub const FUNCTION: Function<Kernel> = Function::http("microsoft-colleagues", || routes!(colleagues));

/// Most that are shown; who is looked for and not among them is found by typing more.
const MOST: usize = 20;
/// Longest text looked for, in characters.
const SEARCH_MOST: usize = 100;

/// Whom to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ColleaguesQuery {
    /// Part of a name, address or department, in any case; everybody without it.
    #[serde(default)]
    #[param(max_length = 100, example = "anna")]
    search: Option<String>,
}

/// People to invite.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Colleagues {
    /// By name, at most 20.
    #[schema(max_items = 20)]
    pub items: Vec<Colleague>,
    /// Whether there are more.
    pub more: bool,
}

/// Somebody of the connected directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Colleague {
    /// Their name as Microsoft gives it: show it as text only.
    #[schema(example = "Anna Berg")]
    pub name: String,
    /// What they sign in to Microsoft with, which is an address of theirs as a rule: let the inviter check it.
    #[schema(example = "anna@northwind.example")]
    pub address: String,
    /// Their department as Microsoft gives it: show it as text only.
    #[schema(example = "Sales")]
    pub department: Option<String>,
    /// Who it is at Microsoft.
    pub person: PersonId,
}

/// Find people of your Microsoft 365 to invite
///
/// From the last scan. Guests, blocked accounts, shared mailboxes, people without a licence, and who is a member by
/// that address are left out.
#[utoipa::path(
    get, path = "/v1/microsoft/colleagues", operation_id = "microsoft-colleagues", tag = "microsoft",
    params(ColleaguesQuery), security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "People to invite.", body = Colleagues),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn colleagues(
    State(store): State<Store>,
    caller: Caller<can::ManageMembers>,
    Query(query): Query<ColleaguesQuery>,
) -> Result<Json<Colleagues>> {
    let search = query.search.unwrap_or_default().trim().to_lowercase();
    if search.chars().count() > SEARCH_MOST {
        let mut error = Error::new(Code::BadQuery, "Look for fewer characters.");
        error.problem.errors = vec![FieldProblem::new("search", "too_long", "At most 100 characters.")];
        return Err(error);
    }
    let tenant = store.of(caller.scope());
    let members: HashSet<String> = tenant.all::<Member>().await?.into_iter().map(|member| member.value.email).collect();
    let mut shown = Shown::default();
    for bucket in tenant.all::<Bucket>().await? {
        checks::people::unpack(&bucket.value.rows, |row| {
            if works_here(&row.person) && matches(&row.person, &search) && !members.contains(&row.person.upn) {
                shown.add(row.person);
            }
        })
        .map_err(Error::internal)?;
    }
    Ok(Json(Colleagues { items: shown.first.into_iter().map(|(_, colleague)| colleague).collect(), more: shown.more }))
}

/// The first by name of all that were added: as many as are shown, however many there are.
#[derive(Default)]
struct Shown {
    first: BTreeSet<(String, Colleague)>,
    more: bool,
}

impl Shown {
    fn add(&mut self, person: Person) {
        let Person { id, upn, name, department, .. } = person;
        self.first.insert((name.to_lowercase(), Colleague { name, address: upn, department, person: id }));
        if self.first.len() > MOST {
            self.first.pop_last();
            self.more = true;
        }
    }
}

/// Whether somebody is a person at work, as far as the scan could tell.
fn works_here(person: &Person) -> bool {
    !person.guest
        && person.enabled != Some(false)
        && person.purpose.is_none_or(MailboxPurpose::is_person)
        && !person.licenses.is_empty()
}

/// Whether the text looked for is in what is shown of somebody.
fn matches(person: &Person, search: &str) -> bool {
    let within = |text: &str| text.to_lowercase().contains(search);
    within(&person.name) || within(&person.upn) || person.department.as_deref().is_some_and(within)
}
