//! Everything through the real path. The tree mirrors `functions/`.
#![allow(clippy::unwrap_used)]

mod accounts;
mod bus;
mod findings;
mod graph_faults;
mod isolation;
mod ledger;
mod limits;
mod mail;
mod members;
mod microsoft;
mod operators;
mod scale;
mod scans;
mod store;
mod table;
mod tenants;
