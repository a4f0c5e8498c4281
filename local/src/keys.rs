//! The secrets of one machine: made at the first start, kept by the stand-in of Secrets Manager.

use base64::{Engine, prelude::BASE64_STANDARD};
use identity::SigningKey;
use local_aws::Aws;
use model::Ids;
use runtime::{Connect, secrets};
use serde_json::json;

/// What secrets' names begin with.
pub(crate) const PREFIX: &str = "steward";

/// Makes the secrets that are not there yet.
pub(crate) fn seed(aws: &Aws, ids: &Ids) -> anyhow::Result<()> {
    let sealing = || json!({ "key": BASE64_STANDARD.encode(ids.bytes::<32>()) }).to_string();
    aws.secret_if_absent(&format!("{PREFIX}/sealing"), sealing)?;
    Ok(())
}

/// The secret with the key that signs access tokens.
pub(crate) fn signing() -> String {
    format!("{PREFIX}/signing")
}

/// Has the first signing key made and published, as a first deployment has: by a rotation of a secret without a key.
pub(crate) async fn first_signing_key(aws: &Aws, with: &Connect) -> anyhow::Result<()> {
    aws.secret_if_absent(&signing(), || "{}".into())?;
    let kept = async { secrets(with)?.get::<SigningKey>("signing").await };
    if kept.await.is_err() {
        rotate_signing(aws, &with.ids).await?;
    }
    Ok(())
}

/// Rotates the signing key.
pub(crate) async fn rotate_signing(aws: &Aws, ids: &Ids) -> anyhow::Result<()> {
    aws.rotate_secret(&signing(), &uuid::Uuid::from_u128(ids.random()).to_string()).await
}

/// Keeps the key and certificate of one of our apps, both PEM, under the name of its secret.
pub(crate) fn seed_app(aws: &Aws, secret: &str, private_key_pem: &str, certificate_pem: &str) -> anyhow::Result<()> {
    let key = json!({ "private_key_pem": private_key_pem, "certificate_pem": certificate_pem }).to_string();
    aws.set_secret(&format!("{PREFIX}/{secret}"), &key)
}

/// A certificate as PEM (RFC 7468).
pub(crate) fn pem(der: &[u8]) -> String {
    let text = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// What [`pem`] was made of.
pub(crate) fn der(pem: &str) -> anyhow::Result<Vec<u8>> {
    let inner: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    Ok(BASE64_STANDARD.decode(inner)?)
}
