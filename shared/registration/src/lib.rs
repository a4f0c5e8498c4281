//! Our app registrations at Microsoft Entra, one for each tier of consent (checks.md 4.10), and how a function comes by
//! the client of one. A crate of its own: `runtime` stays free of Graph, and `graph` of the environment.

use graph::{AppKey, AppRegistration, Config, Microsoft};
use runtime::{Connect, StartError, secrets};

/// One of our app registrations: where its key is, and which variable says its client id.
#[derive(Debug, Clone, Copy)]
pub struct Registration {
    /// Name of the secret that holds its key, an [`AppKey`].
    pub secret: &'static str,
    /// The variable with its application (client) id.
    pub client_id: &'static str,
}

impl Registration {
    /// Reads directories and signs people in (docs/adr/0010).
    pub const READER: Self = Self { secret: "reader-app", client_id: "STEWARD_READER_CLIENT_ID" };

    /// Microsoft under this registration.
    ///
    /// # Errors
    /// When a variable or the secret is missing, or the key is none.
    pub async fn connect(self, with: &Connect) -> Result<Microsoft, StartError> {
        let key: AppKey = secrets(with)?.get(self.secret).await?;
        let config = Config {
            authority: with.env.parsed("STEWARD_MICROSOFT_AUTHORITY")?,
            graph: with.env.parsed("STEWARD_MICROSOFT_GRAPH")?,
            app: AppRegistration { client_id: with.env.parsed(self.client_id)?, credential: key.into() },
            clock: with.clock.clone(),
            ids: with.ids.clone(),
        };
        Ok(Microsoft::new(config)?)
    }
}
