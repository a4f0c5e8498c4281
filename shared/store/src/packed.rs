//! Lists too long to keep as they are: JSON, deflated.

use std::io::Read;

use checks::{
    Settings,
    facts::{Sku, Subscription},
    outcome::Affected,
};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use model::FindingId;
use serde::{Serialize, de::DeserializeOwned};

use crate::{AffectedPart, Licenses, Result, StoreError, records::TenantRecord};

impl AffectedPart {
    /// One part of the people of a finding.
    ///
    /// # Errors
    /// When it does not serialise, which is a bug.
    pub fn pack(finding: FindingId, part: u16, people: &[Affected]) -> Result<Self> {
        Ok(Self { finding, part, people: pack(Self::KIND, &people)? })
    }

    /// The people in it.
    ///
    /// # Errors
    /// When another version wrote it.
    pub fn open(&self) -> Result<Vec<Affected>> {
        unpack(Self::KIND, &self.people)
    }
}

impl Licenses {
    /// What a scan read.
    ///
    /// # Errors
    /// When it does not serialise, which is a bug.
    pub fn pack(skus: &[Sku], subscriptions: &[Subscription], settings: Settings) -> Result<Self> {
        Ok(Self { body: pack(Self::KIND, &(skus, subscriptions))?, settings })
    }

    /// Licence types and subscriptions.
    ///
    /// # Errors
    /// When another version wrote it.
    pub fn open(&self) -> Result<(Vec<Sku>, Vec<Subscription>)> {
        unpack(Self::KIND, &self.body)
    }
}

/// A field kept deflated, for `#[serde(with = "…")]`. What was kept before it was is read as well.
pub(crate) mod field {
    use serde::{
        Deserialize, Deserializer, Serialize, Serializer,
        de::{DeserializeOwned, Error as _},
        ser::Error as _,
    };

    use super::{pack, unpack};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Kept<T> {
        Plain(T),
        Packed(serde_bytes::ByteBuf),
    }

    pub(crate) fn serialize<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        let packed = pack("field", value).map_err(S::Error::custom)?;
        serializer.serialize_bytes(&packed)
    }

    pub(crate) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(kept: D) -> Result<T, D::Error> {
        match Kept::<T>::deserialize(kept)? {
            Kept::Plain(value) => Ok(value),
            Kept::Packed(packed) => unpack("field", &packed).map_err(D::Error::custom),
        }
    }
}

fn pack<T: Serialize>(kind: &'static str, value: &T) -> Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
    serde_json::to_writer(&mut encoder, value).map_err(|error| StoreError::corrupt(kind, error))?;
    encoder.finish().map_err(|error| StoreError::corrupt(kind, error))
}

/// Inflated as a whole first: serde_json reads a slice several times as fast as a stream.
fn unpack<T: DeserializeOwned>(kind: &'static str, packed: &[u8]) -> Result<T> {
    let mut text = Vec::new();
    DeflateDecoder::new(packed).read_to_end(&mut text).map_err(|error| StoreError::corrupt(kind, error))?;
    serde_json::from_slice(&text).map_err(|error| StoreError::corrupt(kind, error))
}
