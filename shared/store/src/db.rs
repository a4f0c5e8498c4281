//! The client: one constructor, one layer of retries, every call metered.

use std::{fmt, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{
        BehaviorVersion,
        interceptors::InterceptorContext,
        retry::{ClassifyRetry, RetryAction, RetryConfig},
        timeout::TimeoutConfig,
    },
    error::{ProvideErrorMetadata, SdkError},
    operation::{delete_item::DeleteItemError, put_item::PutItemError, transact_write_items::TransactWriteItemsError},
    types::{AttributeValue, ConsumedCapacity, KeysAndAttributes, ReturnConsumedCapacity},
};
use model::{Clock, Ids};
use serde::de::DeserializeOwned;

use crate::{
    Result, Sealer, StoreError,
    key::{Item, Key},
    meter::{Units, count},
};

/// Where the table is.
pub struct StoreConfig {
    /// DynamoDB.
    pub service: aws::Service,
    /// Name of the table.
    pub table: String,
    /// 256-bit key that seals cursors and the like.
    pub sealing_key: [u8; 32],
}

/// The table. Cheap to clone. Tenant data is behind [`Store::of`].
#[derive(Clone)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) table: String,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) sealer: Sealer,
    pub(crate) blocked: crate::limit::Blocked,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.table)
    }
}

impl Store {
    /// A client of the table. Opens nothing; see [`Store::warm`].
    pub fn new(config: StoreConfig, clock: Clock, ids: Ids) -> Self {
        // Timeouts on every call and one layer of retries: standard mode is a token bucket, exponential with full
        // jitter. Adaptive mode would let one tenant's throttling slow the others.
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(aws::CONNECT_TIMEOUT)
            .operation_attempt_timeout(Duration::from_secs(3))
            .operation_timeout(Duration::from_secs(10))
            .build();
        let retries = RetryConfig::standard()
            .with_max_attempts(5)
            .with_initial_backoff(Duration::from_millis(50))
            .with_max_backoff(Duration::from_secs(1));
        let service = config.service;
        let mut builder = aws_sdk_dynamodb::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(service.region)
            .credentials_provider(service.credentials)
            .http_client(service.http.client())
            .timeout_config(timeouts)
            .retry_config(retries)
            .retry_classifier(CancelledByOthers);
        if let Some(endpoint) = service.endpoint {
            builder = builder.endpoint_url(endpoint);
        }
        let sealer = Sealer::new(&config.sealing_key, ids.clone());
        Self {
            client: Client::from_conf(builder.build()),
            table: config.table,
            clock,
            ids,
            sealer,
            blocked: Default::default(),
        }
    }

    /// The sealer of cursors, refresh successors and sign-in state.
    pub fn sealer(&self) -> &Sealer {
        &self.sealer
    }

    /// Now, by the clock this store was given.
    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    pub(crate) async fn get(&self, key: &Key, strong: bool) -> Result<Option<Item>> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.item()))
            .consistent_read(strong)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await
            .map_err(refused)?;
        spent(Units::Read, answer.consumed_capacity());
        Ok(answer.item)
    }

    /// Items of one partition whose sort key begins with `prefix`: `limit` of them, or all. Where more may follow, the
    /// key to go on after.
    pub(crate) async fn query(
        &self,
        pk: &str,
        prefix: &str,
        mut start: Option<Key>,
        limit: Option<u32>,
        backward: bool,
        strong: bool,
    ) -> Result<(Vec<Item>, Option<Key>)> {
        let mut items = Vec::new();
        loop {
            let left = limit.map(|limit| limit.saturating_sub(u32::try_from(items.len()).unwrap_or(u32::MAX)));
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("PK = :pk AND begins_with(SK, :prefix)")
                .expression_attribute_values(":pk", text(pk))
                .expression_attribute_values(":prefix", text(prefix))
                .set_exclusive_start_key(start.map(|key| key.item()))
                .set_limit(left.and_then(|left| i32::try_from(left).ok()))
                .scan_index_forward(!backward)
                .consistent_read(strong)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(refused)?;
            spent(Units::Read, answer.consumed_capacity());
            let last = answer.last_evaluated_key.as_ref().and_then(key_of);
            items.extend(answer.items.unwrap_or_default());
            // A page may end before its limit, even empty: what says that there is no more is the missing key alone.
            if last.is_none() || limit.is_some_and(|limit| items.len() >= limit as usize) {
                return Ok((items, last));
            }
            start = last;
        }
    }

    /// Items of one partition from one sort key to another, both among them.
    pub(crate) async fn between(&self, pk: &str, first: &str, last: &str, strong: bool) -> Result<Vec<Item>> {
        let (mut items, mut start) = (Vec::new(), None);
        loop {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("PK = :pk AND SK BETWEEN :first AND :last")
                .expression_attribute_values(":pk", text(pk))
                .expression_attribute_values(":first", text(first))
                .expression_attribute_values(":last", text(last))
                .set_exclusive_start_key(start)
                .consistent_read(strong)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(refused)?;
            spent(Units::Read, answer.consumed_capacity());
            items.extend(answer.items.unwrap_or_default());
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(items);
            }
        }
    }

    /// Reads up to 100 keys in one call and returns them in the order of `keys`.
    pub(crate) async fn get_many(&self, keys: &[Key], strong: bool) -> Result<Vec<Option<Item>>> {
        let mut found: Vec<Option<Item>> = vec![None; keys.len()];
        let mut wanted: Vec<Item> = keys.iter().map(Key::item).collect();
        // DynamoDB may answer a part; what it left out is asked for again, with a pause.
        for attempt in 0..5u32 {
            if wanted.is_empty() {
                break;
            }
            if attempt > 0 {
                self.clock.sleep(jiff::SignedDuration::from_millis(25 << attempt)).await;
            }
            let request = KeysAndAttributes::builder()
                .set_keys(Some(std::mem::take(&mut wanted)))
                .consistent_read(strong)
                .build()
                .map_err(|error| StoreError::Refused(error.to_string()))?;
            let answer = self
                .client
                .batch_get_item()
                .request_items(&self.table, request)
                .return_consumed_capacity(ReturnConsumedCapacity::Total)
                .send()
                .await
                .map_err(refused)?;
            for capacity in answer.consumed_capacity() {
                spent(Units::Read, Some(capacity));
            }
            for item in answer.responses.into_iter().flatten().flat_map(|(_, items)| items) {
                let key = key_of(&item);
                if let Some(place) = keys.iter().position(|wanted| Some(wanted) == key.as_ref()) {
                    found[place] = Some(item);
                }
            }
            wanted = answer
                .unprocessed_keys
                .and_then(|mut tables| tables.remove(&self.table))
                .map(|left| left.keys)
                .unwrap_or_default();
        }
        if wanted.is_empty() { Ok(found) } else { Err(StoreError::Unavailable("keys left unprocessed".into())) }
    }
}

