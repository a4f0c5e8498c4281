//! What is kept: one type per kind of item, each with its key.

mod api_key;
mod attestation;
mod chain;
mod changes;
mod company;
mod connection;
mod course;
mod factors;
mod feed;
mod finding;
mod fix;
mod global;
mod idempotency;
mod invitation;
mod people;
mod removed;
mod savings;
mod scan;
mod snapshot;
mod terms;
mod work_account;

pub use api_key::{ApiKey, ApiKeyCount, ApiKeyState};
pub use attestation::{Attestation, AttestationState};
pub(crate) use chain::Seal;
pub use chain::{ChainHead, Link};
pub use changes::{EmailChange, EmailChangeState, PasswordReset};
pub use company::{Company, Member, Schedule};
pub use connection::{Connection, ConnectionState, Grant};
pub use course::{Course, Turning};
pub use factors::{Device, Devices, Factors, Passkey, Totp};
pub use feed::Feed;
pub use finding::{AffectedPart, GoneFinding, Licenses, StoredFinding, Summary, TopAction, Turn};
pub use fix::{
    Action, Attempt, Doubt, Fix, FixEnd, FixItem, FixPart, FixState, FixWaits, Freed, ItemState, Lane, Tally,
    UndoCondition, UndoNeed,
};
pub(crate) use global::DirectoryLink;
pub use global::{
    Done, EmailLogin, FirstStep, Jwks, Membership, PublicJwk, Purpose, Session, SignIn, SignUp, Throttle, Token,
    TokenHash, User,
};
pub use idempotency::KeptAnswer;
pub(crate) use idempotency::Once;
pub use invitation::{Invitation, InvitationState};
pub use people::{Bucket, Stage};
pub use removed::{Removed, Whom};
pub use savings::{Approval, Cause, FreedSeats, RenewalWatch, Saved, SeatChange, SeatLedger, UnusedSeats};
pub use scan::{Phase, Progress, Resume, Scan, ScanState};
pub use snapshot::{SeatsOfDay, Snapshot};
pub use terms::{Accepted, CheckSettings, MendedPerson, Mending, Prices, Snooze};
pub use work_account::{LinkRequest, WorkAccount};

use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::key::Collection;

mod sealed {
    pub trait Ours {}
}
pub(crate) use sealed::Ours;

/// A record that belongs to one tenant. Implemented in this crate only: keys are decided in one place.
pub trait TenantRecord: Serialize + DeserializeOwned + Send + Sync + Ours {
    /// What it is called in errors and conflicts.
    const KIND: &'static str;
    /// The partition it lies in.
    const COLLECTION: Collection;
    /// What sort keys of its kind begin with.
    const PREFIX: &'static str;
    /// What tells it from its like.
    type Id: Send + Sync;
    /// Its id.
    fn id(&self) -> Self::Id;
    /// The sort key of an id.
    fn sort_key(id: &Self::Id) -> String;
    /// When it may be cleaned up. Never what access is decided by.
    fn expires(&self) -> Option<Timestamp> {
        None
    }
    /// When the sweep is to look at it.
    fn due(&self) -> Option<Timestamp> {
        None
    }
    /// The list of the index of what is due that it stands in: each sweep has its own.
    const DUE: &'static str = "DUE";
    /// Which shard of that list it is in.
    fn due_shard(&self) -> u8 {
        0
    }
}

/// What items take, for tests of what they may.
#[cfg(test)]
pub(crate) mod sized {
    use aws_sdk_dynamodb::types::AttributeValue::{self, B, L, M, N, S};
    use model::TenantId;

    use super::TenantRecord;
    use crate::commit::item_of;

    /// Bytes of a value as DynamoDB counts them.
    pub(crate) fn size(value: &AttributeValue) -> usize {
        match value {
            S(text) => text.len(),
            N(number) => number.len() / 2 + 2,
            B(blob) => blob.as_ref().len(),
            L(list) => 3 + list.iter().map(|one| 1 + size(one)).sum::<usize>(),
            M(map) => 3 + map.iter().map(|(name, one)| 1 + name.len() + size(one)).sum::<usize>(),
            _ => 1,
        }
    }

    /// Bytes of a record's item, with its keys.
    pub(crate) fn bytes<T: TenantRecord>(record: &T) -> usize {
        let partition = T::COLLECTION.partition(TenantId::from_bits(u128::MAX), None);
        let keys = 2 + 2 + partition.len() + T::sort_key(&record.id()).len();
        let item = item_of(record, 1_000_000).expect("an item");
        keys + item.iter().map(|(name, one)| name.len() + size(one)).sum::<usize>()
    }
}
