//! For whoever runs this installation: whether it is well, and the end of a person's access.

pub mod end_person;
pub mod health;
pub mod ready;

use runtime::{Function, Kernel};

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Kernel>] = &[health::FUNCTION, ready::FUNCTION, end_person::FUNCTION];
