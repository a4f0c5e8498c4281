//! A finding as members see it: what was found, and the catalogue's text for it.

use checks::{
    CATALOGUE, CheckId, Finding,
    outcome::{Certainty, Confidence, Evidence, Guard, PriceMissing, Remedy, Saving, Subject, UndoClass},
};
use jiff::Timestamp;
use model::FindingId;
use serde::{Deserialize, Serialize};
use store::StoredFinding;
use utoipa::ToSchema;

/// What one check found.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FindingView {
    /// Which; the same over scans.
    pub finding: FindingId,
    /// The check.
    pub check: CheckId,
    /// What it is about.
    pub subject: Subject,
    /// The finding in one sentence.
    #[schema(example = "4 people who left still have licences")]
    pub headline: String,
    /// Why it matters.
    pub why_it_matters: String,
    /// How sure the money is.
    pub certainty: Certainty,
    /// How good the evidence is.
    pub confidence: Confidence,
    /// What acting on it saves; absent where nothing in it has a price, which is not zero.
    pub saving: Option<Saving>,
    /// Licence types whose price is missing.
    #[schema(max_items = 100)]
    pub price_missing: Vec<PriceMissing>,
    /// Licences in it.
    #[schema(example = 4)]
    pub seats: u32,
    /// People in it.
    #[schema(example = 4)]
    pub people: u32,
    /// Who acts, and how.
    pub remedy: Remedy,
    /// Whether acting on it can be undone.
    pub undo: UndoClass,
    /// When it was first found.
    pub first_found: Timestamp,
}

/// A finding with everything known of it but its people.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FindingDetail {
    /// The finding.
    #[serde(flatten)]
    pub finding: FindingView,
    /// What is changed by acting on it.
    pub what_changes: String,
    /// What people will notice.
    pub what_people_notice: String,
    /// How it is undone.
    pub undo_text: String,
    /// For whoever wants to know exactly.
    pub technical_detail: String,
    /// What it is concluded from.
    #[schema(max_items = 100)]
    pub evidence: Vec<Evidence>,
    /// What to look at before acting.
    #[schema(max_items = 8)]
    pub guards: Vec<Guard>,
}

/// What a check looks for, in the catalogue's words.
pub fn title_of(check: CheckId) -> &'static str {
    text(check).map_or("", |text| text.title)
}

fn text(check: CheckId) -> Option<&'static checks::Text> {
    CATALOGUE.iter().find(|known| known.id == check).map(|check| &check.text)
}

impl From<StoredFinding> for FindingView {
    fn from(stored: StoredFinding) -> Self {
        let Finding {
            check, subject, headline, certainty, confidence, saving, price_missing, seats, remedy, undo, ..
        } = stored.found;
        Self {
            finding: stored.finding,
            check,
            subject,
            headline,
            why_it_matters: text(check).map(|text| text.why_it_matters.into()).unwrap_or_default(),
            certainty,
            confidence,
            saving,
            price_missing,
            seats,
            people: stored.people,
            remedy,
            undo,
            first_found: stored.first_found,
        }
    }
}

impl From<StoredFinding> for FindingDetail {
    fn from(mut stored: StoredFinding) -> Self {
        let (evidence, guards) = (std::mem::take(&mut stored.found.evidence), std::mem::take(&mut stored.found.guards));
        let text = text(stored.found.check);
        let part = |pick: fn(&checks::Text) -> &'static str| text.map(|text| pick(text).to_owned()).unwrap_or_default();
        Self {
            what_changes: part(|text| text.what_changes),
            what_people_notice: part(|text| text.what_people_notice),
            undo_text: part(|text| text.undo),
            technical_detail: part(|text| text.technical_detail),
            evidence,
            guards,
            finding: stored.into(),
        }
    }
}
