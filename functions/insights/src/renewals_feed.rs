//! `GET /v1/feeds/{token}/renewals.ics`: the calendar behind a secret address. Calendar programs cannot sign in; the
//! address is the proof. A secret that opens nothing, never did or is revoked is one and the same 404.

use api::{Client, Error, Path, Result, etag, within, within_by_address};
use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;
use runtime::{Function, Kernel};
use store::{Limit, TokenHash};
use utoipa_axum::routes;

use crate::{calendar::calendar, renewal};

/// `insights-renewals-feed`.
pub const FUNCTION: Function<Kernel> = Function::http("insights-renewals-feed", || routes!(renewals_feed));

/// Reads of one calendar: programs ask every few minutes at worst.
const OF_ONE: Limit = Limit { name: "calendar", count: 30, window: SignedDuration::from_hours(1) };
/// Reads from one address, so that secrets cannot be tried out: a calendar service reads for many.
const FROM_ONE: Limit = Limit { name: "calendars", count: 120, window: SignedDuration::from_mins(1) };
/// The longest secret there can be.
const SECRET_MOST: usize = 128;

/// Read the renewals as a calendar
///
/// RFC 5545. Licence types, numbers of seats and days; no names of people.
#[utoipa::path(
    get, path = "/v1/feeds/{token}/renewals.ics", operation_id = "insights-renewals-feed", tag = "insights", security(()),
    params(("token" = String, Path, description = "The secret of the address.", max_length = 128, example = "scf_example")),
    responses(
        (status = 200, description = "The calendar.", body = String, content_type = "text/calendar"),
        (status = 304, description = "It is what you have."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn renewals_feed(
    State(deps): State<Kernel>,
    client: Client,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    within_by_address(&deps.store, FROM_ONE, &client).await?;
    if token.len() > SECRET_MOST {
        return Err(Error::not_found());
    }
    let secret = TokenHash::of(&token);
    let scope = deps.store.open_feed(&secret).await?.ok_or_else(Error::not_found)?;
    within(&deps.store, OF_ONE, secret.as_str()).await?;
    let today = deps.clock.today();
    let text = calendar(&renewal::of(&deps.store.of(&scope), today).await?, today);
    let tag: String =
        digest(&SHA256, text.as_bytes()).as_ref()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = etag(tag);
    let common = [
        (header::CACHE_CONTROL, "private, max-age=3600".to_owned()),
        (header::ETAG, tag.clone()),
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, "inline; filename=\"renewals.ics\"".to_owned()),
    ];
    let seen = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // A cache may have made the tag a weak one (RFC 9110 13.1.2).
    if seen.split(',').any(|one| one.trim().trim_start_matches("W/") == tag) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    Ok((common, text).into_response())
}
