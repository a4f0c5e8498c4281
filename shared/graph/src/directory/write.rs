//! Writing to one customer's directory, under a registration that may (checks.md 4.10). The whole list of what Steward
//! can change at Microsoft is [`Write`].
//!
//! A write is sent once. It is sent again only where Microsoft said that it did nothing: throttled, in conflict with
//! another write, refused for an old token. Where that is not known it is [`WriteError::Ambiguous`], and whoever asked
//! reads back before asking again (checks.md 4.3).
//!
//! Calls: up to twenty changes travel in one HTTP call, so that 500 changes are 25 calls; Microsoft counts each change
//! as one write. At 20 a second a directory's limit of 3,000 in 150 seconds is never met by us alone.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use model::{GroupId, PersonId, PlanId, SkuId};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    BATCH_MAX, BatchAnswer, Directory, ItemAnswer, NoAnswer, PAGE_MAX, Refused, content_type, http, request_id,
};
use crate::{
    Endpoint, Error, Refusal, endpoints as calls,
    http::Json,
    retry::{Attempts, RETRY_AFTER_MAX},
    token::asked_wait,
};

/// Time between two writes: 3,000 in 150 seconds (checks.md 4.3).
const PACE: SignedDuration = SignedDuration::from_millis(50);
/// Less time than this is too little to begin a write: cut short, nobody would know whether it was done.
const LEAST_TIME: SignedDuration = SignedDuration::from_secs(5);

/// One change in a directory. All of them set what is to be, so that doing one twice is doing it once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Write {
    /// Gives and takes licences of one person in one step, so that a swap leaves nobody without a mailbox.
    AssignLicense {
        /// Whose.
        person: PersonId,
        /// What is given, each with the service plans that are switched off in it.
        add: Vec<(SkuId, Vec<PlanId>)>,
        /// What is taken. Only licences assigned to the person directly can be.
        remove: Vec<SkuId>,
    },
    /// Takes a person out of a group.
    LeaveGroup {
        /// The group.
        group: GroupId,
        /// The person.
        person: PersonId,
    },
    /// Puts a person into a group.
    JoinGroup {
        /// The group.
        group: GroupId,
        /// The person.
        person: PersonId,
    },
    /// Whether somebody may sign in.
    SetSignIn {
        /// Who.
        person: PersonId,
        /// Whether they may.
        enabled: bool,
    },
    /// Has Microsoft work out a person's licences from groups again. Needs a permission of its own
    /// ([`crate::optional_permissions`]).
    Reprocess {
        /// Whose.
        person: PersonId,
    },
    /// Whether usage reports hide names.
    ConcealNames(bool),
}

impl Write {
    /// The call that makes the change.
    pub fn endpoint(&self) -> &'static Endpoint {
        match self {
            Self::AssignLicense { .. } => &calls::ASSIGN_LICENSE,
            Self::LeaveGroup { .. } => &calls::LEAVE_GROUP,
            Self::JoinGroup { .. } => &calls::JOIN_GROUP,
            Self::SetSignIn { .. } => &calls::SET_SIGN_IN,
            Self::Reprocess { .. } => &calls::REPROCESS,
            Self::ConcealNames(_) => &calls::CONCEAL_NAMES,
        }
    }

    /// Who it is about.
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Self::AssignLicense { person, .. }
            | Self::LeaveGroup { person, .. }
            | Self::JoinGroup { person, .. }
            | Self::SetSignIn { person, .. }
            | Self::Reprocess { person } => Some(*person),
            Self::ConcealNames(_) => None,
        }
    }

    /// What fills the call's `{id}`s.
    fn ids(&self) -> Vec<Uuid> {
        match self {
            Self::LeaveGroup { group, person } => vec![group.0, person.0],
            Self::JoinGroup { group, .. } => vec![group.0],
            other => other.person().into_iter().map(|person| person.0).collect(),
        }
    }

    fn body(&self, graph: &url::Url) -> Option<Value> {
        Some(match self {
            Self::AssignLicense { add, remove, .. } => {
                let license = |(sku, plans): &(SkuId, Vec<PlanId>)| json!({"skuId": sku, "disabledPlans": plans});
                let add: Vec<_> = add.iter().map(license).collect();
                json!({"addLicenses": add, "removeLicenses": remove})
            }
            Self::JoinGroup { person, .. } => {
                let mut id = graph.clone();
                id.set_path(&format!("/v1.0/directoryObjects/{person}"));
                json!({ "@odata.id": id.as_str() })
            }
            Self::SetSignIn { enabled, .. } => json!({ "accountEnabled": enabled }),
            Self::ConcealNames(concealed) => json!({ "displayConcealedNames": concealed }),
            Self::LeaveGroup { .. } | Self::Reprocess { .. } => return None,
        })
    }

    fn item(&self, id: usize, graph: &url::Url) -> Value {
        let endpoint = self.endpoint();
        let url = endpoint.relative_of(&self.ids());
        let url = url.trim_start_matches("/v1.0");
        let mut item = json!({"id": id.to_string(), "method": endpoint.method, "url": url});
        if let Some(body) = self.body(graph) {
            item["headers"] = json!({"Content-Type": "application/json"});
            item["body"] = body;
        }
        item
    }
}

