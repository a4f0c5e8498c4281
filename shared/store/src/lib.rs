//! The only crate that knows DynamoDB.
//!
//! Everything of a tenant hangs off [`Store::of`] and a [`TenantScope`], which only `directory.rs` can make. Key
//! builders are private: there is no call that takes a raw key. Each record is a type with its key in `records/`.

mod accounts;
mod addresses;
mod affected;
mod attestations;
mod chain;
mod commit;
mod companies;
mod cursor;
mod db;
mod directory;
mod elsewhere;
mod ending;
mod error;
mod factors;
mod feeds;
mod findings;
mod fixes;
mod founding;
mod idempotency;
mod invitations;
mod key;
mod keys;
mod licensing;
mod limit;
mod log;
mod members;
mod meter;
mod packed;
mod passwords;
mod places;
mod policy;
mod put_out;
mod records;
mod returned;
mod rewrite;
mod roles;
mod seal;
mod seats;
mod sessions;
mod tenant;
mod terms;
mod trend;
mod work_accounts;

pub use accounts::{NewCompany, Noted, Proven, Registration, Rotation, SIGN_UP_GOOD_FOR, SignInFacts};
pub use addresses::Profile;
pub use attestations::Opened;
pub use chain::{Break, Flaw, Proof, Verified};
pub use commit::{Commit, Ready};
pub use companies::{COMPANIES_MOST, CompanyOf, Way};
pub use cursor::{Listed, MOST, PageRequest};
pub use db::{Store, StoreConfig};
pub use directory::{Admission, Due, DueAttestation, DueKey, KeyProof, Origin, Principal, SessionProof, TenantScope};
pub use ending::{EndedPerson, EndedPlace, Outcome, WaysIn};
pub use error::{Conflict, NotAdmitted, StoreError};
pub use factors::{Account, FactorChange, FailedTry, WayIn};
pub use findings::FindingFilter;
pub use fixes::FixDue;
pub use founding::Founding;
pub use idempotency::{Begun, Claim};
pub use invitations::{Invited, InvitedAccount, Invitee, Joining};
pub use key::{COLLECTIONS, Collection};
pub use keys::KEYS_MOST;
pub use limit::{Allowance, Limit};
pub use log::EventFilter;
pub use members::Place;
pub use meter::{Meter, Spent, metered};
pub use records::*;
pub use returned::ReturnedMail;
pub use rewrite::{Kept, Rewrite, Scanned, finding_id};
pub use roles::RoleUse;
pub use seal::{Sealed, Sealer};
pub use tenant::{Overview, Tenant, Versioned};
pub use terms::{DueTerm, Term, Terms};
pub use work_accounts::{Joined, Linkable, Newcomer, NoEntry};

/// What every call of this crate returns.
pub type Result<T> = std::result::Result<T, StoreError>;
