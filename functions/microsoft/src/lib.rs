//! The connection to the customer's Microsoft 365, tier by tier (checks.md 4.10-4.13, flows C8,
//! docs/adr/0019).

pub mod callback;
pub mod ceremony;
pub mod colleagues;
pub mod connect;
pub mod connection;
pub mod data_access;
pub mod deps;
pub mod disconnect;
pub mod end_tier;
pub mod manifest;
pub mod permissions;
pub mod status;
pub mod transparency;

pub use ceremony::Ceremony;
pub use deps::Microsoft;
use runtime::{Function, Kernel};

/// The functions that talk to Microsoft: they may read the reader app's key.
pub const MICROSOFT_FUNCTIONS: &[Function<Microsoft>] = &[connect::FUNCTION];
/// The functions that may read the writer's key, too.
pub const CEREMONY_FUNCTIONS: &[Function<Ceremony>] = &[callback::FUNCTION];
/// The functions that do not.
pub const FUNCTIONS: &[Function<Kernel>] = &[
    status::FUNCTION,
    disconnect::FUNCTION,
    colleagues::FUNCTION,
    end_tier::FUNCTION,
    manifest::FUNCTION,
    transparency::FUNCTION,
];
