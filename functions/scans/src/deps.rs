//! What the function needs that reads directories.

use graph::{AppRegistration, Config, Credential, Secret};
use runtime::{Connect, Deps, Kernel, StartError, secrets};
use serde::Deserialize;

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
        #[derive(Deserialize)]
        struct ReaderApp {
            private_key_pem: String,
            certificate_pem: String,
        }
        let kernel = Kernel::connect(with).await?;
        let app: ReaderApp = secrets(with)?.get("reader-app").await?;
        let config = Config {
            authority: with.env.parsed("STEWARD_MICROSOFT_AUTHORITY")?,
            graph: with.env.parsed("STEWARD_MICROSOFT_GRAPH")?,
            app: AppRegistration {
                client_id: with.env.parsed("STEWARD_READER_CLIENT_ID")?,
                credential: Credential::Certificate {
                    private_key_pem: Secret::new(app.private_key_pem),
                    certificate_pem: app.certificate_pem,
                },
            },
            clock: with.clock.clone(),
            ids: with.ids.clone(),
        };
        Ok(Self { reader: graph::Microsoft::new(config)?, kernel })
    }
}

runtime::kernel_of!(Scans, |deps| &deps.kernel);
