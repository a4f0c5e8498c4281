//! Keys: the one that signs the simulation's tokens, and a certificate for an app that has none yet.

use aws_lc_rs::{
    digest,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{self, KeyPair, RsaKeyPair, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

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
        let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256)?;
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        let certificate = params.self_signed(&key)?;
        Ok(Self { certificate_der: certificate.der().to_vec(), private_key_pem: key.serialize_pem() })
    }
}

/// The RSA key Entra signs tokens with.
pub(crate) struct SigningKey {
    pair: RsaKeyPair,
    pub kid: String,
}

impl SigningKey {
    /// # Panics
    /// When the cryptographic library cannot make a key.
    pub fn generate() -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("an RSA key");
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
