//! An answer before it is HTTP, so that an item of a `$batch` and a whole response are made alike.

use axum::{body::Body, response::Response};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::directory::Refused;

#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    Empty,
    Json(Value),
    /// Graph's error object; its date and request id are filled in when it is sent.
    Error {
        code: &'static str,
        message: String,
        detail: Option<&'static str>,
    },
    Raw(&'static str, Vec<u8>),
}

impl Answer {
    pub fn json(value: Value) -> Self {
        Self { status: 200, headers: Vec::new(), content: Content::Json(value) }
    }
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), content: Content::Empty }
    }
    pub fn html(status: u16, page: String) -> Self {
        let content = Content::Raw("text/html; charset=utf-8", page.into_bytes());
        let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";
        Self { status, headers: Vec::new(), content }.with("Content-Security-Policy", policy.to_owned())
    }
    pub fn error(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        let content = Content::Error { code, message: message.into(), detail: None };
        Self { status, headers: Vec::new(), content }
    }
    pub fn redirect(to: &str) -> Self {
        Self::empty(302).with("Location", to.to_owned())
    }
    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn content_type(&self) -> &'static str {
        match &self.content {
            Content::Raw(kind, _) => kind,
            _ => {
                "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8"
            }
        }
    }

    /// The body as JSON, for an item of a `$batch`.
    pub fn body_json(&self, now: Timestamp) -> Option<Value> {
        match &self.content {
            Content::Json(value) => Some(value.clone()),
            Content::Error { code, message, detail } => {
                let request = request_id(now, message);
                let mut error = json!({
                    "code": code,
                    "message": message,
                    "innerError": {
                        "date": now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                        "request-id": request,
                        "client-request-id": request,
                    },
                });
                if let Some(detail) = detail {
                    error["details"] = json!([{"code": detail, "message": message}]);
                }
                Some(json!({"error": error}))
            }
            Content::Raw(..) | Content::Empty => None,
        }
    }

    pub fn body_bytes(&self, now: Timestamp) -> Vec<u8> {
        match &self.content {
            Content::Raw(_, bytes) => bytes.clone(),
            _ => self.body_json(now).map(|value| value.to_string().into_bytes()).unwrap_or_default(),
        }
    }

    pub fn into_response(self, now: Timestamp) -> Response {
        let empty = matches!(self.content, Content::Empty);
        let content_type = self.content_type();
        let body = match self.content {
            Content::Raw(_, bytes) => bytes,
            _ => self.body_bytes(now),
        };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = http::StatusCode::from_u16(self.status).unwrap_or(http::StatusCode::OK);
        let headers = response.headers_mut();
        let own = (!empty).then(|| ("Content-Type", content_type.to_owned()));
        let request = ("request-id", request_id(now, content_type).to_string());
        for (name, value) in self.headers.into_iter().chain(own).chain([request]) {
            if let (Ok(name), Ok(value)) =
                (http::HeaderName::from_bytes(name.as_bytes()), http::HeaderValue::from_str(&value))
            {
                headers.append(name, value);
            }
        }
        response
    }
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        let Refused { status, code, message, detail } = refused;
        Self { status, headers: Vec::new(), content: Content::Error { code, message, detail } }
    }
}

/// An id of a request, to quote to a support desk that does not exist.
fn request_id(now: Timestamp, text: &str) -> uuid::Uuid {
    let nanos = now.as_nanosecond().unsigned_abs();
    let spread = text.bytes().fold(nanos, |hash, byte| hash.wrapping_mul(0x0100_0000_01b3) ^ u128::from(byte));
    uuid::Builder::from_u128(spread).with_version(uuid::Version::Random).into_uuid()
}
