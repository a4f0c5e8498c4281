//! Keys: the one that signs the simulation's tokens, and a certificate for an app that has none yet.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process,
    sync::OnceLock,
};

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    error::Unspecified,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{self, KeyPair, RsaKeyPair, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Where keys are kept from one process to the next: nowhere, until somebody says so.
static KEPT: OnceLock<PathBuf> = OnceLock::new();

/// Keeps the keys of this process in `folder` for those that come after it, and takes from there what one before it
/// made: making a key takes a while. For tests, each of which is a process: whoever reads the folder can sign what only
/// Microsoft signs.
pub fn keep_keys(folder: &Path) {
    // Said again, it is said already.
    _ = KEPT.set(folder.to_owned());
}

/// The key of that name: one that was kept, or what `make` makes.
fn kept<E>(name: &str, make: impl FnOnce() -> Result<Vec<u8>, E>) -> Result<Vec<u8>, E> {
    let Some(folder) = KEPT.get() else { return make() };
    let file = folder.join(name);
    if let Ok(key) = fs::read(&file) {
        return Ok(key);
    }
    let key = make()?;
    if let Err(error) = keep(&file, &key) {
        tracing::debug!(%error, name, "a key is not kept");
    }
    Ok(key)
}

/// Whole or not at all, whoever else keeps one meanwhile.
fn keep(file: &Path, key: &[u8]) -> io::Result<()> {
    let new = file.with_extension(process::id().to_string());
    fs::write(&new, key)?;
    fs::rename(&new, file)
}

/// An app's own certificate and key, to register it with and to sign its assertions.
pub struct Credential {
    /// The certificate, X.509 DER: what the app registration is given.
    pub certificate_der: Vec<u8>,
    /// The RSA key, PKCS#8 PEM: what the app keeps.
    pub private_key_pem: String,
}

impl Credential {
    /// A new 2048-bit RSA key and a certificate for it, signed by itself.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn generate(name: &str) -> Result<Self, rcgen::Error> {
        Self::of(name, &rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256)?)
    }

    /// As [`Credential::generate`], with a key that was kept where [`keep_keys`] says, where there is one.
    ///
    /// # Errors
    /// When the cryptographic library fails, or what was kept is no key.
    pub fn kept(name: &str) -> Result<Self, rcgen::Error> {
        let algorithm = &rcgen::PKCS_RSA_SHA256;
        let key = kept("steward-app.pkcs8", || rcgen::KeyPair::generate_for(algorithm).map(|key| key.serialize_der()))?;
        Self::of(name, &rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&key.as_slice().into(), algorithm)?)
    }

    fn of(name: &str, key: &rcgen::KeyPair) -> Result<Self, rcgen::Error> {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let certificate = params.self_signed(key)?;
        Ok(Self { certificate_der: certificate.der().to_vec(), private_key_pem: key.serialize_pem() })
    }
}

/// The RSA key Entra signs tokens with.
pub(crate) struct SigningKey {
    pair: RsaKeyPair,
    pub kid: String,
}

impl SigningKey {
    /// The one of that name that was kept, or a new one.
    ///
    /// # Panics
    /// When the cryptographic library cannot make a key, or what was kept is none.
    pub fn named(name: &str) -> Self {
        let made = || {
            let key = AsDer::<Pkcs8V1Der>::as_der(&RsaKeyPair::generate(KeySize::Rsa2048)?)?;
            Ok::<_, Unspecified>(key.as_ref().to_vec())
        };
        let key = kept(name, made).expect("an RSA key");
        let pair = RsaKeyPair::from_pkcs8(&key).expect("an RSA key");
        let kid = URL_SAFE_NO_PAD.encode(sha256(pair.public_key().as_ref()));
        Self { pair, kid }
    }

    /// A JWT (RS256) of these claims.
    ///
    /// # Panics
    /// When the cryptographic library cannot sign, which it does without memory only.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let text = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .expect("an RSA signature");
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The claims of a JWT this key signed.
    pub fn verify<T: DeserializeOwned>(&self, token: &str) -> Option<T> {
        let public = self.pair.public_key().as_ref();
        verify(token, "RS256", &signature::RSA_PKCS1_2048_8192_SHA256, public).map(|(_, claims)| claims)
    }

    /// The entry of the key set, for tokens of `issuer`.
    pub fn jwk(&self, issuer: &str) -> Value {
        let public = self.pair.public_key();
        let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "n": number(public.modulus().big_endian_without_leading_zero()),
            "e": number(public.exponent().big_endian_without_leading_zero()),
            "issuer": issuer,
        })
    }
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

/// Header and claims of a JWT signed with `algorithm` by the key of `public` (PKCS#1 DER).
pub(crate) fn verify<T: DeserializeOwned>(
    token: &str,
    algorithm: &str,
    verification: &'static signature::RsaParameters,
    public: &[u8],
) -> Option<(Value, T)> {
    let (signed, sealed) = token.rsplit_once('.')?;
    let header = header(token)?;
    if header["alg"] != algorithm {
        return None;
    }
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    UnparsedPublicKey::new(verification, public).verify(signed.as_bytes(), &sealed).ok()?;
    let (_, claims) = signed.split_once('.')?;
    let claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
    Some((header, claims))
}

/// The header of a JWT, unverified.
pub(crate) fn header(token: &str) -> Option<Value> {
    let first = token.split('.').next()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(first).ok()?).ok()
}

/// The RSA public key (PKCS#1 DER) of a certificate.
pub(crate) fn public_key(certificate: &[u8]) -> Option<Vec<u8>> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate).ok()?;
    Some(certificate.public_key().subject_public_key.data.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_kept_is_the_next_processs_too() {
        let folder = tempfile::tempdir().unwrap();
        keep_keys(folder.path());
        let token = SigningKey::named("one.pkcs8").sign(&json!({ "alg": "RS256" }), &json!({ "sub": "anna" }));
        let again: Value = SigningKey::named("one.pkcs8").verify(&token).unwrap();
        assert_eq!(again["sub"], "anna");
        assert!(SigningKey::named("other.pkcs8").verify::<Value>(&token).is_none());
        let (first, second) = (Credential::kept("Steward").unwrap(), Credential::kept("Steward").unwrap());
        assert_eq!(first.private_key_pem, second.private_key_pem);
        assert_eq!(public_key(&first.certificate_der), public_key(&second.certificate_der));
    }
}
