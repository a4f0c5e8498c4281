//! What a scope can do: read and write the data of its own tenant, and nothing else.

use aws_sdk_dynamodb::types::AttributeValue;
use model::{Event, EventId, TenantId, event::Recorded};

use crate::{
    Conflict, Listed, PageRequest, Ready, Result, Store, TenantScope,
    commit::{Action, Commit, Condition, Place, What, item_of, versioned},
    db::{encode, key_of, number},
    key::{Collection, Key, Month},
    records::{Done, TenantRecord},
};

/// A record with the version it was read at: the ETag of C17.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<T> {
    /// The record.
    pub value: T,
    /// Counts up with every write.
    pub version: u64,
}

/// What the first screen is made of.
#[derive(Debug, Clone)]
pub struct Overview {
    /// The summary; `None` before the first scan finished.
    pub summary: Option<Versioned<crate::Summary>>,
    /// The connection as it was a moment ago; `None` where there never was one.
    pub connection: Option<crate::Connection>,
    /// When the next check is due, as it was a moment ago; `None` where nothing was ever connected.
    pub schedule: Option<crate::Schedule>,
    /// What is saved so far; `None` where no seat was given back.
    pub saved: Option<crate::Saved>,
    /// The newest scans, newest first.
    pub scans: Vec<crate::Scan>,
}

impl Overview {
    /// The newest scan.
    pub fn newest(self) -> Option<crate::Scan> {
        self.scans.into_iter().next()
    }
}

/// The data of one tenant.
#[derive(Debug, Clone, Copy)]
pub struct Tenant<'a> {
    pub(crate) store: &'a Store,
    pub(crate) scope: &'a TenantScope,
}

impl Store {
    /// The data of the tenant `scope` is of.
    pub fn of<'a>(&'a self, scope: &'a TenantScope) -> Tenant<'a> {
        Tenant { store: self, scope }
    }
}

impl<'a> Tenant<'a> {
    pub(crate) const fn store(&self) -> &'a Store {
        self.store
    }
    pub(crate) const fn id(&self) -> TenantId {
        self.scope.tenant()
    }
}