/// Why Microsoft refused a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedCode {
    /// No seat is free.
    CountViolation,
    /// A licence that stays needs one that goes, or one that comes needs one that is missing.
    DependencyViolation,
    /// Two licences exclude each other.
    MutuallyExclusiveViolation,
    /// Not sold, or no place set, where the person is.
    ProhibitedInUsageLocation,
    /// A group gives the licence: only leaving the group takes it away (checks.md G1).
    InheritedFromGroup,
    /// The person has no such licence to take.
    NotAssigned,
    /// A rule decides who is in the group.
    DynamicGroup,
    /// Mastered in the company's own Active Directory.
    Synced,
    /// A group that receives mail and is no Microsoft 365 group: Exchange alone says who is in it.
    MailGroup,
    /// The person is in the group already.
    AlreadyMember,
    /// There is no such person, group or membership.
    NotFound,
    /// Anything else.
    Other,
}

/// Codes of an error, and pieces of its message, by reason. Graph's codes for licences stand in
/// `licenseAssignmentStates.error`; a refused call usually says `Request_BadRequest` and the reason in words only. So
/// the words are looked at, for one thing: which reason people are told. What happens next is the same for all of them.
/// The words are from common reports, not from a contract of Microsoft's.
const REASONS: &[(RefusedCode, &str, &str)] = &[
    (RefusedCode::CountViolation, "CountViolation", "does not have any available licenses"),
    (RefusedCode::DependencyViolation, "DependencyViolation", "depends on the service plan"),
    (RefusedCode::MutuallyExclusiveViolation, "MutuallyExclusiveViolation", "mutually exclusive"),
    (RefusedCode::ProhibitedInUsageLocation, "ProhibitedInUsageLocationViolation", "usage location"),
    (RefusedCode::InheritedFromGroup, "", "inherited from a group membership"),
    (RefusedCode::NotAssigned, "", "does not have a corresponding license"),
    (RefusedCode::DynamicGroup, "", "dynamic group"),
    (RefusedCode::Synced, "", "on-premises mastered"),
    (RefusedCode::MailGroup, "", "mail-enabled security group"),
    (RefusedCode::AlreadyMember, "", "references already exist"),
];

impl RefusedCode {
    fn of(status: u16, codes: &[&str], message: &str) -> Self {
        if status == 404 {
            return Self::NotFound;
        }
        let by_code = REASONS.iter().find(|(_, code, _)| !code.is_empty() && codes.contains(code));
        let by_words = || REASONS.iter().find(|(_, _, words)| message.contains(words));
        by_code.or_else(by_words).map_or(Self::Other, |(reason, ..)| *reason)
    }
}

/// A change that was not made, or of which it is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Not made: Microsoft refuses it, and would again.
    #[error("refused ({code:?}): {refusal}")]
    Refused {
        /// Why.
        code: RefusedCode,
        /// Microsoft's answer, for the log.
        refusal: Box<Refusal>,
    },
    /// Not made: there was no time for it, or Microsoft asks for patience beyond the deadline.
    #[error("throttled, go on after {retry_after:#}")]
    Throttled {
        /// How long to wait, at most an hour.
        retry_after: SignedDuration,
    },
    /// Perhaps made: sent, and no answer that says. Read back before trying again.
    #[error("sent, outcome unknown: {reason}")]
    Ambiguous {
        /// What came instead of an answer, for the log.
        reason: String,
        /// How long Microsoft asked to be left alone, where it did; at most an hour.
        retry_after: Option<SignedDuration>,
    },
    /// Not made: consent to write was withdrawn. Nothing more can be.
    #[error("consent lost: {code}")]
    ConsentLost {
        /// `AADSTS…`, or Graph's code.
        code: String,
    },
    /// Not made: the registration lacks a permission, or the account is protected from it. Microsoft lets no app block
    /// an administrator that is not one itself.
    #[error("permission missing: {0}")]
    PermissionMissing(Box<Refusal>),
    /// Not made: nothing was sent. Entra was not reached or takes our credential no more, or Graph was not reached.
    #[error("not sent: {reason}")]
    NotSent {
        /// As in [`Error::reason`].
        reason: &'static str,
    },
}

