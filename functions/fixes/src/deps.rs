//! What the functions need that read directories, and what the one needs that writes to them.

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

/// The same, and the app that may change licences.
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