impl Tenant<'_> {
    /// Now, by the store's clock.
    pub fn now(&self) -> jiff::Timestamp {
        self.store.clock.now()
    }

    fn key<T: TenantRecord>(&self, id: &T::Id) -> Key {
        Key::new(T::COLLECTION.partition(self.scope.tenant(), None), T::sort_key(id))
    }

    /// One record; eventually consistent, half a read unit per 4 KB.
    pub async fn get<T: TenantRecord>(&self, id: &T::Id) -> Result<Option<Versioned<T>>> {
        self.store.get(&self.key::<T>(id), false).await?.map(versioned).transpose()
    }

    /// One record as it is now: for a read that a write is decided by.
    pub async fn get_strong<T: TenantRecord>(&self, id: &T::Id) -> Result<Option<Versioned<T>>> {
        self.store.get(&self.key::<T>(id), true).await?.map(versioned).transpose()
    }

    /// A page of records in the order of their sort keys, or newest first.
    pub async fn list<T: TenantRecord>(&self, page: &PageRequest, newest_first: bool) -> Result<Listed<Versioned<T>>> {
        self.list_under("", page, newest_first).await
    }

    /// A page of the records whose sort key begins with `T`'s prefix and `under`, as the parts of one finding.
    pub async fn list_under<T: TenantRecord>(
        &self,
        under: &str,
        page: &PageRequest,
        newest_first: bool,
    ) -> Result<Listed<Versioned<T>>> {
        self.list_as(&format!("{}:{under}", T::KIND), under, page, newest_first).await
    }

    /// The same as a list of its own: cursors of one list are no good in another.
    pub(crate) async fn list_as<T: TenantRecord>(
        &self,
        list: &str,
        under: &str,
        page: &PageRequest,
        newest_first: bool,
    ) -> Result<Listed<Versioned<T>>> {
        let pk = T::COLLECTION.partition(self.scope.tenant(), None);
        let prefix = format!("{}{under}", T::PREFIX);
        let start = page.cursor.as_deref().map(|c| self.store.open_cursor(self.scope, list, c)).transpose()?;
        let (items, last) = self.store.query(&pk, &prefix, start, Some(page.limit()), newest_first, false).await?;
        let next_cursor = last.map(|key| self.store.seal_cursor(self.scope, list, key)).transpose()?;
        Ok(Listed { items: items.into_iter().map(versioned).collect::<Result<_>>()?, next_cursor })
    }

    /// A page of the records that `keep` holds for. `filter` is what was asked for, in words: a cursor is good for the
    /// same again and for nothing else.
    pub async fn list_where<T: TenantRecord>(
        &self,
        filter: &str,
        page: &PageRequest,
        keep: impl Fn(&T) -> bool,
    ) -> Result<Listed<Versioned<T>>> {
        let pk = T::COLLECTION.partition(self.scope.tenant(), None);
        let list = format!("{}?{filter}", T::KIND);
        let mut start = page.cursor.as_deref().map(|c| self.store.open_cursor(self.scope, &list, c)).transpose()?;
        let mut found: Vec<Versioned<T>> = Vec::new();
        loop {
            let left = page.limit().saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
            let (items, last) = self.store.query(&pk, T::PREFIX, start, Some(left), false, false).await?;
            for item in items {
                let record = versioned::<T>(item)?;
                if keep(&record.value) {
                    found.push(record);
                }
            }
            if found.len() >= page.limit() as usize || last.is_none() {
                let next_cursor = last.map(|key| self.store.seal_cursor(self.scope, &list, key)).transpose()?;
                return Ok(Listed { items: found, next_cursor });
            }
            start = last;
        }
    }

    /// All records of a collection that is bounded by design, such as buckets.
    pub async fn all<T: TenantRecord>(&self) -> Result<Vec<Versioned<T>>> {
        self.all_under("").await
    }

    /// All records of a collection that is bounded by design, as they are now.
    pub async fn all_strong<T: TenantRecord>(&self) -> Result<Vec<Versioned<T>>> {
        let pk = T::COLLECTION.partition(self.scope.tenant(), None);
        let (items, _) = self.store.query(&pk, T::PREFIX, None, None, false, true).await?;
        items.into_iter().map(versioned).collect()
    }

    /// All records whose sort key begins with `T`'s prefix and `under`, as the staged pages of one scan.
    pub async fn all_under<T: TenantRecord>(&self, under: &str) -> Result<Vec<Versioned<T>>> {
        let pk = T::COLLECTION.partition(self.scope.tenant(), None);
        let prefix = format!("{}{under}", T::PREFIX);
        let (items, _) = self.store.query(&pk, &prefix, None, None, false, false).await?;
        items.into_iter().map(versioned).collect()
    }

    /// Summary, connection, schedule, savings and the newest scans in one read: everything the first screen shows. The
    /// sort keys of the four sort behind every scan's, so a backward query meets them first.
    pub async fn overview(&self) -> Result<Overview> {
        const NEWEST: u32 = 7;
        let pk = Collection::Root.partition(self.scope.tenant(), None);
        let (items, _) = self.store.query(&pk, "SCAN#", None, Some(NEWEST), true, false).await?;
        let mut overview = Overview { summary: None, connection: None, schedule: None, saved: None, scans: Vec::new() };
        for item in items {
            match key_of(&item).map(|key| key.sk).as_deref() {
                Some(crate::Summary::PREFIX) => overview.summary = Some(versioned(item)?),
                Some(crate::Connection::PREFIX) => overview.connection = Some(versioned(item)?.value),
                Some(crate::Saved::PREFIX) => overview.saved = Some(versioned(item)?.value),
                Some(crate::Schedule::PREFIX) => overview.schedule = Some(versioned(item)?.value),
                _ => overview.scans.push(versioned::<crate::Scan>(item)?.value),
            }
        }
        Ok(overview)
    }

    /// Writes the items of a change and its event: all or nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] with the reason of the action whose condition did not hold.
    pub async fn commit(&self, change: Ready) -> Result<EventId> {
        let tenant = self.scope.tenant();
        let recorded = self.record(change.event);
        let id = recorded.id;
        let mut actions: Vec<_> = change.actions.into_iter().map(|action| action.of(tenant)).collect();
        actions.push(event_put(&recorded)?);
        self.store.transact(actions).await?;
        Ok(id)
    }

    /// Writes a record without an event: the progress of work that is not done yet, and is no fact for anybody.
    pub async fn checkpoint<T: TenantRecord + Clone>(&self, record: &Versioned<T>) -> Result<Versioned<T>> {
        let version = record.version + 1;
        let condition = if record.version == 0 { Condition::absent() } else { Condition::version(record.version) };
        let item = item_of(&record.value, version)?;
        self.store.put_one(self.key::<T>(&record.value.id()), item, condition, Conflict::Version).await?;
        Ok(Versioned { value: record.value.clone(), version })
    }

    /// The same, with a record beside it that is written whatever is there: both or neither.
    pub async fn checkpoint_with<T, U>(&self, record: &Versioned<T>, beside: &U) -> Result<()>
    where
        T: TenantRecord,
        U: TenantRecord,
    {
        let both = Commit::new().put_at(record).overwrite(beside).actions()?;
        self.store.transact(both.into_iter().map(|action| action.of(self.id())).collect()).await
    }

    /// Writes derived data that only the holder of a lease computes.
    pub async fn save<T: TenantRecord>(&self, record: &T) -> Result<()> {
        let item = item_of(record, 1)?;
        self.store.put_one(self.key::<T>(&record.id()), item, Condition::default(), Conflict::Version).await
    }

    /// Removes derived data.
    pub async fn remove<T: TenantRecord>(&self, id: &T::Id) -> Result<()> {
        self.store.delete_one(&self.key::<T>(id)).await
    }

    /// Whether `consumer` has not handled `event` yet. Consumers whose effect is not a conditional write ask first and
    /// say [`Tenant::done`] after.
    pub async fn is_new(&self, consumer: &str, event: EventId) -> Result<bool> {
        Ok(self.get_strong::<Done>(&(consumer.to_owned(), event)).await?.is_none())
    }

    /// Remembers that `consumer` handled `event`, for as long as the bus may bring it again.
    pub async fn done(&self, consumer: &str, event: EventId) -> Result<()> {
        self.save(&Done::of(consumer, event, self.now())).await
    }

    /// The entry of an event, for a transaction that tells the logs of several tenants.
    pub(crate) fn entry(&self, event: Event) -> Result<(Key, What, Conflict)> {
        event_put(&self.record(event))
    }

    fn record(&self, event: Event) -> Recorded {
        let now = self.store.clock.now();
        let origin = self.scope.origin();
        Recorded {
            id: EventId::generate(&self.store.ids, now),
            tenant: self.scope.tenant(),
            at: now,
            actor: origin.actor,
            request_id: origin.request_id.clone(),
            ip: origin.ip.clone(),
            user_agent: origin.user_agent.clone(),
            event,
        }
    }
}

