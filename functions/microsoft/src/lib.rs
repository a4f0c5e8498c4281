//! The connection to the customer's Microsoft 365, reader tier only (checks.md 4.10-4.13, flows C8).

pub mod callback;
pub mod colleagues;
pub mod connect;
pub mod connection;
pub mod data_access;
pub mod deps;
pub mod disconnect;
pub mod manifest;
pub mod status;
pub mod transparency;

pub use deps::Microsoft;
use runtime::{Function, Kernel};

/// The functions that talk to Microsoft: they may read the reader app's key.
pub const MICROSOFT_FUNCTIONS: &[Function<Microsoft>] = &[connect::FUNCTION, callback::FUNCTION];
/// The functions that do not.
pub const FUNCTIONS: &[Function<Kernel>] =
    &[status::FUNCTION, disconnect::FUNCTION, colleagues::FUNCTION, manifest::FUNCTION, transparency::FUNCTION];
