//! One customer's directory. Here it is read for scans; [`now`] reads few things just before and after they are
//! changed, and [`write`] is all that changes anything.

pub mod now;
pub mod write;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use model::{DirectoryId, PersonId};
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderMap, LOCATION, WWW_AUTHENTICATE},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use crate::{
    Activity, Deadline, Endpoint, Error, Page, PageLink, Refusal, Report, ReportPeriod, ReportRow,
    config::{Inner, may_download},
    endpoints as calls,
    error::for_log,
    http::{self, Decoder, Json, Unreadable},
    page::Elements,
    report::{Fold, Rows},
    retry::{Again, Attempts, Fault, retry_after},
    token::{Token, app_token, asked_wait, no_connection, time_left},
    wire,
};

/// Most bytes of one page or entity: 999 people with all they can have stay far below.
const PAGE_MAX: u64 = 32 * 1024 * 1024;
/// Most bytes of a report: half a million rows.
const REPORT_MAX: u64 = 256 * 1024 * 1024;
/// Most calls in one batch (checks.md 4.2).
const BATCH_MAX: usize = 20;
/// Batches under way at once where somebody waits for them. What 500 people cost, read three times, stays below a third
/// of what Graph gives a tenant of their size in ten seconds (checks.md 4.3).
const BATCHES_AT_ONCE: usize = 4;
/// How long somebody at a page waits for Microsoft.
const INTERACTIVE: SignedDuration = SignedDuration::from_secs(20);
/// Share of a limit from which Graph asks to slow down.
const SLOW_DOWN_FROM: f64 = 0.8;

/// Codes of a 403 that means a licence, not a permission. Unverified: from common reports (checks.md 4.7).
const LICENCE_CODES: &[&str] = &["Authentication_RequestFromNonPremiumTenantOrB2CTenant"];
/// Codes that mean the app is gone from the directory. Unverified likewise.
const GONE_CODES: &[&str] = &["Authorization_IdentityNotFound"];
/// Codes of a link that is too old. Unverified likewise.
const EXPIRED_CODES: &[&str] = &["Directory_ExpiredPageToken", "Directory_ResyncRequired"];

/// One customer's directory under one app registration. Cheap to clone; clones share the call log.
#[derive(Clone)]
pub struct Directory {
    inner: Arc<Inner>,
    id: DirectoryId,
    deadline: Deadline,
    background: bool,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// By code and status.
    calls: BTreeMap<(&'static str, u16), (&'static Endpoint, u32)>,
    /// How long to hold back before the next call, because Graph says a limit is near.
    hold: SignedDuration,
    /// When the next write is within the limit.
    next_write: Timestamp,
}

/// How often a call was made with one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallRecord {
    /// The call, as in [`Endpoint::code`].
    pub code: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// The call, as in [`Endpoint::path`]; `(report download)` for a report's second half.
    pub endpoint: &'static str,
    /// Permissions it needs.
    pub permissions: &'static [&'static str],
    /// HTTP status; 0 where no answer came.
    pub status: u16,
    /// How often. A call inside a batch counts here too, beside the batch itself.
    pub count: u32,
}

/// One call inside a batch; reads only.
#[derive(Debug, Clone)]
pub struct BatchRequest {
    endpoint: &'static Endpoint,
    url: String,
}

impl BatchRequest {
    /// Who a person's manager is: read by [`crate::facts::manager`]. 404 where they have none.
    pub fn manager(person: PersonId) -> Self {
        let endpoint = &calls::MANAGER;
        let relative = endpoint.relative(&person.to_string());
        Self { endpoint, url: relative.trim_start_matches("/v1.0").to_owned() }
    }

    /// What a person's mailbox is for: answered by [`wire::MailboxSettings`].
    pub fn mailbox_purpose(person: PersonId) -> Self {
        Self::of(&calls::MAILBOX_PURPOSE, &[person.0])
    }

    fn of(endpoint: &'static Endpoint, ids: &[Uuid]) -> Self {
        Self { endpoint, url: endpoint.relative_of(ids).trim_start_matches("/v1.0").to_owned() }
    }
}

impl Directory {
    pub(crate) fn new(inner: Arc<Inner>, id: DirectoryId) -> Self {
        let deadline = Deadline::after(&inner.clock, INTERACTIVE);
        Self { inner, id, deadline, background: false, seen: Arc::default() }
    }

