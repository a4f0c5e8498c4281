//! What the function needs that writes to directories.

use registration::Registration;
use runtime::{Connect, Deps, Kernel, StartError};

/// Kernel, the reader app, and the one that may change licences.
#[derive(Clone)]
pub struct Fixing {
    /// Table, time, randomness.
    pub kernel: Kernel,
    /// Microsoft under the reader app's registration: what is read is read with this one.
    pub reader: graph::Microsoft,
    /// Microsoft under the licence writer's registration.
    pub writer: graph::Microsoft,
}

impl Deps for Fixing {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        let kernel = Kernel::connect(with).await?;
        let reader = Registration::READER.connect(with).await?;
        Ok(Self { writer: Registration::LICENCE_WRITER.connect(with).await?, reader, kernel })
    }
}

runtime::kernel_of!(Fixing, |deps| &deps.kernel);