/// Where an entry of a log is.
pub(crate) fn event_key(recorded: &Recorded) -> Key {
    let pk = Collection::Events.partition(recorded.tenant, Some(Month::of_event(recorded.id)));
    Key::new(pk, format!("EVENT#{}", recorded.id))
}

/// The put of an event: append-only, an id is written once.
pub(crate) fn event_put(recorded: &Recorded) -> Result<(Key, What, Conflict)> {
    let mut item = encode("Event", recorded)?;
    // A log entry says only what it knows.
    item.retain(|_, value| !matches!(value, AttributeValue::Null(_)));
    item.insert("v".into(), number(1));
    Ok((event_key(recorded), What::Put { item, condition: Condition::absent() }, Conflict::Taken("event")))
}

impl Commit {
    /// Uses up a one-time token: the change happens only if it is there and not expired.
    pub fn consume(self, token: &crate::TokenHash, now: jiff::Timestamp) -> Self {
        self.action(Action {
            place: Place::Global(crate::Token::key(token)),
            what: What::Delete {
                condition: Condition {
                    expression: Some("attribute_exists(PK) AND good_until > :now"),
                    values: vec![(":now", number(now.as_second()))],
                    ..Condition::default()
                },
            },
            conflict: Conflict::State("token"),
        })
    }
}
