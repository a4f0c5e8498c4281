//! Mails that follow from events.

pub mod deps;
pub mod desk;
mod device;
pub mod letters;
pub mod send;

pub use deps::Mail;
use runtime::Function;

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Mail>] = &[send::FUNCTION];
