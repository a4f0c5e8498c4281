//! Links lead to the configured address or there is no mail.

use url::Url;

use crate::{MailerConfig, RenderError};

/// Checks links against the configured base: same scheme, host and port, and below its path.
pub(crate) struct Links {
    letter: &'static str,
    base: Url,
}

impl Links {
    pub(crate) fn to(config: &MailerConfig, letter: &'static str) -> Result<Self, RenderError> {
        let base = Url::parse(&config.base_url).map_err(|_| RenderError::BaseUrl(config.base_url.clone()))?;
        let loopback = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match base.scheme() {
            "https" => {}
            "http" if loopback => {}
            _ => return Err(RenderError::BaseUrl(config.base_url.clone())),
        }
        Ok(Self { letter, base })
    }

    /// The base itself, without a slash at its end.
    pub(crate) fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    pub(crate) fn checked(&self, link: &str) -> Result<String, RenderError> {
        let foreign = || RenderError::ForeignLink { letter: self.letter };
        let url = Url::parse(link).map_err(|_| foreign())?;
        let below = self.base.path().trim_end_matches('/');
        let under = url.path().strip_prefix(below).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let anonymous = url.username().is_empty() && url.password().is_none();
        if url.origin() == self.base.origin() && under && anonymous { Ok(url.into()) } else { Err(foreign()) }
    }
}
