//! What the house's numbers are: cold starts, calls to the table and to Microsoft, memory.
//! `make bench` measures all and rewrites `docs/benchmarks.md`, section by section; the capacity of every route is a
//! test as well.

mod accounts;
pub mod answers;
pub mod capacity;
pub mod cold;
pub mod factors;
pub mod fixes;
mod insights;
mod keys_and_log;
pub mod memory;
mod prices;
pub mod runtime_api;
pub mod scan;
pub mod stage;
pub mod team;
pub mod throughput;
mod tiers;
pub mod work_accounts;

pub use tests::report;

/// Every directory and every id of a run comes from this.
pub const SEED: u64 = 2026;
