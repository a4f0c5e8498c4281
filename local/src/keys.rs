//! The secrets of one machine: made at the first start, kept by the stand-in of Secrets Manager.

use anyhow::Context;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use local_aws::Aws;
use model::Ids;
use serde_json::json;
use store::{Jwks, PublicJwk};

/// What secrets' names begin with.
pub(crate) const PREFIX: &str = "steward";

/// Makes the secrets that are not there yet.
pub(crate) fn seed(aws: &Aws, ids: &Ids) -> anyhow::Result<()> {
    let sealing = || json!({ "key": BASE64_STANDARD.encode(ids.bytes::<32>()) }).to_string();
    aws.secret_if_absent(&format!("{PREFIX}/sealing"), sealing)?;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())?;
    let kid = format!("key-{:08x}", ids.random() >> 96);
    let signing = || json!({ "kid": kid, "pkcs8": BASE64_STANDARD.encode(pkcs8.as_ref()) }).to_string();
    aws.secret_if_absent(&format!("{PREFIX}/signing"), signing)?;
    Ok(())
}

/// Keeps the reader app's key and certificate, both PEM.
pub(crate) fn seed_reader(aws: &Aws, private_key_pem: &str, certificate_pem: &str) -> anyhow::Result<()> {
    let reader = || json!({ "private_key_pem": private_key_pem, "certificate_pem": certificate_pem }).to_string();
    aws.secret_if_absent(&format!("{PREFIX}/reader-app"), reader)?;
    Ok(())
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

/// The public half of the signing secret.
pub(crate) fn jwks(signing: &serde_json::Value) -> anyhow::Result<Jwks> {
    let text = |name: &str| signing.get(name).and_then(serde_json::Value::as_str).context("the signing secret");
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &BASE64_STANDARD.decode(text("pkcs8")?)?)?;
    // Uncompressed point: 4, x, y (SEC 1).
    let (x, y) = key.public_key().as_ref().get(1..65).context("a P-256 point")?.split_at(32);
    let key = PublicJwk {
        kty: "EC".into(),
        crv: "P-256".into(),
        kid: text("kid")?.into(),
        alg: "ES256".into(),
        use_: "sig".into(),
        x: BASE64_URL_SAFE_NO_PAD.encode(x),
        y: BASE64_URL_SAFE_NO_PAD.encode(y),
    };
    Ok(Jwks { keys: vec![key] })
}
