//! The company: what it is, its rules, and its log.

pub mod events;
pub mod events_export;
pub mod events_seal;
pub mod events_verify;
pub mod filter;
pub mod get;
pub mod policy;
pub mod sentence;
pub mod set_policy;

use runtime::{Function, Kernel};

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Kernel>] = &[
    get::FUNCTION,
    policy::FUNCTION,
    set_policy::FUNCTION,
    events::FUNCTION,
    events_export::FUNCTION,
    events_seal::FUNCTION,
    events_verify::FUNCTION,
];
