//! What the function needs that reads directories.

use registration::Registration;
use runtime::{Connect, Deps, Kernel, StartError};

/// Kernel and the reader app.
#[derive(Clone)]
pub struct Scans {
    /// Table, time, randomness.
    pub kernel: Kernel,
    /// Microsoft under the reader app's registration.
    pub reader: graph::Microsoft,
}

impl Deps for Scans {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        let kernel = Kernel::connect(with).await?;
        Ok(Self { reader: Registration::READER.connect(with).await?, kernel })
    }
}

runtime::kernel_of!(Scans, |deps| &deps.kernel);
