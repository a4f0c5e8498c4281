//! An answer of the API.

use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Status, headers, body.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, raw.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; `null` when there is none.
    pub fn json(&self) -> Value {
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).expect("a JSON body") }
    }
    /// The body as `T`, after checking the status.
    #[track_caller]
    pub fn expect<T: DeserializeOwned>(&self, status: u16) -> T {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
    /// That this is a problem with this status and code, in the right shape.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, code: &str) {
        let told = String::from_utf8_lossy(&self.body);
        assert_eq!((self.status.as_u16(), self.json()["code"].as_str()), (status, Some(code)), "{told}");
        assert_eq!(self.headers["content-type"], "application/problem+json", "{told}");
        let instance = self.json()["instance"].as_str().map(str::to_owned);
        assert_eq!(instance.as_deref(), self.headers["x-request-id"].to_str().ok(), "{told}");
    }
    /// What the request cost at the table: round trips, read units, write units.
    pub fn cost(&self) -> (u32, f64, f64) {
        let text = self.headers["x-steward-capacity"].to_str().expect("text");
        let part = |name: &str| {
            let found = text.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            found.and_then(|value| value.parse::<f64>().ok()).expect("a number")
        };
        (part("trips") as u32, part("rru"), part("wru"))
    }
}
