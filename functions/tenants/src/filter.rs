//! Which entries of the log are wanted, as a query says it.

use api::{Code, Error, FieldProblem, Result};
use jiff::Timestamp;
use model::{EventKind, event::Actor};
use store::EventFilter;

/// Longest id that an entry can be about: a GUID's 36 characters.
const SUBJECT_MOST: usize = 36;

/// A filter's parts as text; those of two endpoints, whose query strings differ in the rest.
#[derive(Debug)]
pub struct Wanted {
    /// A kind of event.
    pub kind: Option<String>,
    /// `usr_…`, `key_…`, `system`, `visitor` or `operator`.
    pub actor: Option<String>,
    /// Any id.
    pub subject: Option<String>,
    /// Not before.
    pub from: Option<String>,
    /// Before.
    pub to: Option<String>,
}

impl TryFrom<Wanted> for EventFilter {
    type Error = Error;

    fn try_from(wanted: Wanted) -> Result<Self> {
        let mut errors = Vec::new();
        let mut wrong = |name: &str, told: &str| errors.push(FieldProblem::new(name, "bad_value", told));
        let kind = parsed(wanted.kind.as_deref(), EventKind::parse);
        let kind = kind.unwrap_or_else(|| {
            wrong("kind", "A kind of event, such as user.signed_in.");
            None
        });
        let actor = parsed(wanted.actor.as_deref(), actor).unwrap_or_else(|| {
            wrong("actor", "The id of a user or key, or system, visitor or operator.");
            None
        });
        let id = |text: &str| {
            let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(&b));
            (plain && (4..=SUBJECT_MOST).contains(&text.len())).then(|| text.to_owned())
        };
        let subject = parsed(wanted.subject.as_deref(), id).unwrap_or_else(|| {
            wrong("subject", "An id, such as usr_0m3x4v7k2qhz8ytr5w1c9dbeg6.");
            None
        });
        let instant = |text: &str| text.parse::<Timestamp>().ok();
        let [from, to] = [("from", &wanted.from), ("to", &wanted.to)].map(|(name, text)| {
            parsed(text.as_deref(), instant).unwrap_or_else(|| {
                wrong(name, "An instant, such as 2026-11-01T00:00:00Z.");
                None
            })
        });
        if errors.is_empty() {
            return Ok(Self { kind, actor, subject, from, to });
        }
        let mut error = Error::new(Code::BadQuery, "Check the parameters named in `errors`.");
        error.problem.errors = errors;
        Err(error)
    }
}

/// What was read of a parameter; outer `None` when it is there and does not read.
fn parsed<T>(text: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    text.map_or(Some(None), |text| read(text).map(Some))
}

fn actor(text: &str) -> Option<Actor> {
    match text {
        "system" => Some(Actor::System),
        "visitor" => Some(Actor::Visitor),
        "operator" => Some(Actor::Operator),
        _ => {
            let user = text.parse().ok().map(|id| Actor::User { id });
            user.or_else(|| text.parse().ok().map(|id| Actor::Key { id }))
        }
    }
}
