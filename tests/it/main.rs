//! Everything through the real path. The tree mirrors `functions/`.

mod accounts;
mod findings;
mod mail;
mod microsoft;
mod operators;
mod scans;
mod tenants;