    /// Calls must be done by `deadline`, in place of 20 seconds from when this was made.
    pub fn until(mut self, deadline: Deadline) -> Self {
        self.deadline = deadline;
        self
    }

    /// For a scan: patient until `deadline`, and the first to be throttled when the customer's own apps are busy.
    pub fn for_scan(mut self, deadline: Deadline) -> Self {
        self.background = true;
        self.until(deadline)
    }

    /// Which directory this is.
    pub fn id(&self) -> DirectoryId {
        self.id
    }

    /// Application permissions the customer has granted, as the token says.
    ///
    /// # Errors
    /// When Entra gives no token.
    pub async fn granted_permissions(&self) -> Result<Vec<String>, Error> {
        Ok(self.token(None).await?.roles.to_vec())
    }

    /// As [`Self::granted_permissions`], by a new token: one from before a consent does not know of it.
    ///
    /// # Errors
    /// When Entra gives no token.
    pub async fn permissions_granted_now(&self) -> Result<Vec<String>, Error> {
        let before = self.token(None).await?;
        Ok(self.token(Some(&before.text)).await?.roles.to_vec())
    }

    /// Who the directory is. Whoever connects a directory must check that `id` is the one expected (checks.md 4.11).
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn organization(&self) -> Result<wire::Organization, Error> {
        let page = self.page::<wire::Organization>(&calls::ORGANIZATION, None).await?;
        page.items.into_iter().next().ok_or_else(|| bad(&calls::ORGANIZATION, "no organization", None))
    }

