//! A tenant's log, read: newest first, whole or what a filter lets through.

use jiff::Timestamp;
use model::{
    EventId, EventKind,
    event::{Actor, Recorded},
};
use serde_json::Value;

use crate::{
    Listed, PageRequest, Result, StoreError, Tenant,
    db::{decode, key_of},
    key::{Collection, Key, Month},
    tenant::event_key,
};

/// Which entries of a log are wanted. All, by default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EventFilter {
    /// Of this kind.
    pub kind: Option<EventKind>,
    /// By them.
    pub actor: Option<Actor>,
    /// About this or by it: an id as it is written.
    pub subject: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
}

impl EventFilter {
    /// Whether it leaves anything out by what an entry says; times apart.
    const fn looks_inside(&self) -> bool {
        self.kind.is_some() || self.actor.is_some() || self.subject.is_some()
    }

    fn lets_through(&self, entry: &Recorded) -> bool {
        self.kind.is_none_or(|kind| entry.event.kind() == kind)
            && self.actor.is_none_or(|actor| entry.actor == actor)
            && self.subject.as_deref().is_none_or(|subject| concerns(entry, subject))
    }
}

/// Whether an entry is about `subject` or by it.
fn concerns(entry: &Recorded, subject: &str) -> bool {
    fn says(value: &Value, subject: &str) -> bool {
        match value {
            Value::String(text) => text == subject,
            Value::Array(items) => items.iter().any(|item| says(item, subject)),
            Value::Object(fields) => fields.values().any(|field| says(field, subject)),
            _ => false,
        }
    }
    let within = |value: serde_json::Result<Value>| value.is_ok_and(|value| says(&value, subject));
    within(serde_json::to_value(&entry.event)) || within(serde_json::to_value(entry.actor))
}

/// Entries looked at for one page: a filter that lets little through gives short pages, not slow ones.
const LOOKED_AT: usize = 1000;

impl Tenant<'_> {
    /// A page of the log, newest first, over two years of months at most: an older log is read by export, not by
    /// paging. With a filter a page may be short, even empty, while more follows. The filter is sealed into the cursor:
    /// with another one it is refused.
    pub async fn events(&self, filter: &EventFilter, page: &PageRequest) -> Result<Listed<Recorded>> {
        const MONTHS: usize = 24;
        let list = list_of(filter);
        let tenant = self.scope.tenant();
        let mut start = page.cursor.as_deref().map(|c| self.store.open_cursor(self.scope, &list, c)).transpose()?;
        let newest = filter.to.map_or(self.store.clock.now(), |to| to.min(self.store.clock.now()));
        let mut month = match &start {
            Some(key) => event_of(key).map(Month::of_event).ok_or(StoreError::BadCursor)?,
            None => Month::of(newest),
        };
        if let (None, Some(to)) = (&start, filter.to) {
            // Ids sort by time: what is older than the first id of `to` happened before it.
            let first = EventId::from_bits(u128::from(to.as_millisecond().max(0).unsigned_abs()) << 80);
            start = Some(Key::new(Collection::Events.partition(tenant, Some(month)), format!("EVENT#{first}")));
        }
        let oldest = filter.from.map_or(self.scope.since(), |from| Month::of(from).max(self.scope.since()));
        let limit = page.limit() as usize;
        let mut items: Vec<Recorded> = Vec::with_capacity(limit);
        let (mut looked_at, mut more) = (0, None);
        'months: for _ in 0..MONTHS {
            let pk = Collection::Events.partition(tenant, Some(month));
            loop {
                let wanted = if filter.looks_inside() { crate::MOST as usize } else { limit - items.len() };
                let wanted = u32::try_from(wanted).unwrap_or(u32::MAX);
                let (found, last) = self.store.query(&pk, "EVENT#", start.take(), Some(wanted), true, false).await?;
                for item in found {
                    let key = key_of(&item);
                    let entry: Recorded = decode("Event", item)?;
                    if filter.from.is_some_and(|from| entry.at < from) {
                        break 'months;
                    }
                    looked_at += 1;
                    if filter.lets_through(&entry) {
                        items.push(entry);
                    }
                    if items.len() >= limit || looked_at >= LOOKED_AT {
                        // Whether anything follows is found out by the next page.
                        more = key;
                        break 'months;
                    }
                }
                if last.is_none() {
                    break;
                }
                start = last;
            }
            if month <= oldest {
                break;
            }
            month = month.before();
        }
        let next_cursor = more.map(|key| self.store.seal_cursor(self.scope, &list, key)).transpose()?;
        Ok(Listed { items, next_cursor })
    }

    /// The cursor of what follows `entry` in a list by `filter`: of a page that would have ended there.
    ///
    /// # Errors
    /// When it cannot be sealed: a bug.
    pub fn events_after(&self, filter: &EventFilter, entry: &Recorded) -> Result<String> {
        self.store.seal_cursor(self.scope, &list_of(filter), event_key(entry))
    }
}

/// What a filter says is part of what the list is.
fn list_of(filter: &EventFilter) -> String {
    format!("events:{filter:?}")
}

fn event_of(key: &Key) -> Option<EventId> {
    key.sk.strip_prefix("EVENT#")?.parse().ok()
}
