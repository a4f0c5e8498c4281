//! One write, one transaction: the items of a change and the one event that tells of it.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::{put_item::PutItemError, transact_write_items::TransactWriteItemsError},
    types::{
        AttributeValue, ConditionCheck, Delete, Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure,
        TransactWriteItem, Update,
    },
};
use jiff::Timestamp;
use model::{DirectoryId, Event, TenantId};

use crate::{
    Conflict, Result, Store, StoreError, Versioned,
    db::{decode, encode, number, refused, text},
    key::{Collection, Item, Key},
    meter::{Units, count},
    records::{DirectoryLink, TenantRecord},
};

/// The attribute that names the conditional write an item was last put by.
const WRITE: &str = "w";
/// DynamoDB's word for two transactions at once on one item.
pub(crate) const TRANSACTION_CONFLICT: &str = "TransactionConflict";

/// What a change writes. Without [`Commit::event`] it cannot be committed: a change nobody hears of is no change.
#[derive(Default)]
pub struct Commit {
    pub(crate) actions: Vec<Action>,
    error: Option<StoreError>,
}

/// A change with its event.
pub struct Ready {
    pub(crate) actions: Vec<Action>,
    pub(crate) event: Event,
}

/// One action of a transaction, its place not yet bound to a tenant.
pub(crate) struct Action {
    pub(crate) place: Place,
    pub(crate) what: What,
    pub(crate) conflict: Conflict,
}

impl Action {
    /// Bound to a tenant.
    pub(crate) fn of(self, tenant: TenantId) -> (Key, What, Conflict) {
        let key = match self.place {
            Place::Own(collection, sk) => Key::new(collection.partition(tenant, None), sk),
            Place::Global(key) => key,
        };
        (key, self.what, self.conflict)
    }
}

pub(crate) enum Place {
    Own(Collection, String),
    Global(Key),
}

pub(crate) enum What {
    Put {
        item: Item,
        condition: Condition,
    },
    Delete {
        condition: Condition,
    },
    Check {
        condition: Condition,
    },
    /// Sets attributes that no version counts, or the version itself, under a condition whose values are theirs too.
    Set {
        expression: &'static str,
        condition: Condition,
    },
}

/// A condition with its values; names are fixed text of this crate, values never are.
#[derive(Default)]
pub(crate) struct Condition {
    pub(crate) expression: Option<&'static str>,
    pub(crate) names: Vec<(&'static str, &'static str)>,
    pub(crate) values: Vec<(&'static str, AttributeValue)>,
}

impl Condition {
    pub(crate) fn absent() -> Self {
        Self { expression: Some("attribute_not_exists(PK)"), ..Self::default() }
    }
    pub(crate) fn present() -> Self {
        Self { expression: Some("attribute_exists(PK)"), ..Self::default() }
    }
    pub(crate) fn version(version: u64) -> Self {
        Self { expression: Some("v = :v"), values: vec![(":v", number(version))], ..Self::default() }
    }
}

impl Commit {
    /// An empty change.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a record that must not exist yet.
    pub fn create<T: TenantRecord>(self, record: &T) -> Self {
        self.put(record, 1, Condition::absent(), Conflict::Taken(T::KIND))
    }

    /// Writes a record over the version it was read at.
    pub fn replace<T: TenantRecord>(self, record: &Versioned<T>) -> Self {
        self.put(&record.value, record.version + 1, Condition::version(record.version), Conflict::Version)
    }

    /// Writes a record over the version it was read at, which is 0 where there was none.
    pub fn put_at<T: TenantRecord>(self, record: &Versioned<T>) -> Self {
        let condition = if record.version == 0 { Condition::absent() } else { Condition::version(record.version) };
        self.put(&record.value, record.version + 1, condition, Conflict::Version)
    }

    /// Writes a record whatever is there: for what only the holder of a lease computes.
    pub fn overwrite<T: TenantRecord>(self, record: &T) -> Self {
        self.put(record, 1, Condition::default(), Conflict::Version)
    }

    /// Removes a record, wherever it is in its life.
    pub fn delete<T: TenantRecord>(mut self, id: &T::Id) -> Self {
        self.actions.push(Action {
            place: Place::Own(T::COLLECTION, T::sort_key(id)),
            what: What::Delete { condition: Condition::default() },
            conflict: Conflict::Missing(T::KIND),
        });
        self
    }

    /// Removes a record at the version it was read at.
    pub fn delete_at<T: TenantRecord>(self, record: &Versioned<T>) -> Self {
        self.action(Action {
            place: Place::Own(T::COLLECTION, T::sort_key(&record.value.id())),
            what: What::Delete { condition: Condition::version(record.version) },
            conflict: Conflict::Version,
        })
    }

