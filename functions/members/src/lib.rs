//! Who else: members, invitations, roles, API keys.

pub mod list;
pub mod view;

use runtime::{Function, Kernel};

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Kernel>] = &[list::FUNCTION];
