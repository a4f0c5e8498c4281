//! What can go wrong between us and Microsoft. Decided by status and code, never by the words of a message.

use checks::facts::Missing;
use jiff::SignedDuration;

/// An answer by which Microsoft refused a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The call, as in [`crate::Endpoint::path`].
    pub endpoint: &'static str,
    /// HTTP status.
    pub status: u16,
    /// Graph's or Entra's code, or empty.
    pub code: String,
    /// Microsoft's words, for our logs only: cut, one line, without the token.
    pub message: String,
    /// Graph's `request-id`, to quote to Microsoft.
    pub request_id: Option<String>,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { endpoint, status, code, message, request_id } = self;
        let request_id = request_id.as_deref().unwrap_or("-");
        write!(f, "{endpoint}: {status} {code} (request-id {request_id}): {message}")
    }
}

/// A call that did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The customer withdrew consent or removed the app: stop until somebody connects again.
    #[error("consent lost: {code}")]
    ConsentLost {
        /// `AADSTS…`, or Graph's code.
        code: String,
    },
    /// Entra does not accept our own secret or certificate: the operator's to mend, not the customer's.
    #[error("our credential was refused: {code}")]
    CredentialRefused {
        /// `AADSTS…`.
        code: String,
    },
    /// The app lacks the permission the call needs.
    #[error("permission missing: {0}")]
    PermissionMissing(Box<Refusal>),
    /// The directory lacks the licence the call needs (Entra ID P1).
    #[error("licence missing: {0}")]
    LicenceMissing(Box<Refusal>),
    /// There is no such thing, or no mailbox.
    #[error("not found: {0}")]
    NotFound(Box<Refusal>),
    /// The link to the next page is too old: read the collection again from its start.
    #[error("page link expired: {0}")]
    PageExpired(Box<Refusal>),
    /// Any other refusal. Not retried: asking again gives the same answer.
    #[error("refused: {0}")]
    Refused(Box<Refusal>),
    /// Microsoft asks for patience beyond the deadline or our number of attempts: go on after `retry_after`.
    #[error("{endpoint}: throttled, go on after {retry_after:#}")]
    Throttled {
        /// The call.
        endpoint: &'static str,
        /// How long to wait, at most an hour.
        retry_after: SignedDuration,
    },
    /// The deadline had passed before the call was made.
    #[error("{endpoint}: no time left")]
    OutOfTime {
        /// The call.
        endpoint: &'static str,
    },
    /// An answer that is no answer: HTML, cut short, `200` with an error inside, a link to another host.
    #[error("{endpoint}: bad answer (request-id {}): {reason}", request_id.as_deref().unwrap_or("-"))]
    BadAnswer {
        /// The call.
        endpoint: &'static str,
        /// What is wrong with it.
        reason: String,
        /// Graph's `request-id`.
        request_id: Option<String>,
    },
    /// The connection failed.
    #[error("{endpoint}: no connection")]
    Transport {
        /// The call.
        endpoint: &'static str,
        /// Why, without the address (which may hold a ticket).
        #[source]
        source: reqwest::Error,
    },
}

impl Error {
    /// A stable code for events and metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::ConsentLost { .. } => "consent_lost",
            Self::CredentialRefused { .. } => "credential_refused",
            Self::PermissionMissing(_) => "permission_missing",
            Self::LicenceMissing(_) => "licence_missing",
            Self::NotFound(_) => "not_found",
            Self::PageExpired(_) => "page_expired",
            Self::Refused(_) => "refused",
            Self::Throttled { .. } => "throttled",
            Self::OutOfTime { .. } => "out_of_time",
            Self::BadAnswer { .. } => "bad_answer",
            Self::Transport { .. } => "no_connection",
        }
    }

    /// For how long a scan should pause, where the call is only to be made later.
    pub fn pause(&self) -> Option<SignedDuration> {
        match self {
            Self::Throttled { retry_after, .. } => Some(*retry_after),
            Self::OutOfTime { .. } => Some(SignedDuration::ZERO),
            _ => None,
        }
    }

    /// What a check may say of a source that failed with this.
    pub fn missing(&self) -> Missing {
        match self {
            Self::LicenceMissing(_) => Missing::Licence,
            Self::PermissionMissing(_) => Missing::Permission,
            _ => Missing::Error,
        }
    }
}

/// Other people's text made fit for one line of a log: no control characters, at most 300 characters.
pub(crate) fn for_log(text: &str) -> String {
    let mut line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(301).collect();
    if line.chars().count() > 300 {
        line.pop();
        line.push('…');
    }
    line
}
