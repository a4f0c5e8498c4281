//! The device somebody signs in from: a browser is known by a cookie it keeps, a program by its user agent.

use api::Client;
use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use model::Ids;
use store::{Devices, TokenHash};

use crate::cookies;

const COOKIE: &str = "__Host-steward-device";
/// How long a browser keeps it: as long as browsers keep any.
const DAYS: i64 = 400;

/// A device.
#[derive(Debug)]
pub struct Device {
    hash: TokenHash,
    /// Whether it showed the cookie.
    shown: bool,
    /// The cookie it is to keep.
    new: Option<String>,
}

impl Device {
    /// The device of a request. A browser is whatever sends `Sec-Fetch-Site`, which programs and pages cannot set.
    pub fn of(headers: &HeaderMap, client: &Client, ids: &Ids) -> Self {
        let known = |value: &str| Self { hash: TokenHash::of(value), shown: true, new: None };
        // Of the form we give out; another is as good as none.
        let ours = |value: &&str| value.len() == 32 && value.bytes().all(|b| b.is_ascii_hexdigit());
        if let Some(value) = cookies::named(headers, COOKIE).find(ours) {
            return known(value);
        }
        if headers.contains_key("sec-fetch-site") {
            let value = format!("{:032x}", ids.random());
            return Self { hash: TokenHash::of(&value), shown: false, new: Some(value) };
        }
        let agent = client.user_agent.as_deref().unwrap_or_default();
        Self { hash: TokenHash::of(&format!("agent:{agent}")), shown: false, new: None }
    }

    /// What it is known by.
    pub const fn hash(&self) -> &TokenHash {
        &self.hash
    }

    /// Whether nobody signed in to the account from it, or it was forgotten since. The first one of an account is no news.
    pub fn is_new_to(&self, devices: &Devices) -> bool {
        (devices.forgotten || !devices.known.is_empty()) && !devices.know(&self.hash)
    }

    /// Whether it shows a secret of its own, of whichever account.
    pub const fn may_be_trusted(&self) -> bool {
        self.shown
    }

    /// Whether it is one of the account's by a secret of its own: it need not wait because others failed (C3).
    pub fn is_trusted_by(&self, devices: &Devices) -> bool {
        self.shown && devices.know(&self.hash)
    }

    /// Has the browser keep its cookie.
    pub fn remember(&self, mut response: Response) -> Response {
        let kept = self.new.as_ref().map(|value| {
            format!("{COOKIE}={value}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Strict", DAYS * 24 * 3600)
        });
        if let Some(value) = kept.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
        response
    }
}