/// The key an item carries.
pub(crate) fn key_of(item: &Item) -> Option<Key> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
    Some(Key { pk: text("PK")?, sk: text("SK")? })
}

/// Reads a record out of an item.
pub(crate) fn decode<T: DeserializeOwned>(kind: &'static str, item: Item) -> Result<T> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::corrupt(kind, error))
}

/// Writes a record as an item, without its keys.
pub(crate) fn encode<T: serde::Serialize>(kind: &'static str, record: &T) -> Result<Item> {
    serde_dynamo::to_item(record).map_err(|error| StoreError::corrupt(kind, error))
}

pub(crate) fn number(value: impl fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn spent(sort: Units, capacity: Option<&ConsumedCapacity>) {
    count(sort, capacity.and_then(ConsumedCapacity::capacity_units).unwrap_or(0.0));
}

/// Turns an SDK error that is no conflict into ours. The retries are spent when it gets here.
pub(crate) fn refused<E>(error: SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let (code, message) = (error.code().map(str::to_owned), error.message().map(str::to_owned));
    match (&error, code.as_deref()) {
        (SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_), _) => {
            StoreError::Unavailable(error.to_string())
        }
        (_, Some(busy)) if is_busy(busy) => StoreError::Unavailable(busy.to_owned()),
        (SdkError::ServiceError(answer), _) if answer.raw().status().is_server_error() => {
            StoreError::Unavailable(code.unwrap_or_else(|| answer.raw().status().to_string()))
        }
        (_, code) => {
            StoreError::Refused(format!("{}: {}", code.unwrap_or("no code"), message.as_deref().unwrap_or_default()))
        }
    }
}

fn is_busy(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "TransactionInProgressException"
            | "TransactionConflictException"
    )
}

/// Retries what lost against a transaction. The SDK does not: to it a cancelled transaction is final.
#[derive(Debug)]
struct CancelledByOthers;

impl ClassifyRetry for CancelledByOthers {
    fn classify_retry(&self, ctx: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = ctx.output_or_error() else { return RetryAction::NoActionIndicated };
        let Some(error) = error.as_operation_error() else { return RetryAction::NoActionIndicated };
        // A single write meets an item of a transaction under way.
        let put = error.downcast_ref::<PutItemError>().is_some_and(|e| e.is_transaction_conflict_exception());
        let delete = error.downcast_ref::<DeleteItemError>().is_some_and(|e| e.is_transaction_conflict_exception());
        if put || delete {
            return RetryAction::transient_error();
        }
        let Some(error) = error.downcast_ref::<TransactWriteItemsError>() else {
            return RetryAction::NoActionIndicated;
        };
        match error {
            TransactWriteItemsError::TransactionCanceledException(cancelled) => {
                let reasons = cancelled.cancellation_reasons();
                let passing = |code: &str| {
                    matches!(code, "None" | "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
                };
                let all_pass = reasons.iter().filter_map(|reason| reason.code()).all(passing);
                if all_pass && reasons.iter().any(|reason| reason.code().is_some_and(|code| code != "None")) {
                    RetryAction::transient_error()
                } else {
                    RetryAction::NoActionIndicated
                }
            }
            TransactWriteItemsError::TransactionInProgressException(_) => RetryAction::transient_error(),
            _ => RetryAction::NoActionIndicated,
        }
    }
    fn name(&self) -> &'static str {
        "writes that lost against a transaction"
    }
}
