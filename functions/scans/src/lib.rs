//! Scans: asked for by people or the schedule, run in the background, money first.

pub mod begin;
pub mod deps;
pub mod get;
pub mod list;
pub mod people;
pub mod request;
pub mod run;
pub mod schedule;
pub mod start;
pub mod view;
pub mod work;

pub use deps::Scans;
use runtime::{Function, Kernel};

/// The functions that need no access to Microsoft.
pub const FUNCTIONS: &[Function<Kernel>] =
    &[start::FUNCTION, list::FUNCTION, get::FUNCTION, schedule::FUNCTION, begin::FUNCTION];
/// The one that reads customers' directories.
pub const MICROSOFT_FUNCTIONS: &[Function<Scans>] = &[run::FUNCTION];
