//! The people of findings.

use checks::outcome::Affected;
use model::FindingId;

use crate::{AffectedPart, Result, Tenant};

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
