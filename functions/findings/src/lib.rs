//! What was found: the first screen, findings, the people in them, licences.

pub mod get;
pub mod licenses;
pub mod list;
pub mod overview;
pub mod people;
pub mod view;

use runtime::{Function, Kernel};

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Kernel>] =
    &[overview::FUNCTION, list::FUNCTION, get::FUNCTION, people::FUNCTION, licenses::FUNCTION];
