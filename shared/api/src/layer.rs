//! What goes around every route: request id, capacity meter, headers, the one log line of an error.

use std::sync::Arc;

use axum::{
    Router,
    extract::{MatchedPath, Request},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use jiff::SignedDuration;
use store::{Allowance, Meter, metered};
use tracing::Instrument;

use crate::{
    Code, Error,
    headers::{API_POLICY, COMMON, NO_STORE},
    page::NextPage,
};

/// The id of a request: the gateway's, or one a client sent that is harmless.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What the request cost at the table; only where [`finish`] is told to show it.
const CAPACITY: HeaderName = HeaderName::from_static("x-steward-capacity");

/// What limits there are and how near they are (draft-ietf-httpapi-ratelimit-headers-10).
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// Finishes a router: unknown paths and methods answer with problems, and every answer has the common headers.
/// `show_capacity` adds what the request cost at the table (local mode and tests).
pub fn finish(router: Router, show_capacity: bool) -> Router {
    finish_with(router, MethodRouter::new().fallback(async || Error::not_found()), show_capacity)
}

/// As [`finish`], where `pages` answer to all paths that the router does not know.
pub fn finish_with(router: Router, pages: MethodRouter, show_capacity: bool) -> Router {
    router
        .fallback_service(pages)
        .method_not_allowed_fallback(async || {
            Error::new(Code::MethodNotAllowed, "See the API reference for the methods of this address.")
        })
        .layer(middleware::from_fn(move |request, next| around(request, next, show_capacity)))
}

async fn around(mut request: Request, next: Next, show_capacity: bool) -> Response {
    // The gateway's id is in the extensions already; a client's own is taken where there is none.
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_else(|| {
        let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()).unwrap_or("");
        let harmless = (8..=64).contains(&sent.len()) && sent.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        RequestId(if harmless { sent.to_owned() } else { format!("req-{:016x}", rand_id()) })
    });
    request.extensions_mut().insert(id.clone());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method: Method = request.method().clone();
    let query = request.uri().query().map(str::to_owned);
    let span = tracing::info_span!("request", request_id = %id.0, %method, route);
    let meter = Meter::default();
    let mut response = metered(&meter, next.run(request).instrument(span.clone())).await;
    let spent = meter.spent();
    let _in_span = span.enter();
    if let Some(error) = response.extensions_mut().remove::<Arc<Error>>() {
        response = with_instance(&error, response, &id);
        log(&error);
    }
    let status = response.status().as_u16();
    tracing::info!(status, trips = spent.trips, rru = spent.read_units, wru = spent.write_units, "answered");
    let next_page = response.extensions_mut().remove::<NextPage>().and_then(|next| next.link(query.as_deref()));
    let headers = response.headers_mut();
    if let Some(link) = next_page {
        headers.insert(header::LINK, link);
    }
    for (name, value) in COMMON {
        headers.entry(name).or_insert(value);
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(API_POLICY);
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
    if let Some(Allowance { limit, left, wait }) = meter.allowance() {
        let policy = format!("\"{}\";q={};w={}", limit.name, limit.count, limit.window.as_secs());
        let state = format!("\"{}\";r={};t={}", limit.name, left.unwrap_or(0), seconds(wait));
        for (name, value) in [(POLICY, policy), (STATE, state)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
    }
    if let Ok(value) = HeaderValue::try_from(id.0) {
        headers.insert(REQUEST_ID, value);
    }
    if show_capacity {
        let told = format!("trips={};rru={};wru={}", spent.trips, spent.read_units, spent.write_units);
        if let Ok(value) = HeaderValue::try_from(told) {
            headers.insert(CAPACITY, value);
        }
    }
    response
}

fn with_instance(error: &Error, old: Response, id: &RequestId) -> Response {
    let mut problem = error.problem.clone();
    problem.instance = Some(id.0.clone());
    let headers = old.headers().clone();
    let mut response = (old.status(), serde_json::to_vec(&problem).unwrap_or_default()).into_response();
    for (name, value) in &headers {
        if name != header::CONTENT_LENGTH {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

fn log(error: &Error) {
    let code = error.problem.code.as_str();
    match (&error.cause, error.problem.code.status()) {
        (cause, status) if status.is_server_error() => {
            tracing::error!(code, cause = cause.as_ref().map(|c| c.to_string()), "failed");
        }
        (Some(cause), _) => tracing::info!(code, %cause, "refused"),
        (None, StatusCode::NOT_FOUND) => {}
        (None, _) => tracing::info!(code, "refused"),
    }
}

/// An id for a request that came without one: unique enough for a log, no secret, so not from `Ids`.
fn rand_id() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

/// Whole seconds, rounded up: who waits so long is not refused again.
pub(crate) fn seconds(wait: SignedDuration) -> i64 {
    let millis = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX).max(0);
    millis / 1000 + i64::from(millis % 1000 > 0)
}
