//! The only crate that knows DynamoDB.
//!
//! Everything of a tenant hangs off [`Store::of`] and a [`TenantScope`], which only `directory.rs` can make. Key
//! builders are private: there is no call that takes a raw key. Each record is a type with its key in `records/`.

mod accounts;
mod commit;
mod cursor;
mod db;
mod directory;
mod error;
mod key;
mod limit;
mod meter;
mod records;
mod seal;
mod tenant;

pub use accounts::{NewCompany, Proven, Registration, Rotation, SIGN_UP_GOOD_FOR, SignInFacts};
pub use commit::{Commit, Ready};
pub use cursor::{Listed, MOST, PageRequest};
pub use db::{Store, StoreConfig};
pub use directory::{Admission, Due, KeyProof, Origin, Principal, SessionProof, TenantScope};
pub use error::{Conflict, NotAdmitted, StoreError};
pub use key::{COLLECTIONS, Collection};
pub use limit::{Allowance, Limit};
pub use meter::{Meter, Spent, metered};
pub use records::*;
pub use seal::{Sealed, Sealer};
pub use tenant::{Overview, Tenant, Versioned};

/// What every call of this crate returns.
pub type Result<T> = std::result::Result<T, StoreError>;
