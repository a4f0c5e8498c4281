//! The token of a preview: sealed, and bound to tenant, person, what was asked and what was found.

use std::collections::BTreeSet;

use api::{Code, Error};
use jiff::{SignedDuration, Timestamp};
use model::{FindingId, PersonId, TenantId, UserId};
use serde::{Deserialize, Serialize};
use store::{Action, Sealed, Sealer};

use crate::plan::{Ask, Plan};

/// How long a preview can be approved.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);

/// What was previewed. Small: the state itself is read again when it is approved.
#[derive(Serialize, Deserialize)]
struct Previewed {
    finding: Option<FindingId>,
    people: Option<BTreeSet<PersonId>>,
    action: Action,
    at: Option<Timestamp>,
    hash: [u8; 32],
    until: i64,
}

/// What a token says.
#[derive(Debug)]
pub struct Opened {
    /// What was asked.
    pub ask: Ask,
    /// What it rested on.
    pub hash: [u8; 32],
}

fn purpose(tenant: TenantId, user: UserId) -> String {
    format!("fix-preview:{tenant}:{user}")
}

/// A token for a plan, and until when it is good.
///
/// # Errors
/// When it does not serialise.
pub fn seal(
    sealer: &Sealer,
    tenant: TenantId,
    user: UserId,
    plan: &Plan,
    now: Timestamp,
) -> Result<(String, Timestamp), Error> {
    let until = now + GOOD_FOR;
    let Ask { finding, people, at, .. } = plan.ask.clone();
    let previewed =
        Previewed { finding, people, action: plan.action, at, hash: plan.hash()?, until: until.as_second() };
    let plain = serde_json::to_vec(&previewed).map_err(Error::internal)?;
    Ok((sealer.seal(&purpose(tenant, user), &plain).to_text(), until))
}

/// What a token of this person says.
///
/// # Errors
/// [`Code::PreviewNotGood`] for one that is too old, of somebody else, or none of ours: they read alike.
pub fn open(sealer: &Sealer, tenant: TenantId, user: UserId, token: &str, now: Timestamp) -> Result<Opened, Error> {
    let opened = Sealed::from_text(token)
        .and_then(|sealed| sealer.open(&purpose(tenant, user), &sealed))
        .and_then(|plain| serde_json::from_slice::<Previewed>(&plain).ok())
        .filter(|previewed| previewed.until > now.as_second());
    let Some(Previewed { finding, people, action, at, hash, .. }) = opened else {
        let told = "A preview can be approved for 15 minutes, by who looked at it. Look at it again.";
        return Err(Error::new(Code::PreviewNotGood, told));
    };
    Ok(Opened { ask: Ask { finding, people, action: Some(action), at }, hash })
}
