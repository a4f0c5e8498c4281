//! Limits of how often something may be done (C18, data.md D6): the generic cell rate algorithm on one item, whose
//! only number is the theoretical arrival time of the next request. Exact to the millisecond, no burst at an edge.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use aws_sdk_dynamodb::{
    operation::update_item::UpdateItemError,
    types::{AttributeValue, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure},
};
use jiff::SignedDuration;

use crate::{
    Result, Store, TokenHash,
    db::{number, refused, spent},
    key::Key,
    meter::{Units, allowed, count},
};

/// So many of one thing in a window, evenly or in a burst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What it is called in `RateLimit-Policy`, such as `sign-in`.
    pub name: &'static str,
    /// How many.
    pub count: u32,
    /// In how long.
    pub window: SignedDuration,
}

/// What a limit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Of which limit.
    pub limit: Limit,
    /// How many more may follow at once; `None` when this one was refused.
    pub left: Option<u32>,
    /// Time until one more may follow, or, when none was refused, until all may.
    pub wait: SignedDuration,
}

/// Keys that are over their limit, until when (milliseconds): a flood costs one write an instance, not one a request.
#[derive(Clone, Default)]
pub(crate) struct Blocked(Arc<Mutex<HashMap<String, i64>>>);

/// Of requests at one instant one moves the time, and the others look again: so many times.
const RACES: u32 = 16;

/// Most keys remembered as blocked; beyond it a flood of different keys costs writes.
const REMEMBERED: usize = 10_000;

impl Blocked {
    fn until(&self, key: &str) -> Option<i64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).copied()
    }
    fn block(&self, key: String, until: i64, now: i64) {
        let mut blocked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if blocked.len() >= REMEMBERED {
            blocked.retain(|_, until| *until > now);
        }
        if blocked.len() < REMEMBERED {
            blocked.insert(key, until);
        }
    }
}

impl Store {
    /// Counts one against `limit` for `whom`: an address, an account, a tenant; kept by its hash.
    ///
    /// # Errors
    /// When the table does not answer. Sign-in, reset and invitation then fail closed: the caller passes it on.
    pub async fn allow(&self, limit: Limit, whom: &str) -> Result<Allowance> {
        let allowance = self.count_one(limit, whom).await?;
        allowed(allowance);
        Ok(allowance)
    }

    async fn count_one(&self, limit: Limit, whom: &str) -> Result<Allowance> {
        let whom = TokenHash::of(&format!("{}:{whom}", limit.name));
        let now = self.clock.now().as_millisecond();
        let window = i64::try_from(limit.window.as_millis()).unwrap_or(i64::MAX);
        let interval = (window / i64::from(limit.count.max(1))).max(1);
        // A request is allowed while the arrival time it would move is no further ahead than the rest of the window.
        let most = window - interval;
        let refusal = |tat: i64| Allowance { limit, left: None, wait: SignedDuration::from_millis(tat - most - now) };
        if let Some(until) = self.blocked.until(whom.as_str()).filter(|until| *until > now) {
            return Ok(refusal(until + most));
        }
        // Idle first, which is the usual case; what is there is told by the condition that failed.
        for _ in 0..RACES {
            let tat = match self.arrive(&whom, None, now + interval, window).await? {
                Arrived::Moved => return Ok(allowance(limit, interval, now + interval, now)),
                Arrived::At(tat) => tat,
            };
            if tat > now + most {
                self.blocked.block(whom.as_str().to_owned(), tat - most, now);
                return Ok(refusal(tat));
            }
            if let Arrived::Moved = self.arrive(&whom, Some(tat), tat + interval, window).await? {
                return Ok(allowance(limit, interval, tat + interval, now));
            }
        }
        // Each of so many races went to another request of the same instant: that is a flood.
        Ok(refusal(now + most + interval))
    }

    /// Moves the arrival time to `next`: from `seen`, or from where nothing is ahead of now.
    async fn arrive(&self, whom: &TokenHash, seen: Option<i64>, next: i64, window: i64) -> Result<Arrived> {
        let key = Key::new(format!("LIMIT#{}", whom.as_str()), "LIMIT");
        let now = self.clock.now().as_millisecond();
        let condition = match seen {
            Some(_) => "tat = :seen",
            None => "attribute_not_exists(tat) OR tat <= :seen",
        };
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.item()))
            .update_expression("SET tat = :next, #ttl = :ttl")
            .condition_expression(condition)
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":next", number(next))
            .expression_attribute_values(":seen", number(seen.unwrap_or(now)))
            .expression_attribute_values(":ttl", number((next + window) / 1000 + 60))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                spent(Units::Write, answer.consumed_capacity());
                Ok(Arrived::Moved)
            }
            Err(aws_sdk_dynamodb::error::SdkError::ServiceError(error))
                if error.err().is_conditional_check_failed_exception() =>
            {
                count(Units::Write, 1.0);
                let there = match error.into_err() {
                    UpdateItemError::ConditionalCheckFailedException(failed) => failed.item,
                    _ => None,
                };
                let tat = there.and_then(|item| item.get("tat").and_then(number_of)).unwrap_or(now);
                Ok(Arrived::At(tat))
            }
            Err(error) => Err(refused(error)),
        }
    }
}

enum Arrived {
    Moved,
    At(i64),
}

fn number_of(value: &AttributeValue) -> Option<i64> {
    value.as_n().ok()?.parse().ok()
}

fn allowance(limit: Limit, interval: i64, tat: i64, now: i64) -> Allowance {
    let ahead = tat - now;
    let window = i64::try_from(limit.window.as_millis()).unwrap_or(i64::MAX);
    let left = u32::try_from((window - ahead).max(0) / interval).unwrap_or(0);
    Allowance { limit, left: Some(left), wait: SignedDuration::from_millis(ahead) }
}
