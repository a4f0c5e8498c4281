//! The dashboard, served from the address of the API.

mod assets;
pub mod serve;

use runtime::{Connect, Deps, Function, StartError};

/// Nothing: pages come from the binary itself, so they are there when the table is not.
#[derive(Debug, Clone, Copy)]
pub struct Site;

impl Deps for Site {
    async fn connect(_: &Connect) -> Result<Self, StartError> {
        Ok(Self)
    }
}

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Site>] = &[serve::FUNCTION];
