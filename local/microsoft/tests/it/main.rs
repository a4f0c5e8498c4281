//! The simulated Microsoft as its clients see it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod directories;
mod entra;
mod faults;
mod folder;
mod graph;
mod wire;
