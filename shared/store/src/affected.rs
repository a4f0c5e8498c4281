//! The people of findings, unpacked.

use checks::outcome::Affected;
use flate2::read::DeflateDecoder;
use model::FindingId;

use crate::{AffectedPart, Result, StoreError, Tenant};

impl AffectedPart {
    /// The people in it.
    ///
    /// # Errors
    /// When another version wrote it.
    pub fn open(&self) -> Result<Vec<Affected>> {
        serde_json::from_reader(DeflateDecoder::new(self.people.as_slice()))
            .map_err(|error| StoreError::Corrupt { kind: "affected", cause: error.to_string() })
    }
}

impl Tenant<'_> {
    /// Everybody a finding is about, the dearest first.
    pub async fn affected(&self, finding: FindingId) -> Result<Vec<Affected>> {
        let mut people = Vec::new();
        for part in self.all_under::<AffectedPart>(&finding.to_string()).await? {
            people.append(&mut part.value.open()?);
        }
        Ok(people)
    }
}
