//! Faults on demand: what Graph and the network do to a client once in a while, at a call the test names.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::DirectoryId;
use uuid::Uuid;

/// What goes wrong with one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Refused with a status and Graph's error body, before anything was done.
    Status(u16, RetryAfter),
    /// `400 Request_BadRequest` with these words, before anything was done: how Graph says most of what it refuses.
    Refused(&'static str),
    /// Done, and then answered with this status: the answer to a write was lost.
    StatusAfterwards(u16),
    /// Done, and never answered: the connection breaks; in a `$batch` the item has no answer.
    AnswerLost,
    /// The connection breaks in the middle of the body.
    ResetMidBody,
    /// A body that ends early, with a matching `Content-Length`.
    TruncatedJson,
    /// A proxy's HTML page with status 200.
    HtmlPage,
    /// An error object with status 200.
    ErrorWith200,
    /// `401 InvalidAuthenticationToken`.
    Unauthorized,
    /// The next page begins with the last item of this one.
    DuplicateItem,
    /// The last item of this page is in no page.
    MissingItem,
    /// `@odata.nextLink` names this very page.
    LoopingNextLink,
    /// `@odata.nextLink` names another host (an origin such as `https://attacker.example`).
    NextLinkTo(String),
    /// `400 Directory_ExpiredPageToken`.
    ExpiredSkipToken,
    /// Whoever would open the next page is deleted after this one.
    UserDeletedBetweenPages,
    /// No item, and an `@odata.nextLink` to the same place.
    EmptyPage,
}

/// The `Retry-After` header of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// No such header.
    Absent,
    /// Seconds; 0, −1 and 1e9 occur in the wild.
    Seconds(i64),
    /// An HTTP date this many seconds ahead.
    DateIn(i64),
}

/// Which calls a fault befalls.
#[derive(Debug, Clone)]
pub struct When {
    path: String,
    method: Option<&'static str>,
    skip: u32,
    times: u32,
    percent: u8,
}

impl When {
    /// Calls whose path, or path template (`/v1.0/users/{id}`), begins with `prefix`. Once, at the first.
    pub fn path(prefix: &str) -> Self {
        Self { path: prefix.to_ascii_lowercase(), method: None, skip: 0, times: 1, percent: 100 }
    }
    /// Only calls of this method.
    #[must_use]
    pub fn method(self, method: &'static str) -> Self {
        Self { method: Some(method), ..self }
    }
    /// From the `nth` matching call on, counted from 1.
    #[must_use]
    pub fn nth(self, nth: u32) -> Self {
        Self { skip: nth.saturating_sub(1), ..self }
    }
    /// So many times.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times, ..self }
    }
    /// At every matching call.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(u32::MAX)
    }
    /// At so many of a hundred matching calls, by the simulation's seed.
    #[must_use]
    pub fn percent(self, percent: u8) -> Self {
        Self { percent, ..self }
    }
}

/// Faults that wait for their calls.
#[derive(Debug, Default)]
pub(crate) struct Queue(Vec<(When, Fault)>);

impl Queue {
    pub fn push(&mut self, when: When, fault: Fault) {
        self.0.push((when, fault));
    }
    pub fn clear(&mut self) {
        self.0.clear();
    }
    pub fn len(&self) -> usize {
        self.0.len()
    }
    /// The fault of this call. Every waiting fault counts the call; the first that is due befalls it.
    pub fn take(&mut self, method: &str, path: &str, template: &str, mut draw: impl FnMut() -> u8) -> Option<Fault> {
        let path = path.to_ascii_lowercase();
        let mut due = None;
        for (when, fault) in &mut self.0 {
            let matches = (path.starts_with(&when.path) || template.starts_with(&when.path))
                && when.method.is_none_or(|wanted| wanted == method);
            if !matches || when.times == 0 {
                continue;
            }
            if when.skip > 0 {
                when.skip -= 1;
            } else if due.is_none() && (when.percent >= 100 || draw() < when.percent) {
                if when.times != u32::MAX {
                    when.times -= 1;
                }
                due = Some(fault.clone());
            }
        }
        self.0.retain(|(when, _)| when.times > 0);
        due
    }
}

/// One call the simulation answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// When it was answered.
    pub at: Timestamp,
    /// HTTP method.
    pub method: String,
    /// Path with `{id}`, `{tenant}` and `{value}` for what varies, lower case: `/v1.0/users/{id}`.
    pub template: String,
    /// Path as it was asked for.
    pub path: String,
    /// What was sent to be changed, as JSON; null for reads, a `$batch` as a whole, and Entra.
    pub body: serde_json::Value,
    /// Whether it was done, whatever was answered.
    pub done: bool,
    /// HTTP status of the answer; 0 where the connection was broken.
    pub status: u16,
    /// Whether it was an item of a `$batch`.
    pub batched: bool,
    /// The app whose token it brought.
    pub app: Option<Uuid>,
    /// The directory it was about.
    pub directory: Option<DirectoryId>,
}

/// Calls under way, and the most there ever were, by path template.
#[derive(Debug, Default)]
pub(crate) struct InFlight(BTreeMap<String, (usize, usize)>);

impl InFlight {
    pub fn enter(&mut self, template: &str) {
        let (now, most) = self.0.entry(template.to_owned()).or_default();
        *now += 1;
        *most = (*most).max(*now);
    }
    pub fn leave(&mut self, template: &str) {
        if let Some((now, _)) = self.0.get_mut(template) {
            *now = now.saturating_sub(1);
        }
    }
    pub fn most(&self, template: &str) -> usize {
        self.0.get(template).map_or(0, |(_, most)| *most)
    }
    pub fn clear(&mut self) {
        for (now, most) in self.0.values_mut() {
            *most = *now;
        }
    }
}
