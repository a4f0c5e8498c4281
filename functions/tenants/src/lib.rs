//! The company: what it is, and its log.

pub mod events;
pub mod get;

use runtime::{Function, Kernel};

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Kernel>] = &[get::FUNCTION, events::FUNCTION];
