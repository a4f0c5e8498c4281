//! A simulated Microsoft for one machine and for tests: Microsoft Entra (sign-in, admin consent, tokens) and Microsoft
//! Graph (directory, licences, usage reports) over HTTP, as a client with a real app registration meets them. It
//! verifies assertions and permissions, pages and throttles as documented, does faults on demand, and remembers what
//! is written.
//!
//! ```no_run
//! # async fn run(clock: model::Clock) -> Result<(), Box<dyn std::error::Error>> {
//! use local_microsoft::{Directory, Recipe, Simulation};
//! let microsoft = Simulation::new(clock.clone(), 1);
//! microsoft.add(Directory::generate(&Recipe::new(7, clock.now(), 50)));
//! let running = microsoft.serve(([127, 0, 0, 1], 0).into()).await?;
//! assert_eq!(running.base.scheme(), "http");
//! # Ok(())
//! # }
//! ```

mod answer;
mod bought;
mod credential;
mod day;
mod directory;
mod entra;
mod faults;
mod folder;
mod generate;
mod graph;
mod ledger;
mod pages;
mod permissions;
pub mod products;
mod query;
mod render;
mod reports;
mod roles;
mod simulation;
mod throttle;
mod words;

#[cfg(test)]
mod shared_data;

pub use bought::{Bought, Standing};
pub use credential::{Credential, keep_keys};
pub use directory::{Account, Assigned, Changeable, Directory, Refused};
pub use entra::{Shown, Spoiled};
pub use faults::{Call, Fault, RetryAfter, When};
pub use folder::FolderError;
pub use generate::{Oddities, Recipe};
pub use ledger::{Department, Drives, Ledger, Planted};
pub use simulation::{App, OpenError, Running, Simulation};
