//! How this process reaches AWS: one HTTP client for every service, and the configuration they share.

use std::{fmt, time::Duration};

use aws_credential_types::Credentials;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region;
use base64::{Engine, prelude::BASE64_STANDARD};
use memchr::memmem;

/// Time to open a connection. One value for all services: clients that differ in it cannot share connections.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The authorities that sign every endpoint of AWS, by the common name of their certificates
/// (<https://docs.aws.amazon.com/acm/latest/userguide/acm-concepts.html>, Amazon root certificates).
const AUTHORITIES: [&str; 5] = [
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
];

/// The connections of one process. Cheap to clone; clones share them.
#[derive(Clone)]
pub struct Http(SharedHttpClient);

impl Http {
    /// A client that trusts Amazon's authorities and no other, and reads nothing of the machine.
    ///
    /// # Errors
    /// When one of the authorities is not among the compiled-in certificates.
    pub fn new() -> Result<Self, UnknownAuthority> {
        let mut trusted = TrustStore::empty();
        for name in AUTHORITIES {
            trusted.add_pem_certificate(certificate(name).ok_or(UnknownAuthority(name))?);
        }
        let context = TlsContext::builder().with_trust_store(trusted).build().map_err(|_| UnknownAuthority("all"))?;
        let provider = Provider::Rustls(CryptoMode::AwsLc);
        Ok(Self(Builder::new().tls_provider(provider).tls_context(context).build_https()))
    }

    /// As the SDK's configuration takes it.
    pub fn client(&self) -> SharedHttpClient {
        self.0.clone()
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Http")
    }
}

/// A certificate the trust store is to hold is not compiled in.
#[derive(Debug)]
pub struct UnknownAuthority(&'static str);

impl fmt::Display for UnknownAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no certificate of the authority {}", self.0)
    }
}

impl std::error::Error for UnknownAuthority {}

/// Where one service is and what signs calls to it.
#[derive(Debug, Clone)]
pub struct Service {
    /// Endpoint of one machine; `None` is AWS's own.
    pub endpoint: Option<String>,
    /// Region.
    pub region: Region,
    /// What signs the calls.
    pub credentials: Credentials,
    /// Connections.
    pub http: Http,
}

/// The authority's certificate as PEM, which is what the trust store takes.
fn certificate(authority: &str) -> Option<String> {
    // A root signs itself: its name stands in the certificate as issuer and as subject.
    let name = memmem::Finder::new(authority);
    let mut all = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let der = all.find(|der| name.find_iter(der).count() == 2)?;
    let text = BASE64_STANDARD.encode(der);
    Some(format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_authority_of_amazon_is_compiled_in() {
        assert!(Http::new().is_ok());
        assert!(certificate("Amazon Root CA").is_none() || AUTHORITIES.len() == 5);
        assert!(certificate("Nobody's Root CA").is_none());
    }
}
