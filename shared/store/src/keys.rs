//! API keys: made, rotated, revoked, trimmed, warned of (C10). Each is one transaction on the key as it was read.

use jiff::{SignedDuration, Timestamp};
use model::{Event, KeyId, Permissions, UserId};

use crate::{
    ApiKey, ApiKeyCount, ApiKeyState, Commit, Conflict, Ready, Result, StoreError, Tenant, TokenHash, Versioned,
    commit::versioned, key::Collection, records::TenantRecord,
};

/// Most live keys of a tenant.
pub const KEYS_MOST: usize = 20;
/// Tries at a change that another one was quicker at.
const TRIES: u32 = 5;

impl Tenant<'_> {
    /// Makes a key; `false` when the tenant has [`KEYS_MOST`] live ones. Two at once are counted one after the other.
    ///
    /// # Errors
    /// [`Conflict::Version`] when others are quicker again and again.
    pub async fn create_key(&self, key: &ApiKey) -> Result<bool> {
        for _ in 0..TRIES {
            // The count first: a key made after it moves it, and is not missed.
            let count = self.get_strong::<ApiKeyCount>(&()).await?;
            let now = self.store.now();
            let live = self.keys_strong().await?.iter().filter(|key| key.state(now) == ApiKeyState::Live).count();
            if live >= KEYS_MOST {
                return Ok(false);
            }
            let change = match count {
                Some(Versioned { value, version }) => {
                    Commit::new().replace(&Versioned { value: ApiKeyCount { made: value.made + 1 }, version })
                }
                None => Commit::new().create(&ApiKeyCount { made: 1 }),
            };
            let expires_at = key.expires_at.and_then(|end| Timestamp::from_second(end).ok());
            let event = Event::KeyCreated { key: key.key, scopes: key.scopes, expires_at };
            match self.commit(change.create(key).event(event)?).await {
                Ok(_) => return Ok(true),
                Err(StoreError::Conflict(Conflict::Version | Conflict::Taken(ApiKeyCount::KIND))) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict(Conflict::Version))
    }

    /// Gives a live key another secret, for `by`; the one before works on for `overlap`. The key as it is now; `None` when
    /// there is none that is live.
    pub async fn rotate_key(
        &self,
        id: KeyId,
        by: UserId,
        secret: &TokenHash,
        overlap: SignedDuration,
    ) -> Result<Option<ApiKey>> {
        self.change_key(id, |key, now| {
            if key.state(now) != ApiKeyState::Live {
                return None;
            }
            let old_until = now + overlap;
            let old = std::mem::replace(&mut key.secret, secret.clone());
            key.old_secret = (!overlap.is_zero()).then(|| (old, old_until.as_second()));
            key.rotated_by = Some(by);
            Some(Event::KeyRotated { key: id, old_until })
        })
        .await
    }

    /// Ends a key at once. `None` when there is none, or it was revoked already.
    pub async fn revoke_key(&self, id: KeyId, leaked: bool) -> Result<Option<ApiKey>> {
        self.change_key(id, |key, now| {
            if key.revoked_at.is_some() {
                return None;
            }
            (key.revoked_at, key.old_secret) = (Some(now), None);
            Some(Event::KeyRevoked { key: id, leaked })
        })
        .await
    }

    /// Leaves a key no more than `most`: what those hold whom it rests on. With nothing left it is revoked.
    pub async fn trim_key(&self, id: KeyId, most: Permissions) -> Result<Option<ApiKey>> {
        self.change_key(id, |key, now| {
            let (before, after) = (key.scopes, key.scopes.and(most));
            if key.revoked_at.is_some() || before == after {
                return None;
            }
            if after == Permissions::NONE {
                (key.revoked_at, key.old_secret) = (Some(now), None);
                return Some(Event::KeyRevoked { key: id, leaked: false });
            }
            key.scopes = after;
            Some(Event::KeyTrimmed { key: id, before, after })
        })
        .await
    }

    /// Tells that a key ends, if it is time to, and when to tell again.
    pub async fn warn_of_key(&self, id: KeyId) -> Result<Option<ApiKey>> {
        const DAY: i64 = 24 * 60 * 60;
        self.change_key(id, |key, now| {
            let (end, warned) = (key.expires_at?, key.warn_at?);
            if key.state(now) != ApiKeyState::Live || warned > now.as_second() {
                return None;
            }
            key.warn_at = ApiKey::warning_after(Some(end), now);
            let days = (end - now.as_second() + DAY - 1) / DAY;
            Some(Event::KeyExpiring { key: id, days: u32::try_from(days).unwrap_or(0) })
        })
        .await
    }

    /// All keys as they are now, revoked ones included.
    pub async fn keys_strong(&self) -> Result<Vec<ApiKey>> {
        let pk = Collection::Root.partition(self.scope.tenant(), None);
        let (items, _) = self.store.query(&pk, ApiKey::PREFIX, None, None, false, true).await?;
        items.into_iter().map(|item| Ok(versioned::<ApiKey>(item)?.value)).collect()
    }

    /// Reads a key, changes it, commits it with its event; again when it changed meanwhile. `None` when there is no
    /// such key or `change` finds nothing to do.
    async fn change_key(
        &self,
        id: KeyId,
        change: impl Fn(&mut ApiKey, Timestamp) -> Option<Event>,
    ) -> Result<Option<ApiKey>> {
        for _ in 0..TRIES {
            let Some(mut key) = self.get_strong::<ApiKey>(&id).await? else { return Ok(None) };
            let Some(event) = change(&mut key.value, self.store.now()) else { return Ok(None) };
            let ready: Ready = Commit::new().replace(&key).event(event)?;
            match self.commit(ready).await {
                Ok(_) => return Ok(Some(key.value)),
                Err(StoreError::Conflict(Conflict::Version)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Conflict(Conflict::Version))
    }
}
