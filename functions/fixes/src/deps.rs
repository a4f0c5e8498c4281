//! What the functions need that read directories.

use registration::Registration;
use runtime::{Connect, Deps, Kernel, StartError};

/// Kernel and the reader app: enough to work out what a fix would do.
#[derive(Clone)]
pub struct Fixes {
    /// Table, time, randomness.
    pub kernel: Kernel,
    /// Microsoft under the reader app's registration.
    pub reader: graph::Microsoft,
}

impl Deps for Fixes {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        let kernel = Kernel::connect(with).await?;
        Ok(Self { reader: Registration::READER.connect(with).await?, kernel })
    }
}

runtime::kernel_of!(Fixes, |deps| &deps.kernel);