    /// Claims a directory for this tenant: one directory is linked to one tenant only (checks.md 4.11).
    pub fn claim_directory(mut self, directory: DirectoryId, tenant: TenantId) -> Self {
        let link = DirectoryLink { directory, tenant };
        match encode("DirectoryLink", &link) {
            Ok(item) => self.actions.push(Action {
                place: Place::Global(DirectoryLink::key(directory)),
                what: What::Put {
                    item,
                    condition: Condition {
                        expression: Some("attribute_not_exists(PK) OR tenant = :tenant"),
                        values: vec![(":tenant", text(tenant.to_string()))],
                        ..Condition::default()
                    },
                },
                conflict: Conflict::Taken("directory"),
            }),
            Err(error) => self.error = Some(error),
        }
        self
    }

    /// Gives a directory free again.
    pub fn release_directory(mut self, directory: DirectoryId, tenant: TenantId) -> Self {
        self.actions.push(Action {
            place: Place::Global(DirectoryLink::key(directory)),
            what: What::Delete {
                condition: Condition {
                    expression: Some("attribute_not_exists(PK) OR tenant = :tenant"),
                    values: vec![(":tenant", text(tenant.to_string()))],
                    ..Condition::default()
                },
            },
            conflict: Conflict::State("directory"),
        });
        self
    }

    pub(crate) fn check<T: TenantRecord>(self, id: &T::Id, condition: Condition, what: &'static str) -> Self {
        self.action(Action {
            place: Place::Own(T::COLLECTION, T::sort_key(id)),
            what: What::Check { condition },
            conflict: Conflict::State(what),
        })
    }

    pub(crate) fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// The fact this change is told as.
    ///
    /// # Errors
    /// When a record did not serialise.
    pub fn event(self, event: Event) -> Result<Ready> {
        Ok(Ready { actions: self.actions()?, event })
    }

    /// What is to be written, where all of it can be.
    pub(crate) fn actions(self) -> Result<Vec<Action>> {
        self.error.map_or(Ok(self.actions), Err)
    }

