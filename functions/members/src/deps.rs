//! What joining needs beyond the kernel.

use identity::Hashers;
use runtime::{Connect, Deps, Kernel, StartError};

/// Password hashes computed at once in one process; a Lambda serves one request at a time anyway.
const HASHES_AT_ONCE: usize = 1;

/// Kernel and hashers.
#[derive(Debug, Clone)]
pub struct Joining {
    /// Table, time, randomness.
    pub kernel: Kernel,
    /// Hashes passwords.
    pub hashers: Hashers,
}

impl Deps for Joining {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        let hashers = Hashers::new(HASHES_AT_ONCE, with.ids.clone()).map_err(|error| error.to_string())?;
        Ok(Self { kernel: Kernel::connect(with).await?, hashers })
    }
}

runtime::kernel_of!(Joining, |deps| &deps.kernel);
