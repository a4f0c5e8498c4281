//! What sending mail needs.

use mailer::{Mailer, MailerConfig, ses};
use runtime::{Connect, Deps, Kernel, StartError};

/// Kernel and mailer.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Table, time, randomness.
    pub kernel: Kernel,
    /// Sends letters.
    pub mailer: Mailer,
}

impl Deps for Mail {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        let kernel = Kernel::connect(with).await?;
        let env = &with.env;
        let client = ses(env.service("AWS_ENDPOINT_URL_SESV2", &with.http)?);
        let config = MailerConfig {
            from_name: env.required("STEWARD_MAIL_FROM_NAME")?.into(),
            from_address: env.required("STEWARD_MAIL_FROM")?.into(),
            reply_to: env.required("STEWARD_MAIL_REPLY_TO")?.into(),
            base_url: kernel.app_url.clone(),
            configuration_set: env.required("STEWARD_MAIL_CONFIGURATION_SET")?.into(),
            postal_address: env.required("STEWARD_MAIL_POSTAL_ADDRESS")?.into(),
        };
        Ok(Self { kernel, mailer: Mailer::new(client, config) })
    }
}

runtime::kernel_of!(Mail, |deps| &deps.kernel);
