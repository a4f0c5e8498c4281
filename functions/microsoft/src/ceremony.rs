//! What the last step of the ceremony needs: every app that can be consented to.

use model::Tier;
use registration::Registration;
use runtime::{Connect, Deps, Kernel, StartError};
use url::Url;

/// Kernel, the reader app, and the apps that write.
#[derive(Clone)]
pub struct Ceremony {
    /// Table, time, randomness.
    pub kernel: Kernel,
    /// Microsoft under the reader app's registration.
    pub reader: graph::Microsoft,
    /// Microsoft under the licence writer's registration.
    pub licence_writer: graph::Microsoft,
    /// Where Microsoft sends the browser back to.
    pub redirect_uri: Url,
}

impl Ceremony {
    /// The app of a tier; `None` for a tier that is not offered yet.
    pub(crate) fn writer(&self, tier: Tier) -> Option<&graph::Microsoft> {
        match tier {
            Tier::LicenceWriter => Some(&self.licence_writer),
            Tier::SecurityWriter => None,
        }
    }
}

impl Deps for Ceremony {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        let kernel = Kernel::connect(with).await?;
        let redirect_uri = format!("{}/connect/callback", kernel.app_url).parse()?;
        Ok(Self {
            reader: Registration::READER.connect(with).await?,
            licence_writer: Registration::LICENCE_WRITER.connect(with).await?,
            redirect_uri,
            kernel,
        })
    }
}

runtime::kernel_of!(Ceremony, |deps| &deps.kernel);
