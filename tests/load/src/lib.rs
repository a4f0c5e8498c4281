//! What the house's numbers are: cold starts, calls to the table and to Microsoft, memory, and how they are told.
//! `make bench` measures all and rewrites `docs/benchmarks.md`; the capacity of every route is a test as well.

mod accounts;
pub mod capacity;
pub mod cold;
pub mod factors;
pub mod fixes;
mod insights;
mod keys_and_log;
pub mod memory;
mod prices;
pub mod report;
pub mod runtime_api;
pub mod scan;
pub mod stage;
pub mod team;
mod tiers;
pub mod work_accounts;

/// Every directory and every id of a run comes from this.
pub const SEED: u64 = 2026;
