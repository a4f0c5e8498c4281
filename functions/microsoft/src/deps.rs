//! What the functions need that talk to Microsoft.

use graph::{AppRegistration, Config, Credential, Secret};
use runtime::{Connect, Deps, Kernel, StartError, secrets};
use serde::Deserialize;
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
        let redirect_uri = format!("{}/connect/callback", kernel.app_url).parse()?;
        Ok(Self { reader: graph::Microsoft::new(config)?, redirect_uri, kernel })
    }
}

runtime::kernel_of!(Microsoft, |deps| &deps.kernel);
