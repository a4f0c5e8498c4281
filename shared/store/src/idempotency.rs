//! One request, one effect (flows.md C17): a claim is taken before the work, and the answer is written in the
//! transaction of the effect. Whoever takes an abandoned claim over moves its version, so that the one before can no
//! longer commit.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::{SignedDuration, Timestamp};
use model::{TenantId, event::Actor};

use crate::{
    Commit, Conflict, KeptAnswer, Result, StoreError, Tenant, Versioned,
    commit::{Action, Condition, Place, What, item_of},
    key::Key,
    records::{Once, TenantRecord},
};

/// How long an answer is given again.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Of requests at one instant one takes the claim, and the others look again: so many times.
const RACES: u32 = 8;

/// The right to handle a request that carries an `Idempotency-Key`.
#[derive(Debug)]
pub struct Claim(Versioned<Once>);

/// How a request with a key stands.
#[derive(Debug)]
pub enum Begun {
    /// It is the first: handle it.
    First(Claim),
    /// It was answered: answer the same.
    Again(KeptAnswer),
    /// The same request is being handled, at most until then.
    Running(Timestamp),
    /// The key was used with another body.
    OtherBody,
}

impl Tenant<'_> {
    /// Claims a request of whoever this scope acts for. `body` is what was asked, in one form for one meaning; `until`
    /// is when the invocation ends that would handle it.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn begin_once(&self, operation: &str, key: &str, body: &[u8], until: Timestamp) -> Result<Begun> {
        let whose = match self.scope.origin().actor {
            Actor::User { id } => id.to_string(),
            Actor::Key { id } => id.to_string(),
            Actor::Visitor | Actor::System | Actor::Operator => {
                return Err(StoreError::Refused("a claim of nobody".into()));
            }
        };
        // A length before each part, so that no two triples read alike.
        let key: String =
            [whose.as_str(), operation, key].iter().map(|part| format!("{}:{part};", part.len())).collect();
        let (key, body) = (hash(key.as_bytes()), hash(body));
        for _ in 0..RACES {
            let now = self.store.clock.now();
            let found = self.get_strong::<Once>(&key).await?;
            let version = match found {
                None => 0,
                Some(found) if found.value.until <= now => found.version,
                Some(found) if found.value.body != body => return Ok(Begun::OtherBody),
                Some(Versioned { value: Once { answer: Some(answer), .. }, .. }) => return Ok(Begun::Again(answer)),
                Some(found) if found.value.running_until > now => return Ok(Begun::Running(found.value.running_until)),
                Some(found) => found.version,
            };
            let once =
                Once { key: key.clone(), body: body.clone(), running_until: until, answer: None, until: now + KEPT };
            match self.checkpoint(&Versioned { value: once, version }).await {
                Ok(claimed) => return Ok(Begun::First(Claim(claimed))),
                Err(StoreError::Conflict(Conflict::Version)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Unavailable("too many requests with one key at once".into()))
    }

    /// Gives a request free that had no effect: the same key may be sent again at once. One that was taken over or
    /// answered meanwhile is left as it is.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn release_once(&self, claim: &Claim) -> Result<()> {
        let what = What::Delete { condition: Condition::version(claim.0.version) };
        let key = Key::new(Once::COLLECTION.partition(self.scope.tenant(), None), Once::sort_key(&claim.0.value.key));
        match self.store.transact(vec![(key, what, Conflict::Version)]).await {
            Ok(()) | Err(StoreError::Conflict(Conflict::Version)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Commit {
    /// Keeps the answer in the transaction of the effect: neither is ever there without the other.
    pub fn answered(self, claim: &Claim, answer: KeptAnswer) -> Self {
        self.replace(&claim.answered(answer))
    }
}

impl Claim {
    /// Keeps the answer in the tenant the request was made in, where the effect is a transaction of another.
    pub(crate) fn answered_in(&self, tenant: TenantId, answer: KeptAnswer) -> Result<Action> {
        let Versioned { value, version } = self.answered(answer);
        let what = What::Put { item: item_of(&value, version + 1)?, condition: Condition::version(version) };
        let key = Key::new(Once::COLLECTION.partition(tenant, None), Once::sort_key(&value.key));
        Ok(Action { place: Place::Global(key), what, conflict: Conflict::Version })
    }

    fn answered(&self, answer: KeptAnswer) -> Versioned<Once> {
        let value = Once { answer: Some(answer), ..self.0.value.clone() };
        Versioned { value, version: self.0.version }
    }
}

fn hash(bytes: &[u8]) -> String {
    digest(&SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
