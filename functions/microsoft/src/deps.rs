//! What the functions need that talk to Microsoft.

use registration::Registration;
use runtime::{Connect, Deps, Kernel, StartError};
use url::Url;

/// Kernel and the reader app.
#[derive(Clone)]
pub struct Microsoft {
    /// Table, time, randomness.
    pub kernel: Kernel,
    /// Microsoft under the reader app's registration.
    pub reader: graph::Microsoft,
    /// Where Microsoft sends the browser back to: a page of ours, which posts what it got to `microsoft-callback`.
    pub redirect_uri: Url,
}

impl Deps for Microsoft {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        let kernel = Kernel::connect(with).await?;
        let redirect_uri = format!("{}/connect/callback", kernel.app_url).parse()?;
        Ok(Self { reader: Registration::READER.connect(with).await?, redirect_uri, kernel })
    }
}

runtime::kernel_of!(Microsoft, |deps| &deps.kernel);
