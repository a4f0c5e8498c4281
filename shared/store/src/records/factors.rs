//! What a user proves themselves with beside the password, and the devices they signed in from.

use jiff::{SignedDuration, Timestamp};
use model::{PasskeyId, UserId, event::Factor};
use serde::{Deserialize, Serialize};

use super::{TokenHash, User};
use crate::{key::Key, seal::Sealed};

/// The second factors of a user: one item, so that a code that was used cannot be used by a request beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Factors {
    /// Whose.
    pub user: UserId,
    /// Codes of an app.
    pub totp: Option<Totp>,
    /// Hashes of the recovery codes that were not used yet.
    pub recovery_codes: Vec<TokenHash>,
    /// When they were made; `None` where that was before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_codes_at: Option<Timestamp>,
    /// Passkeys, at most [`Factors::PASSKEYS_MOST`].
    pub passkeys: Vec<Passkey>,
}

/// Codes of an app (RFC 6238).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Totp {
    /// The shared secret, sealed for its user.
    pub seed: Sealed,
    /// The time step of the last code that was accepted: that one and those before are refused (RFC 6238 5.2).
    pub last_step: u64,
    /// When it was set up.
    pub added_at: Timestamp,
}

/// A passkey (WebAuthn).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passkey {
    /// Which.
    pub passkey: PasskeyId,
    /// What its owner calls it.
    pub name: String,
    /// The public key with what the authenticator said of it, as JSON.
    pub credential: String,
    /// The authenticator's counter at its last use; 0 where it keeps none.
    pub counter: u32,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

impl Factors {
    /// Which sorts there are.
    pub fn sorts(&self) -> Vec<Factor> {
        let all = [
            (Factor::Totp, self.totp.is_some()),
            (Factor::Passkey, !self.passkeys.is_empty()),
            (Factor::RecoveryCodes, !self.recovery_codes.is_empty()),
        ];
        all.into_iter().filter_map(|(factor, there)| there.then_some(factor)).collect()
    }

    /// Most passkeys of a user.
    pub const PASSKEYS_MOST: usize = 10;

    /// No factors.
    pub const fn none(user: UserId) -> Self {
        Self { user, totp: None, recovery_codes: Vec::new(), recovery_codes_at: None, passkeys: Vec::new() }
    }
    /// Whether a second factor is asked for. Recovery codes stand in for one; alone they are none.
    pub const fn any(&self) -> bool {
        self.totp.is_some() || !self.passkeys.is_empty()
    }
    /// Takes the passkeys. Codes on paper that would stand in for nothing go with them.
    pub(crate) fn without_passkeys(&mut self) {
        self.passkeys.clear();
        if !self.any() {
            self.recovery_codes.clear();
        }
    }
    /// Takes what was added at an instant or later. Codes on paper go that were made since, or would stand in for nothing.
    pub(crate) fn without_those_since(&mut self, at: Timestamp) {
        self.totp.take_if(|totp| totp.added_at >= at);
        self.passkeys.retain(|passkey| passkey.added_at < at);
        if !self.any() || self.recovery_codes_at.is_some_and(|made| made >= at) {
            self.recovery_codes.clear();
        }
    }
    pub(crate) fn key(user: UserId) -> Key {
        Key::new(User::partition(user), "FACTORS")
    }
}

/// The devices a user signed in from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Devices {
    /// At most [`Devices::MOST`], the one seen last at the end.
    pub known: Vec<Device>,
    /// Whether others were forgotten when their sessions ended: the next device is news though none is known.
    #[serde(default)]
    pub forgotten: bool,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Hash of what it is known by.
    pub hash: TokenHash,
    /// Second it was last noted.
    pub seen_at: i64,
}

impl Devices {
    /// Most that are remembered; the one not seen for longest is forgotten.
    pub const MOST: usize = 20;
    /// How often a device is noted again.
    const EVERY: SignedDuration = SignedDuration::from_hours(24);

    /// Whether somebody signed in from it.
    pub fn know(&self, hash: &TokenHash) -> bool {
        self.known.iter().any(|device| device.hash == *hash)
    }

    /// None of them.
    pub(crate) const fn forgotten() -> Self {
        Self { known: Vec::new(), forgotten: true }
    }

    /// None of them but one, if it is among them.
    pub(crate) fn only(self, kept: &TokenHash) -> Self {
        Self { known: self.known.into_iter().filter(|device| device.hash == *kept).collect(), forgotten: true }
    }

    /// As they are after a sign-in from a device; `None` when there is nothing to note.
    pub fn noting(&self, hash: &TokenHash, now: Timestamp) -> Option<Self> {
        let fresh = |device: &Device| now.as_second() - device.seen_at < Self::EVERY.as_secs();
        if self.known.iter().any(|device| device.hash == *hash && fresh(device)) {
            return None;
        }
        let mut known: Vec<Device> = self.known.iter().filter(|device| device.hash != *hash).cloned().collect();
        known.push(Device { hash: hash.clone(), seen_at: now.as_second() });
        known.drain(..known.len().saturating_sub(Self::MOST));
        Some(Self { known, forgotten: self.forgotten })
    }

    pub(crate) fn key(user: UserId) -> Key {
        Key::new(User::partition(user), "DEVICES")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_noted_once_a_day_and_the_oldest_is_forgotten() {
        let start: Timestamp = "2026-11-21T08:00:00Z".parse().unwrap();
        let hash = |number: usize| TokenHash::of(&number.to_string());
        let mut devices = Devices::default();
        for number in 0..=Devices::MOST {
            devices = devices.noting(&hash(number), start).unwrap();
        }
        assert_eq!(devices.known.len(), Devices::MOST);
        assert!(!devices.know(&hash(0)) && devices.know(&hash(1)));
        assert_eq!(devices.noting(&hash(1), start + SignedDuration::from_hours(23)), None);
        // Seen again, it is the last to be forgotten.
        let later = devices.noting(&hash(1), start + SignedDuration::from_hours(24)).unwrap();
        assert_eq!(later.known.last().map(|device| &device.hash), Some(&hash(1)));
        assert_eq!(later.known.len(), Devices::MOST);
    }
}
