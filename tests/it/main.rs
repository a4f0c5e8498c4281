//! Everything through the real path. The tree mirrors `functions/`.
#![allow(clippy::unwrap_used)]

mod accounts;
mod allowances;
mod at_microsoft;
mod browser;
mod bus;
mod day;
mod deaths;
mod files;
mod findings;
mod fix_kinds;
mod fix_refusals;
mod fix_sequences;
mod fix_spared;
mod fixes;
mod graph_faults;
mod insights;
mod invited;
mod isolation;
mod ledger;
mod letters;
mod limits;
mod links;
mod mail;
mod matrix;
mod members;
mod microsoft;
mod operators;
#[path = "../public.rs"]
mod public;
mod readme;
mod scale;
mod scanner;
mod scans;
mod store;
mod table;
mod takeover;
mod tenants;
mod tiers;
mod uniform;
mod web;
mod writes;