    /// Licence types with seats bought and used; never paged by Graph.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn subscribed_skus(&self) -> Result<Vec<wire::SubscribedSku>, Error> {
        self.all(&calls::SUBSCRIBED_SKUS).await
    }

    /// Subscriptions with their renewal dates.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn subscriptions(&self) -> Result<Vec<wire::CompanySubscription>, Error> {
        self.all(&calls::SUBSCRIPTIONS).await
    }

    /// Who holds which role.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn role_assignments(&self) -> Result<Vec<wire::RoleAssignment>, Error> {
        self.all(&calls::ROLE_ASSIGNMENTS).await
    }

    /// People deleted within the last 30 days.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn deleted_users(&self) -> Result<Vec<wire::DeletedUser>, Error> {
        self.all(&calls::DELETED_USERS).await
    }

    /// One page of people, from the start or from `link`.
    ///
    /// # Errors
    /// [`Error::LicenceMissing`] or [`Error::PermissionMissing`] with `sign_in` where the directory does not give
    /// sign-in dates: read again from the start without. Others as in [`Error`].
    pub async fn users_page(&self, link: Option<&PageLink>, sign_in: bool) -> Result<Page<wire::User>, Error> {
        self.page(if sign_in { &calls::USERS_WITH_SIGN_IN } else { &calls::USERS }, link).await
    }

    /// Whether reports hide names.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn report_settings(&self) -> Result<wire::ReportSettings, Error> {
        let url = calls::REPORT_SETTINGS.url(&self.inner.graph, "");
        self.call(&calls::REPORT_SETTINGS, &url, None, Json::default).await
    }

    /// Folds the rows of a report into a state as they arrive. After a fault the report is read again into a new state,
    /// so that the outcome is of one whole report or none.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn report<S, F>(&self, report: Report, period: ReportPeriod, add: F) -> Result<S, Error>
    where
        S: Default + Send,
        F: Fn(&mut S, &ReportRow<'_>) + Send + Sync,
    {
        let endpoint = report.endpoint();
        let url = endpoint.url(&self.inner.graph, period.as_str());
        let mut tries = self.tries(endpoint);
        loop {
            let fold = Fold { rows: Rows::default(), state: S::default(), add: &add };
            match self.report_once(endpoint, &url, fold, tries.stale.as_deref()).await {
                Ok(state) => return Ok(state),
                Err(fault) => tries.after(fault).await?,
            }
        }
    }

    /// What a report says of everybody.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn activity(&self, report: Report, period: ReportPeriod) -> Result<Activity, Error> {
        let activity = self.report(report, period, move |all: &mut Activity, row| all.add(report, row)).await?;
        Ok(activity.from(report))
    }

    /// Many small reads in few calls, a few of which are under way at once where somebody waits; a scan makes one after
    /// the other. The answers are in the order of the requests; each succeeds or fails by itself, and only those that
    /// were throttled are asked again.
    ///
    /// # Errors
    /// When a batch as a whole failed.
    pub async fn batch(&self, requests: &[BatchRequest]) -> Result<Vec<Result<Value, Error>>, Error> {
        let at_once = if self.background { 1 } else { BATCHES_AT_ONCE };
        let batches: Vec<_> = requests.chunks(BATCH_MAX).map(|twenty| self.batch_of_twenty(twenty)).collect();
        stream::iter(batches).buffered(at_once).try_concat().await
    }

    /// Every call made so far, counted by call and outcome.
    pub fn calls(&self) -> Vec<CallRecord> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let record = |(&(code, status), &(endpoint, count)): (&(&'static str, u16), &(&'static Endpoint, u32))| {
            let Endpoint { method, path, permissions, .. } = endpoint;
            CallRecord { code, method, endpoint: path, permissions, status, count }
        };
        seen.calls.iter().map(record).collect()
    }

    /// Every call made so far, counted by call: what a tenant is told of them.
    pub fn counted(&self) -> BTreeMap<String, u32> {
        let mut counted = BTreeMap::new();
        for call in self.calls() {
            *counted.entry(call.code.to_owned()).or_default() += call.count;
        }
        counted
    }

    async fn all<T: DeserializeOwned + Send>(&self, endpoint: &'static Endpoint) -> Result<Vec<T>, Error> {
        let mut page = self.page(endpoint, None).await?;
        let mut items = std::mem::take(&mut page.items);
        while let Some(link) = page.next {
            page = self.page(endpoint, Some(&link)).await?;
            items.append(&mut page.items);
        }
        Ok(items)
    }

    async fn page<T: DeserializeOwned + Send>(
        &self,
        endpoint: &'static Endpoint,
        link: Option<&PageLink>,
    ) -> Result<Page<T>, Error> {
        let graph = &self.inner.graph;
        let url = match link {
            Some(link) => link.url(graph).map_err(|reason| bad(endpoint, reason, None))?,
            None => endpoint.url(graph, ""),
        };
        let (items, next) = self.call(endpoint, &url, None, Elements::default).await?;
        let next = next.map(|next| PageLink::follow(link, next, graph)).transpose();
        Ok(Page { items, next: next.map_err(|reason| bad(endpoint, reason, None))? })
    }

    async fn call<D: Decoder>(
        &self,
        endpoint: &'static Endpoint,
        url: &Url,
        body: Option<&Value>,
        decoder: impl Fn() -> D + Send,
    ) -> Result<D::Output, Error> {
        let mut tries = self.tries(endpoint);
        loop {
            match self.call_once(endpoint, url, body, decoder(), tries.stale.as_deref()).await {
                Ok(output) => return Ok(output),
                Err(fault) => tries.after(fault).await?,
            }
        }
    }

    async fn call_once<D: Decoder>(
        &self,
        endpoint: &'static Endpoint,
        url: &Url,
        body: Option<&Value>,
        decoder: D,
        stale: Option<&str>,
    ) -> Result<D::Output, Fault> {
        let response = self.send(endpoint, url, body, stale).await?;
        let request_id = request_id(response.headers());
        let kind = content_type(response.headers());
        if !response.status().is_success() || !kind.contains("json") {
            let reason = format!("status {} with {kind}", response.status().as_u16());
            return Err(Fault::passing(bad(endpoint, reason, request_id)));
        }
        read(endpoint, response, decoder, PAGE_MAX, request_id).await
    }

    async fn report_once<D: Decoder>(
        &self,
        endpoint: &'static Endpoint,
        url: &Url,
        decoder: D,
        stale: Option<&str>,
    ) -> Result<D::Output, Fault> {
        let response = self.send(endpoint, url, None, stale).await?;
        let request_id = request_id(response.headers());
        if response.status() != StatusCode::FOUND {
            let reason = format!("status {}, not a download", response.status().as_u16());
            return Err(Fault::passing(bad(endpoint, reason, request_id)));
        }
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let target = url.join(location).ok().filter(|url| may_download(url, self.inner.one_machine()));
        let target = target
            .ok_or_else(|| Fault::is_final(bad(endpoint, "a download at an address we do not go to", request_id)))?;
        self.download(endpoint, target, decoder).await
    }

    /// The second half of a report. The address is its own ticket: neither the token nor anything else of ours goes
    /// along (checks.md 4.8).
    async fn download<D: Decoder>(
        &self,
        endpoint: &'static Endpoint,
        url: Url,
        decoder: D,
    ) -> Result<D::Output, Fault> {
        let timeout = time_left(&self.inner, self.deadline, endpoint.path).map_err(Fault::is_final)?;
        let sent = self.inner.http.get(url).timeout(timeout).send().await;
        let response = sent.map_err(|error| {
            self.count(&calls::DOWNLOAD, 0);
            Fault::passing(no_connection(endpoint.path, error))
        })?;
        self.count(&calls::DOWNLOAD, response.status().as_u16());
        let after = asked_wait(&self.inner, response.headers());
        let kind = content_type(response.headers());
        match response.status().as_u16() {
            200 if !kind.contains("html") && !kind.contains("json") => {
                read(endpoint, response, decoder, REPORT_MAX, None).await
            }
            429 | 503 => Err(Fault {
                error: Error::Throttled { endpoint: endpoint.path, retry_after: after.unwrap_or_default() },
                again: Again::Later(after),
            }),
            status => Err(Fault::passing(bad(endpoint, format!("download: status {status} with {kind}"), None))),
        }
    }

    /// Sends one request with the token. An answer that is an error becomes a fault.
    async fn send(
        &self,
        endpoint: &'static Endpoint,
        url: &Url,
        body: Option<&Value>,
        stale: Option<&str>,
    ) -> Result<reqwest::Response, Fault> {
        let (response, token) = self.exchange(endpoint, url, body, stale).await.map_err(|none| match none {
            NoAnswer::Unsent(error) => Fault::is_final(error),
            NoAnswer::Unconnected(error) | NoAnswer::Lost(error) => Fault::passing(error),
        })?;
        let status = response.status();
        if status.is_success() || status.is_redirection() {
            return Ok(response);
        }
        let after = asked_wait(&self.inner, response.headers());
        let challenged = is_challenge(response.headers());
        let request_id = request_id(response.headers());
        let body: Value = serde_json::from_slice(&http::read_start(response).await).unwrap_or_default();
        let refused = Refused { endpoint, status: status.as_u16(), after, challenged, request_id, body: &body };
        Err(refused.fault(&token.text))
    }

    /// Sends one request with the token, which comes back beside the answer, whatever that is.
    async fn exchange(
        &self,
        endpoint: &'static Endpoint,
        url: &Url,
        body: Option<&Value>,
        stale: Option<&str>,
    ) -> Result<(reqwest::Response, Token), NoAnswer> {
        let inner = &self.inner;
        self.hold_back().await;
        let token = self.token(stale).await.map_err(NoAnswer::Unsent)?;
        let timeout = time_left(inner, self.deadline, endpoint.path).map_err(NoAnswer::Unsent)?;
        // Every address a token goes to passes here.
        if url.origin() != inner.graph.origin() {
            return Err(NoAnswer::Unsent(bad(endpoint, "an address that is not Graph's", None)));
        }
        let client_request_id = inner.guid().to_string();
        let mut request = inner
            .http
            .request(endpoint.http_method(), url.clone())
            .timeout(timeout)
            .bearer_auth(&token.text)
            .header("client-request-id", &client_request_id)
            .header("Accept", "application/json");
        if self.background {
            request = request.header("x-ms-throttle-priority", "low");
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(|error| {
            self.count(endpoint, 0);
            let connected = !error.is_connect();
            let error = no_connection(endpoint.path, error);
            if connected { NoAnswer::Lost(error) } else { NoAnswer::Unconnected(error) }
        })?;
        let status = response.status();
        let request_id = request_id(response.headers());
        self.count(endpoint, status.as_u16());
        self.note_load(response.headers());
        tracing::debug!(
            endpoint = endpoint.path,
            directory = %self.id,
            status = status.as_u16(),
            client_request_id,
            request_id = request_id.as_deref().unwrap_or("-"),
            "graph"
        );
        Ok((response, token))
    }

    async fn token(&self, stale: Option<&str>) -> Result<Token, Error> {
        app_token(&self.inner, self.id, stale, self.deadline).await
    }

    async fn batch_of_twenty(&self, requests: &[BatchRequest]) -> Result<Vec<Result<Value, Error>>, Error> {
        let url = calls::BATCH.url(&self.inner.graph, "");
        let mut answers: Vec<Option<Result<Value, Error>>> = requests.iter().map(|_| None).collect();
        let mut tries = self.tries(&calls::BATCH);
        loop {
            let open: Vec<usize> = (0..requests.len()).filter(|&i| answers[i].is_none()).collect();
            if open.is_empty() {
                return Ok(answers.into_iter().flatten().collect());
            }
            let items: Vec<Value> = open
                .iter()
                .map(|&i| json!({"id": i.to_string(), "method": requests[i].endpoint.method, "url": requests[i].url}))
                .collect();
            let body = json!({ "requests": items });
            let answer: BatchAnswer = self.call(&calls::BATCH, &url, Some(&body), Json::default).await?;
            let mut throttled = None;
            let mut given: HashMap<String, ItemAnswer> =
                answer.responses.into_iter().map(|item| (item.id.clone(), item)).collect();
            for i in open {
                let endpoint = requests[i].endpoint;
                let Some(item) = given.remove(&i.to_string()) else {
                    answers[i] = Some(Err(bad(endpoint, "no answer in the batch", None)));
                    continue;
                };
                self.count(endpoint, item.status);
                match item.into_result(endpoint, self.inner.clock.now()) {
                    Ok(body) => answers[i] = Some(Ok(body)),
                    Err(Fault { again: Again::Later(after), .. }) => {
                        throttled = Some(throttled.flatten().max(after));
                    }
                    Err(fault) => answers[i] = Some(Err(fault.error)),
                }
            }
            if let Some(after) = throttled {
                let error = Error::Throttled { endpoint: calls::BATCH.path, retry_after: after.unwrap_or_default() };
                tries.after(Fault { error, again: Again::Later(after) }).await?;
            }
        }
    }

    fn tries(&self, endpoint: &'static Endpoint) -> Tries<'_> {
        let attempts = Attempts::new(&self.inner.clock, &self.inner.ids, self.deadline, endpoint.path);
        Tries { attempts, stale: None }
    }

    fn count(&self, endpoint: &'static Endpoint, status: u16) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.calls.entry((endpoint.code, status)).or_insert((endpoint, 0)).1 += 1;
    }

    /// From four fifths of a limit on Graph says how near it is: a pause before the next call that grows with it.
    fn note_load(&self, headers: &HeaderMap) {
        let share = headers.get("x-ms-throttle-limit-percentage").and_then(|value| value.to_str().ok()?.parse().ok());
        let hold = match share {
            Some(share) if (SLOW_DOWN_FROM..10.0).contains(&share) => SignedDuration::from_secs_f64(share * 5.0),
            _ => SignedDuration::ZERO,
        };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).hold = hold;
    }

    async fn hold_back(&self) {
        let hold = std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner).hold);
        if hold.is_positive() && hold < self.deadline.remaining(&self.inner.clock) {
            self.inner.clock.sleep(hold).await;
        }
    }
}

