//! Who keeps the refresh token: a program in its own storage, or a browser in a cookie that no script can read (C4).
//!
//! The cookie is believed only beside the header `x-steward-client: browser`. Another site cannot make a browser send
//! that header without asking first (CORS), and nobody is allowed to; so the cookie alone does nothing (CSRF).

use std::convert::Infallible;

use api::Error;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, request::Parts},
};
use jiff::Timestamp;
use store::Session;

use crate::cookies;

/// What a browser says that it is one with.
pub const HEADER: &str = "x-steward-client";
const BROWSER: &[u8] = b"browser";
const COOKIE: &str = "__Host-steward-refresh";
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";
/// The cookie that makes a browser forget its token.
pub const FORGET: HeaderValue =
    HeaderValue::from_static("__Host-steward-refresh=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict");

/// Who keeps the refresh token of a session.
#[derive(Clone, PartialEq, Eq)]
pub enum Keeper {
    /// A program: it comes and goes in bodies.
    Program,
    /// A browser, and the token its cookie brought.
    Browser {
        /// `None` without the cookie, or with two of that name: which one counts would be a guess.
        presented: Option<String>,
    },
}

impl Keeper {
    fn of(headers: &HeaderMap) -> Self {
        if headers.get(HEADER).is_none_or(|value| value.as_bytes() != BROWSER) {
            return Self::Program;
        }
        Self::Browser { presented: cookies::only(headers, COOKIE).map(str::to_owned) }
    }

    /// Whether it is a browser.
    pub const fn is_browser(&self) -> bool {
        matches!(self, Self::Browser { .. })
    }

    /// The cookie that makes a browser keep `refresh_token` for as long as the session may be idle.
    ///
    /// # Errors
    /// When the token is not text of a header: a bug.
    pub fn keep(session: &Session, refresh_token: &str, now: Timestamp) -> Result<HeaderValue, Error> {
        let seconds = session.idle_until - now.as_second();
        let text = format!("{COOKIE}={refresh_token}; Max-Age={seconds}; {ATTRIBUTES}");
        HeaderValue::try_from(text).map_err(Error::internal)
    }
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_browser() { "Browser" } else { "Program" })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Keeper {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&'static str, &'static str)]) -> Keeper {
        Keeper::of(&headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect())
    }

    #[test]
    fn a_cookie_counts_beside_the_header_only_and_once_only() {
        let cookie = ("cookie", "a=b; __Host-steward-refresh=srt_x=; c=d");
        assert_eq!(of(&[cookie]), Keeper::Program);
        assert_eq!(of(&[cookie, (HEADER, "Browser")]), Keeper::Program);
        let presented = |token: Option<&str>| Keeper::Browser { presented: token.map(str::to_owned) };
        assert_eq!(of(&[cookie, (HEADER, "browser")]), presented(Some("srt_x=")));
        assert_eq!(of(&[(HEADER, "browser")]), presented(None));
        let others = ("cookie", "steward-refresh=x; __host-steward-refresh=y; __Host-steward-refresh");
        assert_eq!(of(&[others, (HEADER, "browser")]), presented(None));
        let twice = ("cookie", "__Host-steward-refresh=x; __Host-steward-refresh=y");
        assert_eq!(of(&[twice, (HEADER, "browser")]), presented(None));
    }
}
