//! An API key, as the API shows it, and what a new one is checked by.

use api::FieldProblem;
use identity::api_key;
use jiff::{SignedDuration, Timestamp};
use model::{KeyId, Permissions, TenantId, UserId};
use serde::{Deserialize, Serialize};
use store::{ApiKey, ApiKeyState};
use utoipa::ToSchema;

/// Most networks of a key.
pub const NETWORKS_MOST: usize = 20;
/// The longest a key with an end may live.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);

/// A key for programs, without its secret.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyView {
    /// Which.
    pub key: KeyId,
    /// What people call it.
    #[schema(example = "Nightly export")]
    pub name: String,
    /// What its text begins with: enough to tell it from others, and no part of its secret.
    #[schema(example = "stw_live_352ckgw9my1mvz59tdwh9edd1r1pystws0f79vtyhrjxjg7dj13n")]
    pub prefix: String,
    /// What it may do.
    pub scopes: Permissions,
    /// Where it is in its life.
    pub state: ApiKeyState,
    /// Who made it.
    pub created_by: UserId,
    /// Who has its newest text, where it was rotated.
    pub rotated_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; never by itself when absent.
    pub expires_at: Option<Timestamp>,
    /// Networks it works from, in CIDR notation; everywhere when empty.
    #[schema(max_items = 20, example = json!(["203.0.113.0/24"]))]
    pub networks: Vec<String>,
    /// Until when the secret before the last rotation works too.
    pub old_secret_until: Option<Timestamp>,
    /// When it was last used, to five minutes.
    pub last_used_at: Option<Timestamp>,
    /// From where.
    #[schema(example = "203.0.113.7")]
    pub last_used_ip: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl KeyView {
    /// A key of `tenant` as it is at `now`.
    pub fn of(key: ApiKey, tenant: TenantId, now: Timestamp) -> Self {
        let second = |second: i64| Timestamp::from_second(second).ok();
        Self {
            prefix: api_key::shown(tenant, key.key),
            state: key.state(now),
            expires_at: key.expires_at.and_then(second),
            old_secret_until: key.old_secret.and_then(|(_, until)| second(until)).filter(|until| *until > now),
            key: key.key,
            name: key.name,
            scopes: key.scopes,
            created_by: key.created_by,
            rotated_by: key.rotated_by,
            created_at: key.created_at,
            networks: key.networks,
            last_used_at: key.last_used_at,
            last_used_ip: key.last_used_ip.filter(|ip| !ip.is_empty()),
            revoked_at: key.revoked_at,
        }
    }
}

/// A key with its text, which is shown this once.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyWithSecret {
    /// The key.
    pub key: KeyView,
    /// Its text, to be sent as `x-api-key` or as a bearer token. It is not kept and cannot be shown again.
    #[schema(example = "stw_live_352ckgw9my1mvz59tdwh9edd1r1pystws0f79vtyhrjxjg7dj13n_<secret>")]
    pub text: String,
}

/// What a new key is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// What people call it.
    #[schema(example = "Nightly export", max_length = 100)]
    name: String,
    /// What it may do: nothing that whoever makes it may not.
    pub scopes: Permissions,
    /// When it ends, at most a year from now; never by itself when absent.
    #[serde(default)]
    expires_at: Option<Timestamp>,
    /// Addresses and networks it works from, in CIDR notation; everywhere when empty.
    #[serde(default)]
    #[schema(max_items = 20, example = json!(["203.0.113.0/24"]))]
    networks: Vec<String>,
}

/// What of a [`NewKey`] holds.
pub struct Checked {
    /// Its name, trimmed.
    pub name: String,
    /// Second it ends.
    pub expires_at: Option<i64>,
    /// Networks as they are kept.
    pub networks: Vec<String>,
}

impl NewKey {
    /// The key to make, or every field that is wrong.
    pub fn checked(&self, now: Timestamp) -> Result<Checked, Vec<FieldProblem>> {
        let mut errors = Vec::new();
        let mut wrong = |pointer: &str, code: &str, told: &str| errors.push(FieldProblem::new(pointer, code, told));
        let name = model::text::name(&self.name);
        if name.is_none() {
            wrong("/name", "not_a_name", "Enter a name of at most 100 characters on one line.");
        }
        if self.scopes == Permissions::NONE {
            wrong("/scopes", "empty", "Choose at least one thing the key may do.");
        }
        if self.expires_at.is_some_and(|end| end <= now || end.duration_since(now) > LONGEST) {
            wrong("/expires_at", "out_of_range", "Choose a time from now to a year from now.");
        }
        if self.networks.len() > NETWORKS_MOST {
            wrong("/networks", "too_many", "Name at most 20 networks.");
        }
        let mut networks = Vec::new();
        for (place, text) in self.networks.iter().enumerate().take(NETWORKS_MOST) {
            match api_key::network(text) {
                Some(network) if !networks.contains(&network) => networks.push(network),
                Some(_) => {}
                None => wrong(
                    &format!("/networks/{place}"),
                    "not_a_network",
                    "Enter an address or a network, such as 203.0.113.0/24.",
                ),
            }
        }
        match name {
            Some(name) if errors.is_empty() => {
                Ok(Checked { name, expires_at: self.expires_at.map(Timestamp::as_second), networks })
            }
            _ => Err(errors),
        }
    }
}
