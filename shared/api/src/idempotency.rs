//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07, flows.md C17): a write that was sent twice happens
//! once, and its second sender gets the first one's answer.
//!
//! To give it to another operation:
//! 1. take `key: IdempotencyKey` in the handler (or `Option<IdempotencyKey>` where it is no must), before the body;
//! 2. let the request's type be `Serialize`, so that it has one form, and run the handler's work in [`once`];
//! 3. commit with `Commit::answered(&claim, answer)`, so that effect and answer are one transaction;
//! 4. give the function `GetItem`, `PutItem` and `DeleteItem` on `TENANT#*` in `template.yaml`.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header, request::Parts};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::{Begun, Claim, KeptAnswer, Tenant};

use crate::{Code, Error, Result};

const HEADER: &str = "idempotency-key";
/// Says that an answer is an earlier one.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// How long the gateway waits for an answer: no invocation behind it has longer.
const GATEWAY: SignedDuration = SignedDuration::from_secs(30);
/// Longest key, in characters.
const KEY_MOST: usize = 200;

/// Until when the invocation has time; put into a request's extensions by `runtime`.
#[derive(Debug, Clone, Copy)]
pub struct Until(pub Timestamp);

/// The `Idempotency-Key` of a request: any text of the client's, best a random UUID; new for each new intention.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    key: String,
    until: Option<Until>,
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>> {
        let mut sent = parts.headers.get_all(HEADER).iter();
        let Some(first) = sent.next() else { return Ok(None) };
        // The draft's form is a string in quotes; most clients send it bare.
        let key = first.to_str().unwrap_or_default().trim().trim_matches('"').to_owned();
        let good = (1..=KEY_MOST).contains(&key.len()) && key.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if !good || sent.next().is_some() {
            let told = format!("`Idempotency-Key` is one text of 1 to {KEY_MOST} printable ASCII characters.");
            return Err(Error::new(Code::KeyNeeded, told));
        }
        Ok(Some(Self { key, until: parts.extensions.get().copied() }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let told = "Send the header `Idempotency-Key` with a text of your own, such as a random UUID. Use the same one \
                    when you send the same request again.";
        <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, state)
            .await?
            .ok_or_else(|| Error::new(Code::KeyNeeded, told))
    }
}

/// Handles a request at most once for its caller, operation and key. `act` commits its change together with
/// `Commit::answered` and returns the same answer. A refusal changes nothing and is not kept: the same key may be sent
/// again.
///
/// # Errors
/// [`Code::KeyReused`] on another body, [`Code::KeyInUse`] while the first is being handled, and those of `act`.
pub async fn once(
    tenant: Tenant<'_>,
    operation: &str,
    key: &IdempotencyKey,
    body: &impl Serialize,
    act: impl AsyncFnOnce(&Claim) -> Result<KeptAnswer>,
) -> Result<Response> {
    let body = serde_json::to_vec(body).map_err(Error::internal)?;
    let now = tenant.now();
    let until = key.until.map_or(now + GATEWAY, |until| until.0);
    let claim = match tenant.begin_once(operation, &key.key, &body, until).await? {
        Begun::First(claim) => claim,
        Begun::Again(answer) => {
            let mut response = response(answer);
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            return Ok(response);
        }
        Begun::Running(until) => {
            let wait = u32::try_from(until.duration_since(now).as_secs().max(1)).unwrap_or(u32::MAX);
            let told = "The same request was sent a moment ago and is being handled. Send it again to get its answer.";
            return Err(Error::new(Code::KeyInUse, told).retry_after(wait));
        }
        Begun::OtherBody => {
            let told = "This `Idempotency-Key` was used for another request. Use a new one for each new request.";
            return Err(Error::new(Code::KeyReused, told));
        }
    };
    let acted = act(&claim).await;
    // What had no effect leaves no trace, and may be sent again with the same key.
    if acted.as_ref().map_or(true, |answer| answer.status >= 400) {
        tenant.release_once(&claim).await?;
    }
    acted.map(response)
}

/// An answer as it goes out, the first time and again.
fn response(answer: KeptAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let media = if status.is_success() { "application/json" } else { "application/problem+json" };
    let mut response = (status, [(header::CONTENT_TYPE, HeaderValue::from_static(media))], answer.body).into_response();
    if let Some(location) = answer.location.and_then(|location| HeaderValue::try_from(location).ok()) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