impl WriteError {
    /// A stable code for events and metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::Throttled { .. } => "throttled",
            Self::Ambiguous { .. } => "ambiguous",
            Self::ConsentLost { .. } => "consent_lost",
            Self::PermissionMissing(_) => "permission_missing",
            Self::NotSent { reason } => reason,
        }
    }

    /// Whether the writes after it would meet the same.
    fn stops(&self) -> bool {
        matches!(self, Self::ConsentLost { .. } | Self::Throttled { .. } | Self::NotSent { .. })
    }

    /// An error from before anything was sent.
    fn before(error: Error) -> Self {
        match error {
            Error::ConsentLost { code } => Self::ConsentLost { code },
            Error::Throttled { retry_after, .. } => Self::Throttled { retry_after },
            Error::OutOfTime { .. } => Self::Throttled { retry_after: SignedDuration::ZERO },
            other => Self::NotSent { reason: other.reason() },
        }
    }

    fn ambiguous(reason: impl std::fmt::Display) -> Self {
        Self::Ambiguous { reason: crate::error::for_log(&reason.to_string()), retry_after: None }
    }
}

/// What an answer says of a write.
enum Verdict {
    Done,
    /// Nothing was done; it may be asked for again, after the given time where Microsoft said so.
    Later(Option<SignedDuration>),
    /// Nothing was done, because of the token.
    StaleToken,
    Failed(WriteError),
}

impl Refused<'_> {
    fn verdict(&self, token: &str) -> Verdict {
        let codes = self.codes();
        let has = |list: &[&str]| codes.iter().any(|code| list.contains(code));
        let refusal = || Box::new(self.refusal(token));
        Verdict::Failed(match self.status {
            429 => return Verdict::Later(self.after),
            409 if has(&["Directory_ConcurrencyViolation"]) => return Verdict::Later(self.after),
            401 => return Verdict::StaleToken,
            // Not among the ones that say what they did: 503 is also what a gateway answers that lost its backend.
            408 | 500..=599 => WriteError::Ambiguous {
                reason: format!("status {}", self.status),
                retry_after: self.after.filter(|after| after.is_positive()).map(|after| after.min(RETRY_AFTER_MAX)),
            },
            _ if has(super::GONE_CODES) => WriteError::ConsentLost { code: refusal().code },
            403 => WriteError::PermissionMissing(refusal()),
            400.. => {
                let message = self.body.pointer("/error/message").and_then(Value::as_str).unwrap_or_default();
                WriteError::Refused { code: RefusedCode::of(self.status, &codes, message), refusal: refusal() }
            }
            // Neither done nor refused.
            status => WriteError::ambiguous(format!("status {status}")),
        })
    }
}

impl ItemAnswer {
    fn verdict(self, endpoint: &'static Endpoint, now: Timestamp) -> Verdict {
        match self.status {
            200..300 if self.body.get("error").is_some() => {
                Verdict::Failed(WriteError::ambiguous(format!("status {} with an error", self.status)))
            }
            200..300 => Verdict::Done,
            _ => self.refused(endpoint, now).verdict(""),
        }
    }
}

impl Directory {
    /// Makes changes, in order, and says of each what became of it. Changes of one person never travel together; those
    /// of several people do, and Microsoft may make them in any order. Once consent, time or connection is gone the
    /// rest is not sent.
    ///
    /// # Errors
    /// Of each change by itself: see [`WriteError`].
    pub async fn write(&self, writes: &[Write]) -> Vec<Result<(), WriteError>> {
        let mut results: Vec<Option<Result<(), WriteError>>> = writes.iter().map(|_| None).collect();
        let mut stopped = None;
        for round in rounds(writes) {
            if stopped.is_none() {
                self.write_round(writes, &round, &mut results).await;
                stopped = round.iter().find_map(|&i| match &results[i] {
                    Some(Err(error)) if error.stops() => Some(error.clone()),
                    _ => None,
                });
            } else {
                round.iter().for_each(|&i| results[i] = stopped.clone().map(Err));
            }
        }
        results.into_iter().map(|result| result.unwrap_or_else(|| Err(WriteError::ambiguous("no answer")))).collect()
    }

