//! The simulated Microsoft as its clients see it.

mod client;
mod directories;
mod entra;
mod faults;
mod folder;
mod graph;
mod wire;
