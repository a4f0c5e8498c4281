//! What DynamoDB does under load and an embedded table does not. Seeded: the same seed and the same order of requests
//! give the same faults.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One way in which a request goes wrong. A fault that does not fit the operation is not drawn for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// `ThrottlingException`, HTTP 400; nothing happened.
    Throttling,
    /// `ProvisionedThroughputExceededException`, HTTP 400; nothing happened.
    ThroughputExceeded,
    /// `TransactionCanceledException` with reason `TransactionConflict` for the first item; for a single write
    /// `TransactionConflictException`. Nothing happened.
    TransactionConflict,
    /// `TransactionInProgressException` (`TransactWriteItems` only); nothing happened.
    TransactionInProgress,
    /// `InternalServerError`, HTTP 500; nothing happened.
    InternalServerError,
    /// HTTP 503; nothing happened.
    ServiceUnavailable,
    /// The connection closes before the request is done; nothing happened.
    RequestLost,
    /// The request is done and the connection closes without an answer.
    AnswerLost,
    /// The request is done and no answer ever comes: the caller's time-out decides.
    NoAnswer,
    /// Some of a batch stays undone: `UnprocessedItems` or `UnprocessedKeys`. A batch of one is refused with
    /// `ProvisionedThroughputExceededException`, as DynamoDB does when it can do nothing of it.
    Unprocessed,
    /// A `Query` or `Scan` that has items answers an empty page with a `LastEvaluatedKey`.
    EmptyPage,
}

impl Fault {
    const ALL: [Self; 11] = [
        Self::Throttling,
        Self::ThroughputExceeded,
        Self::TransactionConflict,
        Self::TransactionInProgress,
        Self::InternalServerError,
        Self::ServiceUnavailable,
        Self::RequestLost,
        Self::AnswerLost,
        Self::NoAnswer,
        Self::Unprocessed,
        Self::EmptyPage,
    ];

    fn fits(self, operation: &str) -> bool {
        match self {
            Self::TransactionConflict => {
                matches!(operation, "TransactWriteItems" | "TransactGetItems" | "PutItem" | "UpdateItem" | "DeleteItem")
            }
            Self::TransactionInProgress => operation == "TransactWriteItems",
            Self::Unprocessed => matches!(operation, "BatchWriteItem" | "BatchGetItem"),
            Self::EmptyPage => matches!(operation, "Query" | "Scan"),
            _ => true,
        }
    }
}

/// The faults DynamoDB is to show. A cheap handle; all clones are one.
#[derive(Clone)]
pub struct Faults(Arc<Mutex<Plan>>);

struct Plan {
    random: ChaCha8Rng,
    next: VecDeque<(Option<String>, Fault)>,
    rates: BTreeMap<Fault, f64>,
    shown: BTreeMap<Fault, u64>,
}

impl Default for Faults {
    fn default() -> Self {
        let random = ChaCha8Rng::seed_from_u64(0);
        Self(Arc::new(Mutex::new(Plan {
            random,
            next: VecDeque::new(),
            rates: BTreeMap::new(),
            shown: BTreeMap::new(),
        })))
    }
}

impl Faults {
    /// Starts the random sequence anew.
    pub fn seed(&self, seed: u64) -> &Self {
        self.plan().random = ChaCha8Rng::seed_from_u64(seed);
        self
    }

    /// The next request that `fault` fits shows it, once. More than one queue up.
    pub fn next(&self, fault: Fault) -> &Self {
        self.plan().next.push_back((None, fault));
        self
    }

    /// As [`next`](Self::next), for requests of `operation` (such as `TransactWriteItems`) only.
    pub fn next_of(&self, operation: &str, fault: Fault) -> &Self {
        self.plan().next.push_back((Some(operation.to_owned()), fault));
        self
    }

    /// Every request that `fault` fits shows it with this probability, 0 to 1.
    pub fn rate(&self, fault: Fault, probability: f64) -> &Self {
        self.plan().rates.insert(fault, probability.clamp(0.0, 1.0));
        self
    }

    /// Ends all rates and forgets what is queued.
    pub fn clear(&self) {
        let mut plan = self.plan();
        plan.next.clear();
        plan.rates.clear();
    }

    /// How often each fault was drawn so far. An [`EmptyPage`](Fault::EmptyPage) drawn for a request that finds
    /// nothing changes nothing.
    pub fn shown(&self) -> BTreeMap<Fault, u64> {
        self.plan().shown.clone()
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the request now at hand is to show.
    pub(crate) fn draw(&self, operation: &str) -> Option<Fault> {
        let plan = &mut *self.plan();
        let queued = plan
            .next
            .iter()
            .position(|(only, fault)| fault.fits(operation) && only.as_ref().is_none_or(|only| only == operation));
        let fault = match queued.and_then(|at| plan.next.remove(at)) {
            Some((_, fault)) => Some(fault),
            None => Fault::ALL.into_iter().filter(|fault| fault.fits(operation)).find(|fault| {
                let probability = plan.rates.get(fault).copied().unwrap_or(0.0);
                probability > 0.0 && plan.random.random_bool(probability)
            }),
        };
        if let Some(fault) = fault {
            *plan.shown.entry(fault).or_default() += 1;
        }
        fault
    }

    /// How many of `len` (at least 2) a batch leaves undone: at least 1, never all.
    pub(crate) fn held(&self, len: usize) -> usize {
        self.plan().random.random_range(1..len)
    }
}