    async fn write_round(&self, writes: &[Write], round: &[usize], results: &mut [Option<Result<(), WriteError>>]) {
        let inner = &self.inner;
        let mut attempts = Attempts::new(&inner.clock, &inner.ids, self.deadline, calls::BATCH.path);
        let mut stale: Option<String> = None;
        loop {
            let open: Vec<usize> = round.iter().copied().filter(|&i| results[i].is_none()).collect();
            if open.is_empty() {
                return;
            }
            if let Err(error) = self.pace(open.len()).await {
                return settle(results, &open, &error);
            }
            let mut answer = match self.send_writes(writes, &open, stale.as_deref()).await {
                Ok(answer) => answer,
                Err(error) => return settle(results, &open, &error),
            };
            let (mut wait, mut refused_token) = (None, false);
            for &i in &open {
                match answer.verdict(i, writes[i].endpoint(), inner.clock.now()) {
                    Verdict::Done => results[i] = Some(Ok(())),
                    Verdict::Failed(error) => results[i] = Some(Err(error)),
                    Verdict::Later(after) => wait = Some(wait.flatten().max(after)),
                    Verdict::StaleToken if stale.is_none() => refused_token = true,
                    Verdict::StaleToken => results[i] = Some(Err(WriteError::NotSent { reason: "token_refused" })),
                }
            }
            if refused_token {
                stale = Some(answer.token);
            }
            if let Some(after) = wait {
                let throttled = Error::Throttled { endpoint: calls::BATCH.path, retry_after: SignedDuration::ZERO };
                if let Err(error) = attempts.wait(throttled, after).await {
                    settle(results, &open, &WriteError::before(error));
                }
            }
        }
    }

    /// Sends writes once: one alone that has no place in a batch, the others as a batch.
    async fn send_writes(&self, writes: &[Write], open: &[usize], stale: Option<&str>) -> Result<Answers, WriteError> {
        let graph = &self.inner.graph;
        let (endpoint, url, body) = match open {
            [i] if is_alone(&writes[*i]) => {
                let endpoint = writes[*i].endpoint();
                (endpoint, endpoint.url(graph, ""), writes[*i].body(graph))
            }
            _ => {
                let items: Vec<_> = open.iter().map(|&i| writes[i].item(i, graph)).collect();
                (&calls::BATCH, calls::BATCH.url(graph, ""), Some(json!({ "requests": items })))
            }
        };
        let (response, token) = match self.exchange(endpoint, &url, body.as_ref(), stale).await {
            Ok(answered) => answered,
            Err(NoAnswer::Unsent(error) | NoAnswer::Unconnected(error)) => return Err(WriteError::before(error)),
            Err(NoAnswer::Lost(error)) => return Err(WriteError::ambiguous(error)),
        };
        let (status, kind) = (response.status(), content_type(response.headers()));
        let token = token.text.to_string();
        if !status.is_success() {
            let after = asked_wait(&self.inner, response.headers());
            let challenged = super::is_challenge(response.headers());
            let request_id = request_id(response.headers());
            let body: Value = serde_json::from_slice(&http::read_start(response).await).unwrap_or_default();
            let refused = Refused { endpoint, status: status.as_u16(), after, challenged, request_id, body: &body };
            let verdict = refused.verdict(&token);
            return match verdict {
                Verdict::Failed(error) => Err(error),
                verdict => Ok(Answers { whole: Some(verdict), items: HashMap::new(), token }),
            };
        }
        if endpoint != &calls::BATCH {
            let whole = match status {
                StatusCode::NO_CONTENT => Verdict::Done,
                _ => self.written(endpoint, response).await,
            };
            return Ok(Answers { whole: Some(whole), items: HashMap::new(), token });
        }
        if !kind.contains("json") {
            return Err(WriteError::ambiguous(format!("status {} with {kind}", status.as_u16())));
        }
        let read = http::read(response, Json::<BatchAnswer>::default(), PAGE_MAX).await;
        let answer = read.map_err(|_| WriteError::ambiguous("an answer that cannot be read"))?;
        for item in &answer.responses {
            let of = item.id.parse().ok().and_then(|i: usize| writes.get(i));
            of.into_iter().for_each(|write| self.count(write.endpoint(), item.status));
        }
        let items = answer.responses.into_iter().map(|item| (item.id.clone(), item)).collect();
        Ok(Answers { whole: None, items, token })
    }

    /// What a successful answer to a write on its own says.
    async fn written(&self, endpoint: &'static Endpoint, response: reqwest::Response) -> Verdict {
        let status = response.status().as_u16();
        match http::read(response, Json::<Value>::default(), PAGE_MAX).await {
            Ok(body) => {
                let item = ItemAnswer { id: String::new(), status, headers: HashMap::new(), body };
                item.verdict(endpoint, self.inner.clock.now())
            }
            Err(_) => Verdict::Failed(WriteError::ambiguous("an answer that cannot be read")),
        }
    }

