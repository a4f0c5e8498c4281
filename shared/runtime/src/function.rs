//! A function and its trigger: name <=> file <=> bin <=> logical id in template.yaml <=> operation id.

use std::{future::Future, pin::Pin};

use axum::{extract::FromRef, routing::MethodRouter};
use jiff::{SignedDuration, Timestamp};
use model::{Clock, EventKind, event::Recorded};
use serde_json::Value;
use store::{Store, TenantScope};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::Rotation;

/// Why work that nobody waits for did not succeed. The bus tries again, then keeps it as a dead letter.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
/// What such work returns.
pub type Handled = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;
/// What work returns that somebody invoked by hand and waits for.
pub type Answered = Pin<Box<dyn Future<Output = Result<Value, Failure>> + Send>>;

/// One Lambda: what it is called, what starts it, what it needs (`D`).
pub struct Function<D: 'static> {
    /// `<capability>-<verb>`.
    pub name: &'static str,
    /// What starts it.
    pub trigger: Trigger<D>,
}

/// What starts a function.
pub enum Trigger<D: 'static> {
    /// A request to the route in its `#[utoipa::path]`.
    Http(fn() -> UtoipaMethodRouter<D>),
    /// Requests that no route takes: pages, which are not part of the API.
    Pages(fn() -> MethodRouter),
    /// Time.
    Schedule {
        /// As in EventBridge: `rate(5 minutes)`.
        every: &'static str,
        /// What it does.
        run: fn(D, Deadline) -> Handled,
    },
    /// Events of these kinds.
    Event {
        /// Which.
        kinds: &'static [EventKind],
        /// What it does; idempotent by the event's id.
        run: fn(D, Delivered) -> Handled,
        /// The table, which opens the event for it.
        store: fn(&D) -> Store,
    },
    /// Events of a service of AWS, which stand on the account's own bus.
    Service {
        /// The service, as it calls itself there: `aws.ses`.
        source: &'static str,
        /// Which of its events, by detail-type.
        detail_types: &'static [&'static str],
        /// What it does with one's detail, which is the service's own form; it may come more than once.
        run: fn(D, Value) -> Handled,
    },
    /// An operator by hand, as with `aws lambda invoke`. IAM says who may; there is no route to it.
    Invoke {
        /// What it does with what it is given, and its answer. The same again does no harm.
        run: fn(D, Value) -> Answered,
    },
    /// Secrets Manager, which wants a secret rotated.
    Rotation {
        /// Takes one step; idempotent by the version's token.
        run: fn(D, Rotation) -> Handled,
    },
}

/// An event as a consumer gets it, with the right to its tenant's data.
#[derive(Debug)]
pub struct Delivered {
    /// The tenant it happened in, acting as Steward itself.
    pub scope: TenantScope,
    /// What happened.
    pub recorded: Recorded,
    /// The event as it was written, in the form that is sealed.
    pub canonical: Vec<u8>,
    /// Until when there is time.
    pub deadline: Deadline,
}

/// Until when an invocation has time, by the clock it was given.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(pub Timestamp);

impl Deadline {
    /// Time left.
    pub fn left(self, clock: &Clock) -> SignedDuration {
        self.0.duration_since(clock.now())
    }
}

impl<D> Function<D> {
    /// A function behind a route.
    pub const fn http(name: &'static str, route: fn() -> UtoipaMethodRouter<D>) -> Self {
        Self { name, trigger: Trigger::Http(route) }
    }
    /// The function that serves pages.
    pub const fn pages(name: &'static str, pages: fn() -> MethodRouter) -> Self {
        Self { name, trigger: Trigger::Pages(pages) }
    }
    /// A function that runs by the clock.
    pub const fn schedule(name: &'static str, every: &'static str, run: fn(D, Deadline) -> Handled) -> Self {
        Self { name, trigger: Trigger::Schedule { every, run } }
    }
    /// A function that consumes events.
    pub const fn event(name: &'static str, kinds: &'static [EventKind], run: fn(D, Delivered) -> Handled) -> Self
    where
        Store: FromRef<D>,
    {
        Self { name, trigger: Trigger::Event { kinds, run, store: Store::from_ref } }
    }
    /// A function that consumes events of a service of AWS.
    pub const fn service(
        name: &'static str,
        source: &'static str,
        detail_types: &'static [&'static str],
        run: fn(D, Value) -> Handled,
    ) -> Self {
        Self { name, trigger: Trigger::Service { source, detail_types, run } }
    }
    /// A function that an operator invokes.
    pub const fn invoke(name: &'static str, run: fn(D, Value) -> Answered) -> Self {
        Self { name, trigger: Trigger::Invoke { run } }
    }
    /// A function that rotates a secret.
    pub const fn rotation(name: &'static str, run: fn(D, Rotation) -> Handled) -> Self {
        Self { name, trigger: Trigger::Rotation { run } }
    }
}
