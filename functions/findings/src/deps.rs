//! What asking managers needs: who is whose manager is read at Microsoft, when it is asked.

use registration::Registration;
use runtime::{Connect, Deps, Kernel, StartError};

/// Kernel and the reader app.
#[derive(Clone)]
pub struct Asking {
    /// Table, time, randomness.
    pub kernel: Kernel,
    /// Microsoft under the reader app's registration.
    pub reader: graph::Microsoft,
}

impl Deps for Asking {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        Ok(Self { reader: Registration::READER.connect(with).await?, kernel: Kernel::connect(with).await? })
    }
}

runtime::kernel_of!(Asking, |deps| &deps.kernel);
