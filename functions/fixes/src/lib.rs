//! Fixes: changes in the customer's Microsoft 365, previewed, applied item by item, read back and undone exactly.

pub mod again;
pub mod apply;
pub mod back;
pub mod bought;
pub mod cancel;
pub mod change;
pub mod deps;
pub mod doubt;
pub mod due;
pub mod export;
pub mod fixing;
pub mod get;
pub mod guard;
pub mod items;
pub mod list;
pub mod live;
pub mod maker;
pub mod plan;
pub mod preview;
pub mod promise;
pub mod reason;
pub mod retry;
pub mod run;
pub mod spared;
pub mod token;
pub mod undo;
pub mod view;
pub mod work;

pub use deps::Fixes;
pub use fixing::Fixing;
use runtime::{Function, Kernel};

/// The functions that need no access to Microsoft.
pub const FUNCTIONS: &[Function<Kernel>] = &[
    list::FUNCTION,
    get::FUNCTION,
    items::FUNCTION,
    export::FUNCTION,
    cancel::FUNCTION,
    retry::FUNCTION,
    undo::FUNCTION,
    due::FUNCTION,
];
/// Those that read customers' directories and never write to them.
pub const READING_FUNCTIONS: &[Function<Fixes>] = &[preview::FUNCTION, apply::FUNCTION];
/// The one that writes to customers' directories.
pub const WRITING_FUNCTIONS: &[Function<Fixing>] = &[run::FUNCTION];