/// The tries of one call.
struct Tries<'a> {
    attempts: Attempts<'a>,
    /// A token Graph has refused.
    stale: Option<String>,
}

impl Tries<'_> {
    /// Returns when the call may be made again, or the fault's error.
    async fn after(&mut self, fault: Fault) -> Result<(), Error> {
        match fault.again {
            Again::Later(asked) => self.attempts.wait(fault.error, asked).await,
            Again::WithFreshToken(stale) if self.stale.is_none() => {
                self.stale = Some(stale);
                Ok(())
            }
            Again::WithFreshToken(_) | Again::Never => Err(fault.error),
        }
    }
}

async fn read<D: Decoder>(
    endpoint: &'static Endpoint,
    response: reqwest::Response,
    decoder: D,
    limit: u64,
    request_id: Option<String>,
) -> Result<D::Output, Fault> {
    http::read(response, decoder, limit).await.map_err(|unreadable| match unreadable {
        Unreadable::Malformed(reason) => Fault::passing(bad(endpoint, reason, request_id)),
        // Reading as much again would only cost more.
        Unreadable::TooLong(limit) => Fault::is_final(bad(endpoint, format!("more than {limit} bytes"), request_id)),
        Unreadable::Transport(source) => Fault::passing(no_connection(endpoint.path, source)),
    })
}

