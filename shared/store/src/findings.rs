//! A tenant's findings, read: all of them, or what a filter lets through.

use checks::{
    CheckId,
    outcome::{FindingState, Remedy},
};

use crate::{Listed, PageRequest, Result, StoredFinding, Tenant, Versioned};

/// Which findings are wanted. All, by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FindingFilter {
    /// Of this check.
    pub check: Option<CheckId>,
    /// To be acted on in this way.
    pub remedy: Option<Remedy>,
    /// Accepted as they are in this measure.
    pub state: Option<FindingState>,
}

impl FindingFilter {
    fn lets_through(&self, stored: &StoredFinding) -> bool {
        self.check.is_none_or(|check| stored.found.check == check)
            && self.remedy.is_none_or(|remedy| stored.found.remedy == remedy)
            && self.state.is_none_or(|state| stored.found.state == state)
    }
}

impl Tenant<'_> {
    /// A page of findings, by id. With a filter a page may be short, even empty, while more follows. The filter is
    /// sealed into the cursor: with another one it is refused.
    pub async fn findings(
        &self,
        filter: &FindingFilter,
        page: &PageRequest,
    ) -> Result<Listed<Versioned<StoredFinding>>> {
        let mut listed = self.list_as::<StoredFinding>(&format!("findings:{filter:?}"), "", page, false).await?;
        listed.items.retain(|finding| filter.lets_through(&finding.value));
        Ok(listed)
    }
}
