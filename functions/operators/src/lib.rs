//! For whoever runs this installation. First: whether it is well.

pub mod health;
pub mod ready;

use runtime::{Function, Kernel};

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Kernel>] = &[health::FUNCTION, ready::FUNCTION];
