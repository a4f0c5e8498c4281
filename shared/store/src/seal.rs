//! Sealing: AES-256-GCM with a random nonce, bound to what it is for. Cursors, refresh successors, sign-in state.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use model::Ids;

const NONCE: usize = 12;

/// A key for sealing. No Debug of its bytes.
#[derive(Clone)]
pub struct Sealer {
    key: std::sync::Arc<LessSafeKey>,
    ids: Ids,
}

/// Sealed bytes: nonce, ciphertext, tag.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Sealed(#[serde(with = "bytes")] Vec<u8>);

mod bytes {
    use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD_NO_PAD.encode(bytes))
    }
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD_NO_PAD.decode(text).map_err(serde::de::Error::custom)
    }
}

impl Sealer {
    /// A sealer with a 256-bit key.
    pub fn new(key: &[u8; 32], ids: Ids) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, key).expect("AES-256 takes 32 bytes");
        Self { key: std::sync::Arc::new(LessSafeKey::new(key)), ids }
    }

    /// Seals `plain` for `purpose`; it opens only under the same purpose, so a ciphertext moved to another tenant or
    /// list fails.
    pub fn seal(&self, purpose: &str, plain: &[u8]) -> Sealed {
        let nonce: [u8; NONCE] = self.ids.bytes();
        let mut out = plain.to_vec();
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(purpose.as_bytes()), &mut out)
            .expect("sealing fits in memory");
        let mut sealed = nonce.to_vec();
        sealed.append(&mut out);
        Sealed(sealed)
    }

    /// Opens what was sealed for `purpose`; `None` for anything else.
    pub fn open(&self, purpose: &str, sealed: &Sealed) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.0.split_at_checked(NONCE)?;
        let mut buffer = rest.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let plain = self.key.open_in_place(nonce, Aad::from(purpose.as_bytes()), &mut buffer).ok()?;
        Some(plain.to_vec())
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealed {
    /// As it stands in a URL.
    pub fn to_text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.0)
    }
    /// From a URL; `None` when it is not base64url.
    pub fn from_text(text: &str) -> Option<Self> {
        BASE64_URL_SAFE_NO_PAD.decode(text).ok().map(Self)
    }
}