    fn put<T: TenantRecord>(mut self, record: &T, version: u64, condition: Condition, conflict: Conflict) -> Self {
        match item_of(record, version) {
            Ok(item) => self.actions.push(Action {
                place: Place::Own(T::COLLECTION, T::sort_key(&record.id())),
                what: What::Put { item, condition },
                conflict,
            }),
            Err(error) => self.error = Some(error),
        }
        self
    }
}

/// A record as an item: its attributes, version, expiry and place in the index of what is due.
pub(crate) fn item_of<T: TenantRecord>(record: &T, version: u64) -> Result<Item> {
    let mut item = encode(T::KIND, record)?;
    item.insert("v".into(), number(version));
    if let Some(at) = record.expires() {
        item.insert("ttl".into(), number(at.as_second()));
    }
    if let Some(at) = record.due() {
        let shard = record.due_shard();
        item.insert("due_shard".into(), text(format!("{}#{shard:02}", T::DUE)));
        item.insert("due_at".into(), text(due_text(at)));
    }
    Ok(item)
}

/// Instants as sort keys: to the second, so that text order is time order.
pub(crate) fn due_text(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl Store {
    /// Runs actions in one transaction and maps the reason of a cancellation to the conflict of the action that caused
    /// it. The client token makes the SDK's retries one effect.
    pub(crate) async fn transact(&self, mut actions: Vec<(Key, What, Conflict)>) -> Result<()> {
        if let [(_, What::Put { .. }, _)] = actions.as_slice()
            && let Some((key, What::Put { item, condition }, conflict)) = actions.pop()
        {
            return self.put_one(key, item, condition, conflict).await;
        }
        let conflicts: Vec<Conflict> = actions.iter().map(|(_, _, conflict)| *conflict).collect();
        let mut items = Vec::with_capacity(actions.len());
        for (key, what, _) in actions {
            items.push(self.transact_item(key, what)?);
        }
        let token = format!("{:032x}", self.ids.random());
        let answer = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .client_request_token(token)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let units = answer.consumed_capacity().iter().filter_map(|capacity| capacity.capacity_units()).sum();
                count(Units::Write, units);
                Ok(())
            }
            Err(SdkError::ServiceError(error))
                if matches!(error.err(), TransactWriteItemsError::TransactionCanceledException(_)) =>
            {
                count(Units::Write, 0.0);
                let TransactWriteItemsError::TransactionCanceledException(cancelled) = error.into_err() else {
                    return Err(StoreError::Refused("cancelled without reasons".into()));
                };
                let reasons = cancelled.cancellation_reasons.unwrap_or_default();
                let at = |code: &str| reasons.iter().position(|reason| reason.code() == Some(code));
                if let Some(conflict) = at("ConditionalCheckFailed").and_then(|place| conflicts.get(place)) {
                    return Err(StoreError::Conflict(*conflict));
                }
                let busy = [TRANSACTION_CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded"];
                if let Some(code) = busy.into_iter().find(|code| at(code).is_some()) {
                    return Err(StoreError::Unavailable(code.into()));
                }
                let told: Vec<_> = reasons
                    .iter()
                    .map(|r| format!("{}: {}", r.code().unwrap_or("?"), r.message().unwrap_or("")))
                    .collect();
                Err(StoreError::Refused(format!("transaction cancelled: {}", told.join("; "))))
            }
            Err(error) => Err(refused(error)),
        }
    }

    /// One put needs no transaction, which would cost twice the units.
    pub(crate) async fn put_one(
        &self,
        key: Key,
        mut item: Item,
        condition: Condition,
        conflict: Conflict,
    ) -> Result<()> {
        item.extend(key.item());
        // Tells our own write, whose answer was lost and which the SDK sent again, from somebody else's.
        let write = condition.expression.map(|_| text(format!("{:016x}", self.ids.random() as u64)));
        item.extend(write.clone().map(|write| (WRITE.to_owned(), write)));
        let mut request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .set_condition_expression(condition.expression.map(str::to_owned))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        for (name, attribute) in condition.names {
            request = request.expression_attribute_names(name, attribute);
        }
        for (name, value) in condition.values {
            request = request.expression_attribute_values(name, value);
        }
        match request.send().await {
            Ok(answer) => {
                crate::db::spent(Units::Write, answer.consumed_capacity());
                Ok(())
            }
            Err(SdkError::ServiceError(error)) if error.err().is_conditional_check_failed_exception() => {
                count(Units::Write, 1.0);
                let there = match error.into_err() {
                    PutItemError::ConditionalCheckFailedException(failed) => failed.item,
                    _ => None,
                };
                let ours = there.is_some_and(|mut there| there.remove(WRITE) == write);
                if ours { Ok(()) } else { Err(StoreError::Conflict(conflict)) }
            }
            Err(error) => Err(refused(error)),
        }
    }

    /// Removes an item, whether or not it is there.
    pub(crate) async fn delete_one(&self, key: &Key) -> Result<()> {
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key.item()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(refused)?;
        crate::db::spent(Units::Write, answer.consumed_capacity());
        Ok(())
    }

    fn transact_item(&self, key: Key, what: What) -> Result<TransactWriteItem> {
        let bad = |error: aws_sdk_dynamodb::error::BuildError| StoreError::Refused(error.to_string());
        macro_rules! conditioned {
            ($builder:expr, $condition:expr) => {{
                let Condition { expression, names, values } = $condition;
                let mut builder =
                    $builder.table_name(&self.table).set_condition_expression(expression.map(str::to_owned));
                for (name, attribute) in names {
                    builder = builder.expression_attribute_names(name, attribute);
                }
                for (name, value) in values {
                    builder = builder.expression_attribute_values(name, value);
                }
                builder.build().map_err(bad)?
            }};
        }
        let item = TransactWriteItem::builder();
        Ok(match what {
            What::Put { item: mut attributes, condition } => {
                attributes.extend(key.item());
                item.put(conditioned!(Put::builder().set_item(Some(attributes)), condition)).build()
            }
            What::Delete { condition } => {
                item.delete(conditioned!(Delete::builder().set_key(Some(key.item())), condition)).build()
            }
            What::Check { condition } => item
                .condition_check(conditioned!(ConditionCheck::builder().set_key(Some(key.item())), condition))
                .build(),
            What::Set { expression, condition } => {
                let update = Update::builder().set_key(Some(key.item())).update_expression(expression);
                item.update(conditioned!(update, condition)).build()
            }
        })
    }
}

/// Reads a record with its version out of an item.
pub(crate) fn versioned<T: TenantRecord>(item: Item) -> Result<Versioned<T>> {
    let version = item
        .get("v")
        .and_then(|v| v.as_n().ok())
        .and_then(|v| v.parse().ok())
        .ok_or_else(|| StoreError::corrupt(T::KIND, "no version"))?;
    Ok(Versioned { value: decode(T::KIND, item)?, version })
}
