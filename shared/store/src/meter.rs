//! Capacity of every call, summed per request: DynamoDB reports it (ReturnConsumedCapacity), we add it up.

use std::{future::Future, sync::Arc};

use std::sync::{Mutex, PoisonError};

use crate::Allowance;

tokio::task_local! {
    static METER: Meter;
}

/// What a request spent at the table.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    /// Calls, one after the other or not.
    pub trips: u32,
    /// Read request units.
    pub read_units: f64,
    /// Write request units.
    pub write_units: f64,
}

/// Adds up what is spent within [`metered`]. Clones count into one.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Mutex<Metered>>);

#[derive(Debug, Clone, Copy, Default)]
struct Metered {
    spent: Spent,
    allowance: Option<Allowance>,
}

impl Meter {
    /// What was spent so far.
    pub fn spent(&self) -> Spent {
        self.read().spent
    }
    /// The limit that is nearest of those that were counted against.
    pub fn allowance(&self) -> Option<Allowance> {
        self.read().allowance
    }
    fn read(&self) -> Metered {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs `work` with its calls counted by `meter`.
pub async fn metered<T>(meter: &Meter, work: impl Future<Output = T>) -> T {
    METER.scope(meter.clone(), work).await
}

/// Which units a call spends.
#[derive(Clone, Copy)]
pub(crate) enum Units {
    Read,
    Write,
}

/// Counts one call of `units`.
pub(crate) fn count(sort: Units, units: f64) {
    // No meter: work outside any request, as at cold start.
    let _ = METER.try_with(|meter| {
        let spent = &mut meter.0.lock().unwrap_or_else(PoisonError::into_inner).spent;
        spent.trips += 1;
        match sort {
            Units::Read => spent.read_units += units,
            Units::Write => spent.write_units += units,
        }
    });
}

/// Notes what a limit came to, for the answer's headers.
pub(crate) fn allowed(allowance: Allowance) {
    let _ = METER.try_with(|meter| {
        let nearest = &mut meter.0.lock().unwrap_or_else(PoisonError::into_inner).allowance;
        if nearest.is_none_or(|before| allowance.left < before.left) {
            *nearest = Some(allowance);
        }
    });
}