/// Why no answer came.
enum NoAnswer {
    /// Nothing was sent, and trying again at once would not help.
    Unsent(Error),
    /// Nothing was sent: there was no connection.
    Unconnected(Error),
    /// Something was sent.
    Lost(Error),
}

/// An answer that refuses, before it is known what it means.
struct Refused<'a> {
    endpoint: &'static Endpoint,
    status: u16,
    after: Option<SignedDuration>,
    challenged: bool,
    request_id: Option<String>,
    body: &'a Value,
}

impl Refused<'_> {
    fn codes(&self) -> Vec<&str> {
        codes(self.body)
    }

    fn refusal(&self, token: &str) -> Refusal {
        let message = self.body.pointer("/error/message").and_then(Value::as_str).unwrap_or_default();
        let message = if token.is_empty() { message.to_owned() } else { message.replace(token, "[token]") };
        Refusal {
            endpoint: self.endpoint.path,
            status: self.status,
            code: for_log(self.codes().first().copied().unwrap_or_default()),
            message: for_log(&message),
            request_id: self.request_id.clone(),
        }
    }

    /// What it means for a read, which may be asked again whatever became of the first.
    fn fault(self, token: &str) -> Fault {
        let codes = self.codes();
        let has = |list: &[&str]| codes.iter().any(|code| list.contains(code));
        // Transient by status, whatever the body (a gateway answers HTML). 500 and 502 are not in checks.md 4.3.
        let busy = matches!(self.status, 429 | 500 | 502 | 503 | 504);
        if busy || (self.status == 409 && has(&["Directory_ConcurrencyViolation"])) {
            let retry_after = self.after.unwrap_or_default();
            let error = Error::Throttled { endpoint: self.endpoint.path, retry_after };
            return Fault { error, again: Again::Later(self.after) };
        }
        let refusal = Box::new(self.refusal(token));
        if has(GONE_CODES) {
            return Fault::is_final(Error::ConsentLost { code: refusal.code });
        }
        let error = match self.status {
            401 => {
                return Fault { error: Error::Refused(refusal), again: Again::WithFreshToken(token.to_owned()) };
            }
            403 if has(LICENCE_CODES) => Error::LicenceMissing(refusal),
            403 if self.challenged => Error::Refused(refusal),
            403 => Error::PermissionMissing(refusal),
            404 => Error::NotFound(refusal),
            410 => Error::PageExpired(refusal),
            400 if has(EXPIRED_CODES) => Error::PageExpired(refusal),
            _ => Error::Refused(refusal),
        };
        Fault::is_final(error)
    }
}

