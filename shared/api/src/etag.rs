//! Versions at the edge (C17): a strong `ETag` out (RFC 9110 8.8.3), `If-Match` in (13.1.1).

use std::fmt::Display;

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header, request::Parts};
use serde::Serialize;

use crate::{Code, Error, Json, Result};

/// The entity tag of a version, in its quotes.
pub fn etag(version: impl Display) -> String {
    format!("\"{version}\"")
}

/// The versions a change is meant for. Without the header the request is refused with 428 (RFC 6585 3): who changes
/// something says what they saw.
#[derive(Debug)]
pub struct IfMatch(String);

impl IfMatch {
    /// Whether `etag` is the version that was seen.
    ///
    /// # Errors
    /// [`Code::Stale`].
    pub fn holds(&self, etag: &str) -> Result<()> {
        let named = self.0.split(',').map(str::trim).any(|named| named == "*" || named == etag);
        let stale = || Error::new(Code::Stale, "Read it again and repeat your change on what it is now.");
        named.then_some(()).ok_or_else(stale)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let missing = || Error::new(Code::PreconditionRequired, "Send its `etag` in the header `if-match`.");
        let sent = parts.headers.get(header::IF_MATCH).ok_or_else(missing)?;
        // What is no text names no version of ours.
        Ok(Self(sent.to_str().unwrap_or_default().to_owned()))
    }
}

/// JSON with its version in `ETag`.
#[derive(Debug)]
pub struct Tagged<T> {
    /// The version, in its quotes.
    pub etag: String,
    /// The body.
    pub body: T,
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.body).into_response();
        if let Ok(value) = HeaderValue::try_from(self.etag) {
            response.headers_mut().insert(header::ETAG, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_seen_or_not() {
        for (sent, holds) in [
            ("\"3\"", true),
            ("*", true),
            ("\"2\", \"3\"", true),
            ("", false),
            ("3", false),
            ("\"33\"", false),
            // Weak tags never match strongly.
            ("W/\"3\"", false),
        ] {
            assert_eq!(IfMatch(sent.into()).holds(&etag(3)).is_ok(), holds, "{sent}");
        }
    }
}
