//! `GET /v1/exceptions`: what the company lives with.

use api::{Page, PageQuery, Query, Result, limit};
use axum::extract::State;
use checks::CheckId;
use identity::{Caller, can};
use model::{FindingId, PersonId, SkuId};
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{Accepted, Store};
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::exception::ExceptionView;

/// `findings-exceptions`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-exceptions", || routes!(exceptions));

/// Which page of which exceptions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExceptionsQuery {
    /// How many at most.
    #[param(minimum = 1, maximum = 100, default = 50, example = 50)]
    #[serde(default, deserialize_with = "limit")]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filter.
    #[param(max_length = 1024, example = "3q2-7w")]
    #[serde(default)]
    cursor: Option<String>,
    /// Only about what this check finds.
    check: Option<CheckId>,
    /// Only about this finding.
    finding: Option<FindingId>,
    /// Only about this person.
    person: Option<PersonId>,
    /// Only about this licence type.
    sku: Option<SkuId>,
}

/// List exceptions
///
/// What is accepted as it is, why, by whom, and until when. Reasons are free text: show them as text only.
#[utoipa::path(
    get, path = "/v1/exceptions", operation_id = "findings-exceptions", tag = "findings", params(ExceptionsQuery),
    security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "A page of exceptions.", body = Page<ExceptionView>),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn exceptions(
    State(store): State<Store>,
    caller: Caller<can::ReadFindings>,
    Query(query): Query<ExceptionsQuery>,
) -> Result<Page<ExceptionView>> {
    let ExceptionsQuery { limit, cursor, check, finding, person, sku } = query;
    let filter = format!("{check:?} {finding:?} {person:?} {sku:?}");
    let wanted = |accepted: &Accepted| {
        let exception = &accepted.exception;
        check.is_none_or(|check| exception.about.check() == check)
            && (finding.is_none() || accepted.finding == finding)
            && (person.is_none() || exception.person == person)
            && (sku.is_none() || exception.sku == sku)
    };
    let page = PageQuery { limit, cursor }.into();
    let listed = store.of(caller.scope()).list_where(&filter, &page, wanted).await?;
    Ok(Page::of(listed, ExceptionView::from))
}
