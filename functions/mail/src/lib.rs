//! Mails that follow from events, and what becomes of those that come back.

pub mod deps;
pub mod desk;
mod device;
pub mod letters;
pub mod returned;
pub mod send;

pub use deps::Mail;
use runtime::{Function, Kernel};

/// The functions that send.
pub const FUNCTIONS: &[Function<Mail>] = &[send::FUNCTION];
/// The functions that send nothing.
pub const RETURNED_FUNCTIONS: &[Function<Kernel>] = &[returned::FUNCTION];
