//! `POST /v1/feeds`: makes a secret address under which a calendar program finds the renewals (F78).

use api::{Code, Error, FieldProblem, Json, Result};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{Person, can};
use model::FeedId;
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Feed, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::feed::{FEEDS_MOST, FeedView};

/// `insights-create-feed`.
pub const FUNCTION: Function<Kernel> = Function::http("insights-create-feed", || routes!(create_feed));

/// What the address is to be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeed {
    /// What people call it.
    #[schema(example = "Office calendar", max_length = 100)]
    name: String,
}

/// An address with its secret, which is shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FeedWithAddress {
    /// The address without its secret.
    pub feed: FeedView,
    /// What to subscribe to. Whoever has it reads the renewals; it is not kept and cannot be shown again.
    #[schema(example = "https://steward.example/v1/feeds/scf_…/renewals.ics")]
    pub address: String,
}

/// Make a calendar address
///
/// Whoever has the address reads licence types, numbers of seats and renewal days, and no names of people. It ends
/// when it is revoked, and when who made it is deactivated or removed.
#[utoipa::path(
    post, path = "/v1/feeds", operation_id = "insights-create-feed", tag = "insights", request_body = NewFeed, security(("bearer" = [])),
    responses(
        (status = 201, description = "The address; its secret is shown this once.", body = FeedWithAddress),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create_feed(
    State(deps): State<Kernel>,
    person: Person<can::ManageFeeds>,
    Json(body): Json<NewFeed>,
) -> Result<Response> {
    let told = "Enter a name of at most 100 characters on one line.";
    let wrong = || Error::invalid(vec![FieldProblem::new("/name", "not_a_name", told)]);
    let name = model::text::name(&body.name).ok_or_else(wrong)?;
    let tenant = deps.store.of(person.scope());
    if tenant.all::<Feed>().await?.len() >= FEEDS_MOST {
        return Err(Error::new(
            Code::PlanLimitReached,
            format!("A company has at most {FEEDS_MOST} calendar addresses. Revoke one first."),
        ));
    }
    let (secret, hash) = TokenHash::mint(&deps.ids, "scf_");
    let feed = Feed {
        feed: FeedId::generate(&deps.ids),
        name,
        created_by: person.user(),
        created_at: deps.clock.now(),
        secret: hash,
    };
    tenant.create_feed(&feed).await?;
    let address = format!("{}/v1/feeds/{secret}/renewals.ics", deps.app_url.trim_end_matches('/'));
    Ok((StatusCode::CREATED, Json(FeedWithAddress { feed: feed.into(), address })).into_response())
}