    /// Waits until `count` more writes are within the limit.
    async fn pace(&self, count: usize) -> Result<(), WriteError> {
        let clock = &self.inner.clock;
        let now = clock.now();
        let taken = PACE * i32::try_from(count).unwrap_or(i32::MAX);
        let wait = {
            let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let begin = seen.next_write.max(now);
            let wait = begin.duration_since(now);
            if wait + LEAST_TIME > self.deadline.remaining(clock) {
                return Err(WriteError::Throttled { retry_after: wait });
            }
            seen.next_write = begin.checked_add(taken).unwrap_or(begin);
            wait
        };
        if wait.is_positive() {
            clock.sleep(wait).await;
        }
        Ok(())
    }
}

/// Answers to a batch of writes.
struct Answers {
    /// One answer for all of them.
    whole: Option<Verdict>,
    items: HashMap<String, ItemAnswer>,
    /// The token they were sent with.
    token: String,
}

impl Answers {
    fn verdict(&mut self, i: usize, endpoint: &'static Endpoint, now: Timestamp) -> Verdict {
        match &self.whole {
            Some(Verdict::Done) => Verdict::Done,
            Some(Verdict::Later(after)) => Verdict::Later(*after),
            Some(Verdict::StaleToken) => Verdict::StaleToken,
            Some(Verdict::Failed(error)) => Verdict::Failed(error.clone()),
            None => match self.items.remove(&i.to_string()) {
                Some(item) => item.verdict(endpoint, now),
                None => Verdict::Failed(WriteError::ambiguous("no answer in the batch")),
            },
        }
    }
}

/// The writes that have no result yet have this one.
fn settle(results: &mut [Option<Result<(), WriteError>>], open: &[usize], error: &WriteError) {
    for &i in open {
        results[i].get_or_insert_with(|| Err(error.clone()));
    }
}

fn is_alone(write: &Write) -> bool {
    matches!(write, Write::ConcealNames(_))
}

/// Writes as they travel: at most twenty together, and never two of one person, because Microsoft makes those of a
/// batch in any order.
fn rounds(writes: &[Write]) -> Vec<Vec<usize>> {
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    let mut people = HashSet::new();
    for (i, write) in writes.iter().enumerate() {
        let alone =
            is_alone(write) || rounds.last().and_then(|round| writes.get(*round.first()?)).is_some_and(is_alone);
        match rounds.last_mut() {
            Some(round) if round.len() < BATCH_MAX && !alone && !people.contains(&write.person()) => round.push(i),
            _ => {
                rounds.push(vec![i]);
                people.clear();
            }
        }
        people.insert(write.person());
    }
    rounds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    #[test]
    fn changes_of_one_person_do_not_travel_together() {
        let block = |n| Write::SetSignIn { person: person(n), enabled: false };
        let mut writes: Vec<_> = (0..25).map(block).collect();
        writes.extend([block(24), Write::ConcealNames(false), block(1), block(2)]);
        let rounds = rounds(&writes);
        let expected: Vec<Vec<usize>> = vec![(0..20).collect(), (20..25).collect(), vec![25], vec![26], vec![27, 28]];
        assert_eq!(rounds, expected);
    }

    #[test]
    fn a_reason_is_told_by_code_and_else_by_words() {
        let words = "Subscription with SKU x does not have any available licenses.";
        assert_eq!(RefusedCode::of(400, &["Request_BadRequest"], words), RefusedCode::CountViolation);
        assert_eq!(RefusedCode::of(400, &["DependencyViolation"], words), RefusedCode::DependencyViolation);
        assert_eq!(RefusedCode::of(404, &["Request_ResourceNotFound"], words), RefusedCode::NotFound);
        assert_eq!(RefusedCode::of(400, &["", "Request_BadRequest"], "new words"), RefusedCode::Other);
        // As Graph words them (from public reports of each).
        for (words, reason) in [
            (
                "License assignment failed because service plan x depends on the service plan(s) y",
                RefusedCode::DependencyViolation,
            ),
            (
                "License assignment failed because service plans x, y are mutually exclusive.",
                RefusedCode::MutuallyExclusiveViolation,
            ),
            (
                "License assignment cannot be done for user with invalid usage location.",
                RefusedCode::ProhibitedInUsageLocation,
            ),
            (
                "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects \
                 currently undergoing migration.",
                RefusedCode::Synced,
            ),
            ("Cannot Update a mail-enabled security groups and or distribution list.", RefusedCode::MailGroup),
        ] {
            assert_eq!(RefusedCode::of(400, &["Request_BadRequest"], words), reason, "{words}");
        }
    }
}
