//! The client against a server on this machine that answers as Microsoft does, at its best and at its worst.
#![allow(clippy::unwrap_used, reason = "tests")]

mod contract;
mod faults;
mod folder;
mod paging;
mod reports;
mod server;
mod sign_in;
mod token;
mod write;
