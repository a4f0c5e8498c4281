//! What the client is told: where Microsoft is, who we are, and where time and randomness come from.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use model::{Clock, DirectoryId, Ids};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde::Deserialize;
use url::{Host, Url};
use uuid::Uuid;

use crate::{directory::Directory, http, sign_in::Keys, token, token::Tokens};

/// Text that must not be shown: neither `Debug` nor `Display`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A secret of the given text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// How an app registration proves itself to Entra.
#[derive(Clone)]
pub enum Credential {
    /// A certificate registered with the app: nothing secret leaves us (checks.md 4.12).
    Certificate {
        /// RSA private key, PEM (PKCS#8 or PKCS#1).
        private_key_pem: Secret,
        /// The registered certificate, PEM. Its SHA-256 names it in the assertion.
        certificate_pem: String,
    },
    /// A client secret.
    Secret(Secret),
}

/// The key of an app registration as it is kept: JSON with a private key and its certificate, both PEM.
#[derive(Deserialize)]
pub struct AppKey {
    private_key_pem: String,
    certificate_pem: String,
}

impl From<AppKey> for Credential {
    fn from(key: AppKey) -> Self {
        Self::Certificate { private_key_pem: Secret::new(key.private_key_pem), certificate_pem: key.certificate_pem }
    }
}

/// One Entra app registration of ours.
#[derive(Clone)]
pub struct AppRegistration {
    /// The application (client) id.
    pub client_id: Uuid,
    /// How it proves itself.
    pub credential: Credential,
}

/// What [`Microsoft::new`] needs.
pub struct Config {
    /// Entra's sign-in: `https://login.microsoftonline.com`.
    pub authority: Url,
    /// Graph: `https://graph.microsoft.com`.
    pub graph: Url,
    /// Who we are.
    pub app: AppRegistration,
    /// Where the time comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub ids: Ids,
}

/// A configuration the client cannot work with. All of these are the operator's to mend.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Neither `https` nor `http` on this machine's loopback address.
    #[error("the {0} address must be https, or http on 127.0.0.1 or [::1]")]
    Endpoint(&'static str),
    /// The private key is not a usable RSA key in PEM.
    #[error("the app's private key is not an RSA key in PEM (PKCS#8 or PKCS#1)")]
    PrivateKey,
    /// The certificate is not PEM.
    #[error("the app's certificate is not PEM")]
    Certificate,
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    Http(#[source] Box<dyn std::error::Error + Send + Sync>),
}

pub(crate) enum Proof {
    Certificate { key: EncodingKey, thumbprint: String },
    Secret(Secret),
}

pub(crate) struct Inner {
    pub authority: Url,
    pub graph: Url,
    pub client_id: Uuid,
    pub proof: Proof,
    pub clock: Clock,
    pub ids: Ids,
    pub http: reqwest::Client,
    pub tokens: Tokens,
    pub keys: Keys,
}

/// One app registration at Microsoft. Cheap to clone; clones share the connections, tokens and keys.
#[derive(Clone)]
pub struct Microsoft {
    pub(crate) inner: Arc<Inner>,
}

impl Microsoft {
    /// A client for one app registration. Sends nothing.
    ///
    /// # Errors
    /// When an address or the credential is unusable.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let Config { authority, graph, app, clock, ids } = config;
        if !is_acceptable(&authority) {
            return Err(ConfigError::Endpoint("authority"));
        }
        if !is_acceptable(&graph) {
            return Err(ConfigError::Endpoint("graph"));
        }
        let proof = match app.credential {
            Credential::Secret(secret) => Proof::Secret(secret),
            Credential::Certificate { private_key_pem, certificate_pem } => {
                let key = EncodingKey::from_rsa_pem(private_key_pem.expose().as_bytes())
                    .map_err(|_| ConfigError::PrivateKey)?;
                let der =
                    CertificateDer::from_pem_slice(certificate_pem.as_bytes()).map_err(|_| ConfigError::Certificate)?;
                let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &der);
                Proof::Certificate { key, thumbprint: URL_SAFE_NO_PAD.encode(digest) }
            }
        };
        let inner = Inner {
            http: http::client()?,
            authority,
            graph,
            client_id: app.client_id,
            proof,
            clock,
            ids,
            tokens: Tokens::default(),
            keys: Keys::default(),
        };
        // A key that parses may still be no RSA key: better to hear of it here than from the first scan.
        token::proof(&inner, &inner.authority).map_err(|_| ConfigError::PrivateKey)?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// One customer's directory, read under this app registration.
    pub fn directory(&self, id: DirectoryId) -> Directory {
        Directory::new(Arc::clone(&self.inner), id)
    }
}

impl Inner {
    /// Whether Graph is a stand-in on this machine.
    pub fn one_machine(&self) -> bool {
        is_loopback(&self.graph)
    }
}

fn is_loopback(url: &Url) -> bool {
    url.scheme() == "http"
        && match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            _ => false,
        }
}

fn is_acceptable(url: &Url) -> bool {
    let bare = url.username().is_empty() && url.password().is_none();
    bare && (url.scheme() == "https" || is_loopback(url))
}

/// Whether a report may be fetched from `url`: any named host by https, and this machine where Graph is here too.
/// An address by number is refused: Microsoft's downloads have names, machines inside our network have numbers.
pub(crate) fn may_download(url: &Url, one_machine: bool) -> bool {
    let named = url.scheme() == "https" && url.domain().is_some();
    named || (one_machine && is_loopback(url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn only_https_and_this_machine_are_spoken_to() {
        for good in ["https://graph.microsoft.com", "http://127.0.0.1:8080", "http://[::1]:1"] {
            assert!(is_acceptable(&url(good)), "{good}");
        }
        for bad in ["http://graph.microsoft.com", "http://localhost:1", "http://127.0.0.1.evil.test", "ftp://127.0.0.1"]
        {
            assert!(!is_acceptable(&url(bad)), "{bad}");
        }
        assert!(!is_acceptable(&url("https://user:word@graph.microsoft.com")));
    }

    #[test]
    fn a_report_is_fetched_by_https_from_a_named_host() {
        assert!(may_download(&url("https://reports.office.test/x?sig=1"), false));
        for bad in
            ["http://reports.office.test/x", "https://169.254.169.254/x", "http://127.0.0.1:1/", "file:///etc/passwd"]
        {
            assert!(!may_download(&url(bad), false), "{bad}");
        }
        assert!(may_download(&url("http://127.0.0.1:1/"), true));
        assert!(!may_download(&url("http://10.0.0.1/"), true));
    }
}
