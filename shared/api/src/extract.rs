//! Extractors that answer every bad input with a problem.

use std::net::IpAddr;

use axum::{
    body::HttpBody,
    extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Code, Error, FieldProblem};

/// Largest JSON body, in bytes.
pub const BODY_MOST: usize = 64 * 1024;

/// A JSON body, both ways. Unknown fields are refused by the types (`deny_unknown_fields`).
#[derive(Debug)]
pub struct Json<T>(pub T);

/// A body that may be left out, and then is `None`.
impl<S: Send + Sync, T: DeserializeOwned> OptionalFromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Error> {
        if request.body().is_end_stream() {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let media = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let media = media.split(';').next().unwrap_or("").trim();
        if !media.eq_ignore_ascii_case("application/json") {
            return Err(Error::new(Code::UnsupportedMediaType, "Set the header `content-type: application/json`."));
        }
        let body = Limited::new(request.into_body(), BODY_MOST).collect().await.map_err(|error| {
            if error.downcast_ref::<LengthLimitError>().is_some() {
                Error::new(Code::BodyTooLarge, format!("Send at most {BODY_MOST} bytes."))
            } else {
                Error::new(Code::BadBody, "The body did not arrive whole.").because(error)
            }
        })?;
        let bytes = body.to_bytes();
        // serde reads a struct from an array as well, place by place: nobody means that.
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            return Err(Error::new(Code::BadBody, "The body is to be a JSON object."));
        }
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let pointer = format!("/{}", error.path().to_string().replace('.', "/"));
            let pointer = if pointer == "//" || pointer == "/?" { "/".into() } else { pointer };
            // serde's own sentence names types and places, never our insides.
            let told = error.inner().to_string();
            let mut problem = Error::new(Code::BadBody, "The body is not what this address takes. See `errors`.");
            problem.problem.errors = vec![FieldProblem::new(pointer, "bad_value", told)];
            problem
        })?;
        reader.end().map_err(|_| Error::new(Code::BadBody, "There is text after the end of the JSON document."))?;
        Ok(Self(value))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => {
                let json = HeaderValue::from_static("application/json");
                (StatusCode::OK, [(header::CONTENT_TYPE, json)], body).into_response()
            }
            Err(error) => Error::internal(error).into_response(),
        }
    }
}

/// The query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|query| Self(query.0))
            .map_err(|error| Error::new(Code::BadQuery, error.body_text()))
    }
}

/// Values in the path. One that does not parse names nothing: 404, like a thing of another company.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|path| Self(path.0))
            .map_err(|error| Error::not_found().because(error.to_string()))
    }
}

/// Who is at the other end, as the gateway saw it: never from a header the client can set (F98).
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// Source address.
    pub ip: Option<IpAddr>,
    /// User agent, at most 200 characters, no control characters.
    pub user_agent: Option<String>,
    /// The request's id.
    pub request_id: Option<String>,
}

impl Client {
    /// From a request that [`crate::finish`] passed.
    pub fn of(parts: &Parts) -> Self {
        Self {
            ip: parts.extensions.get::<IpAddr>().copied(),
            user_agent: user_agent(&parts.headers),
            request_id: parts.extensions.get::<crate::RequestId>().map(|id| id.0.clone()),
        }
    }
}

impl Client {
    /// Whom a limit by address counts against: one address, or the /64 that an IPv6 customer has at least.
    pub fn network(&self) -> Option<String> {
        self.ip.map(|ip| match ip.to_canonical() {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::USER_AGENT)?.to_str().ok()?;
    Some(text.chars().filter(|c| !c.is_control()).take(200).collect())
}
