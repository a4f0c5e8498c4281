//! The one HTTP client: TLS by rustls on aws-lc-rs, Mozilla's roots, no redirect ever followed, every wait bounded.

use std::{sync::Arc, time::Duration};

use futures::StreamExt;
use rustls::{ClientConfig, RootCertStore};

use crate::ConfigError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest silence between two pieces of a body.
const READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest a whole exchange may take; less where the deadline is nearer.
pub(crate) const EXCHANGE_TIMEOUT: Duration = Duration::from_secs(100);
/// Most we read of an answer that is an error.
const ERROR_MAX: usize = 64 * 1024;

pub(crate) fn client() -> Result<reqwest::Client, ConfigError> {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::Http(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .user_agent(concat!("Steward/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| ConfigError::Http(error.into()))
}

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// It is not what it should be.
    Malformed(String),
    /// It is longer than anything Microsoft sends.
    TooLong(u64),
    /// It broke off.
    Transport(reqwest::Error),
}

/// Reads a body piece by piece, so that no answer is ever whole in memory.
pub(crate) trait Decoder: Send {
    type Output: Send;
    /// Takes the next piece.
    ///
    /// # Errors
    /// What is wrong with it.
    fn push(&mut self, chunk: &[u8]) -> Result<(), String>;
    /// The body is over.
    ///
    /// # Errors
    /// When it is over too early.
    fn finish(self) -> Result<Self::Output, String>;
}

pub(crate) async fn read<D: Decoder>(
    response: reqwest::Response,
    mut decoder: D,
    limit: u64,
) -> Result<D::Output, Unreadable> {
    let mut taken = 0;
    let mut body = response.bytes_stream();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| Unreadable::Transport(error.without_url()))?;
        taken += chunk.len() as u64;
        if taken > limit {
            return Err(Unreadable::TooLong(limit));
        }
        decoder.push(&chunk).map_err(Unreadable::Malformed)?;
    }
    decoder.finish().map_err(Unreadable::Malformed)
}

/// The start of a body that is only looked at for an error code. A body that breaks off is as good as its start.
pub(crate) async fn read_start(response: reqwest::Response) -> Vec<u8> {
    let mut start = Vec::new();
    let mut body = response.bytes_stream();
    while let Some(Ok(chunk)) = body.next().await {
        start.extend_from_slice(&chunk);
        if start.len() > ERROR_MAX {
            start.truncate(ERROR_MAX);
            break;
        }
    }
    start
}

/// One JSON value, read whole; for small answers.
pub(crate) struct Json<T> {
    body: Vec<u8>,
    value: std::marker::PhantomData<fn() -> T>,
}

impl<T> Default for Json<T> {
    fn default() -> Self {
        Self { body: Vec::new(), value: std::marker::PhantomData }
    }
}

impl<T: serde::de::DeserializeOwned + Send> Decoder for Json<T> {
    type Output = T;
    fn push(&mut self, chunk: &[u8]) -> Result<(), String> {
        self.body.extend_from_slice(chunk);
        Ok(())
    }
    fn finish(self) -> Result<T, String> {
        serde_json::from_slice(&self.body).map_err(|error| format!("JSON: {error}"))
    }
}
