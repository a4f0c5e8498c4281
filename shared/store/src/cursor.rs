//! Pages and sealed cursors (C17): a cursor is an encrypted place in one list of one tenant, good for a day.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Result, Store, StoreError, TenantScope, key::Key, seal::Sealed};

/// Most items of a page.
pub const MOST: u32 = 100;
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// Which page is wanted.
#[derive(Debug, Clone, Default)]
pub struct PageRequest {
    /// 1..=100; more is cut to 100.
    pub limit: Option<u32>,
    /// As given in the page before.
    pub cursor: Option<String>,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where to go on; `None` at the end.
    pub next_cursor: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Place {
    pk: String,
    sk: String,
    until: i64,
}

impl PageRequest {
    pub(crate) fn limit(&self) -> u32 {
        self.limit.unwrap_or(50).clamp(1, MOST)
    }
}

impl Store {
    fn purpose(scope: &TenantScope, list: &str) -> String {
        format!("cursor:{}:{list}", scope.tenant())
    }

    pub(crate) fn seal_cursor(&self, scope: &TenantScope, list: &str, key: Key) -> Result<String> {
        let until: Timestamp =
            self.clock.now().checked_add(GOOD_FOR).map_err(|error| StoreError::Refused(error.to_string()))?;
        let place = postcard::to_allocvec(&Place { pk: key.pk, sk: key.sk, until: until.as_second() })
            .map_err(|error| StoreError::Refused(error.to_string()))?;
        Ok(self.sealer.seal(&Self::purpose(scope, list), &place).to_text())
    }

    pub(crate) fn open_cursor(&self, scope: &TenantScope, list: &str, cursor: &str) -> Result<Key> {
        let place: Place = Sealed::from_text(cursor)
            .and_then(|sealed| self.sealer.open(&Self::purpose(scope, list), &sealed))
            .and_then(|plain| postcard::from_bytes(&plain).ok())
            .ok_or(StoreError::BadCursor)?;
        if place.until < self.clock.now().as_second() {
            return Err(StoreError::BadCursor);
        }
        Ok(Key { pk: place.pk, sk: place.sk })
    }
}
