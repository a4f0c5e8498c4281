//! The whole system in one process: every function, behind stand-ins for AWS and Microsoft at the level of their
//! protocols. Functions cannot tell: what differs is endpoints in the environment.

mod company;
mod controls;
pub mod demo;
mod functions;
mod invocations;
mod keys;
mod system;
mod table;
mod templates;
pub mod up;

pub use functions::{Described, Kind, described as functions, openapi};
pub use system::{Directories, LICENCE_WRITER_CLIENT_ID, READER_CLIENT_ID, RealApp, System, SystemConfig};
