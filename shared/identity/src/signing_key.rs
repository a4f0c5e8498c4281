//! The key that signs access tokens, as the secret `signing` keeps it.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey},
};
use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use model::Ids;
use serde::{Deserialize, Serialize};
use store::PublicJwk;

/// A P-256 key for ES256.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// Its id, in tokens and in the published set.
    pub kid: String,
    /// The private key: PKCS #8 DER, base64.
    pkcs8: String,
}

/// A private key that is none, or that the library refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signing key is not a P-256 key in PKCS #8")]
pub struct BadSigningKey;

impl SigningKey {
    /// A new key. Its secret is aws-lc's: the library takes no randomness from elsewhere.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn generate(ids: &Ids) -> Result<Self, BadSigningKey> {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())
            .map_err(|_| BadSigningKey)?;
        Ok(Self { kid: format!("key-{:08x}", ids.random() >> 96), pkcs8: BASE64_STANDARD.encode(pkcs8.as_ref()) })
    }

    /// The private key in PKCS #8 DER.
    ///
    /// # Errors
    /// When it is not base64.
    pub fn pkcs8(&self) -> Result<Vec<u8>, BadSigningKey> {
        BASE64_STANDARD.decode(&self.pkcs8).map_err(|_| BadSigningKey)
    }

    /// The public half, to be published.
    ///
    /// # Errors
    /// When the private key is none.
    pub fn public(&self) -> Result<PublicJwk, BadSigningKey> {
        // Uncompressed point: 4, x, y (SEC 1, 2.3.3).
        let pair = self.pair()?;
        let (x, y) = pair.public_key().as_ref().get(1..65).ok_or(BadSigningKey)?.split_at(32);
        Ok(PublicJwk {
            kty: "EC".into(),
            crv: "P-256".into(),
            kid: self.kid.clone(),
            alg: "ES256".into(),
            use_: "sig".into(),
            x: BASE64_URL_SAFE_NO_PAD.encode(x),
            y: BASE64_URL_SAFE_NO_PAD.encode(y),
        })
    }

    /// Whether what it signs verifies with a published key.
    ///
    /// # Errors
    /// When the private key is none.
    pub fn signs_for(&self, published: &PublicJwk) -> Result<bool, BadSigningKey> {
        let message = b"whether this key and that one belong together";
        let signature = self.pair()?.sign(&SystemRandom::new(), message).map_err(|_| BadSigningKey)?;
        let coordinate = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        let point = [vec![4], coordinate(&published.x), coordinate(&published.y)].concat();
        let verifies = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature.as_ref());
        Ok(published.kid == self.kid && verifies.is_ok())
    }

    fn pair(&self) -> Result<EcdsaKeyPair, BadSigningKey> {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.pkcs8()?).map_err(|_| BadSigningKey)
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u8);
    impl model::clock::RandomSource for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn a_key_signs_for_its_own_public_half_alone() {
        let one = SigningKey::generate(&Ids::new(Fixed(1))).unwrap();
        let other = SigningKey::generate(&Ids::new(Fixed(1))).unwrap();
        assert_eq!((one.kid.as_str(), one.kid == other.kid), ("key-01010101", true));
        assert!(one.signs_for(&one.public().unwrap()).unwrap());
        assert!(!one.signs_for(&other.public().unwrap()).unwrap());
        let renamed = PublicJwk { kid: "key-02020202".into(), ..one.public().unwrap() };
        assert!(!one.signs_for(&renamed).unwrap());
    }

    #[test]
    fn it_reads_back_and_is_never_shown() {
        let key = SigningKey::generate(&Ids::new(Fixed(1))).unwrap();
        let kept = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<SigningKey>(&kept).unwrap(), key);
        assert_eq!(format!("{key:?}"), "SigningKey(key-01010101)");
        let broken: SigningKey = serde_json::from_str(r#"{"kid":"key-1","pkcs8":"AAAA"}"#).unwrap();
        assert_eq!(broken.public(), Err(BadSigningKey));
    }
}