/// The codes of an error with those of its details, outermost first (checks.md 4.7: the inner ones come under two
/// spellings).
fn codes(body: &Value) -> Vec<&str> {
    fn code(error: &Value) -> Option<&str> {
        error.get("code").and_then(Value::as_str)
    }
    let mut codes = Vec::new();
    let mut at = body.get("error");
    while let Some(error) = at {
        codes.extend(code(error));
        codes.extend(error.get("details").and_then(Value::as_array).into_iter().flatten().filter_map(code));
        at = error.get("innerError").or_else(|| error.get("innererror"));
    }
    codes
}

#[derive(Deserialize)]
struct BatchAnswer {
    responses: Vec<ItemAnswer>,
}

#[derive(Deserialize)]
struct ItemAnswer {
    id: String,
    status: u16,
    #[serde(default)]
    headers: HashMap<String, Value>,
    #[serde(default)]
    body: Value,
}

impl ItemAnswer {
    fn into_result(self, endpoint: &'static Endpoint, now: Timestamp) -> Result<Value, Fault> {
        match self.status {
            200..300 => Ok(self.body),
            _ => Err(self.refused(endpoint, now).fault("")),
        }
    }

    fn refused(&self, endpoint: &'static Endpoint, now: Timestamp) -> Refused<'_> {
        let header = |name: &str| {
            let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.and_then(|(_, value)| value.as_str())
        };
        Refused {
            endpoint,
            status: self.status,
            after: header("Retry-After").and_then(|value| retry_after(value, now)),
            challenged: header("WWW-Authenticate").is_some_and(|value| value.contains("claims=")),
            request_id: header("request-id").map(for_log),
            body: &self.body,
        }
    }
}

fn bad(endpoint: &'static Endpoint, reason: impl Into<String>, request_id: Option<String>) -> Error {
    Error::BadAnswer { endpoint: endpoint.path, reason: for_log(&reason.into()), request_id }
}

/// A 403 that asks for more proof, not for a permission.
fn is_challenge(headers: &HeaderMap) -> bool {
    headers.get(WWW_AUTHENTICATE).is_some_and(|value| value.to_str().is_ok_and(|value| value.contains("claims=")))
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    headers.get("request-id").and_then(|value| value.to_str().ok()).map(for_log)
}

fn content_type(headers: &HeaderMap) -> String {
    for_log(headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("no type")).to_lowercase()
}
