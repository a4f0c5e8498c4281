//! A question to a manager, as members and as the manager see it.

use api::{Client, Code, Error, Result, within, within_by_address};
use jiff::{SignedDuration, Timestamp};
use model::{AttestationId, FindingId, PersonId, UserId, event::Answer};
use serde::{Deserialize, Serialize};
use store::{Attestation, AttestationState, Limit, Store, TokenHash};
use utoipa::ToSchema;

/// Links tried from one address.
const TRIES: Limit = Limit { name: "question-link", count: 30, window: SignedDuration::from_mins(1) };
/// Tries of one link.
const LINK: Limit = Limit { name: "question-token", count: 20, window: SignedDuration::from_mins(1) };

/// A question as members see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AttestationView {
    /// Which.
    pub attestation: AttestationId,
    /// The finding it came from.
    pub finding: FindingId,
    /// Whom it is about.
    pub person: PersonId,
    /// Their name: show it as text only.
    #[schema(example = "Anna Berg")]
    pub name: String,
    /// Who is asked: show it as text only.
    #[schema(example = "Jonas Weber")]
    pub manager: String,
    /// Who had it asked.
    pub asked_by: UserId,
    /// When.
    pub asked_at: Timestamp,
    /// Until when it can be answered, and otherwise than before.
    pub deadline: Option<Timestamp>,
    /// Where it is in its life.
    pub state: AttestationState,
    /// The answer in force.
    pub answer: Option<Answer>,
    /// When it was given.
    pub answered_at: Option<Timestamp>,
    /// What follows from the answer, for you to decide.
    pub proposes: Option<Proposal>,
}

/// What an answer proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proposal {
    /// The licence is needed: make an exception for the person.
    Exception,
    /// It is not: take it back.
    Remove,
}

impl AttestationView {
    /// A question as it is at `now`.
    pub fn of(kept: Attestation, now: Timestamp) -> Self {
        Self {
            state: kept.state(now),
            deadline: Timestamp::from_second(kept.deadline).ok(),
            proposes: match kept.answer {
                Some(Answer::StillNeeded) => Some(Proposal::Exception),
                Some(Answer::NotNeeded) => Some(Proposal::Remove),
                Some(Answer::AskLater) | None => None,
            },
            attestation: kept.attestation,
            finding: kept.finding,
            person: kept.person,
            name: kept.name,
            manager: kept.manager,
            asked_by: kept.asked_by,
            asked_at: kept.asked_at,
            answer: kept.answer,
            answered_at: kept.answered_at,
        }
    }
}

/// A link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttestationLink {
    /// From the link.
    #[schema(example = "sat_Vw4…", max_length = 128)]
    pub(crate) token: String,
}

/// What the page behind the link shows: no more than the question needs.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Question {
    /// The company that asks.
    #[schema(example = "Northwind Ltd")]
    pub company: String,
    /// Whom it is about: show it as text only.
    #[schema(example = "Anna Berg")]
    pub name: String,
    /// Their licences in question.
    #[schema(max_items = 200)]
    pub licences: Vec<String>,
    /// Until when it can be answered, and otherwise than before.
    pub deadline: Option<Timestamp>,
    /// The answer so far.
    pub answer: Option<Answer>,
}

impl Question {
    /// The question as its company asks it.
    pub fn of(company: String, kept: Attestation) -> Self {
        let Attestation { name, licences, deadline, answer, .. } = kept;
        Self { company, name, licences, deadline: Timestamp::from_second(deadline).ok(), answer }
    }
}

/// Counts the try of a link (F40).
///
/// # Errors
/// 429.
pub async fn counted(store: &Store, client: &Client, link: &TokenHash) -> Result<()> {
    within_by_address(store, TRIES, client).await?;
    within(store, LINK, link.as_str()).await
}

/// The one answer to a link that is too old or never was.
pub fn not_good() -> Error {
    Error::new(Code::LinkNotGood, "The time to answer is over, or the link is not whole. Ask who sent it to ask again.")
}
