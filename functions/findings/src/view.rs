//! A finding as members see it: what was found, and the catalogue's text for it.

use checks::{
    Check, CheckId, Finding, PricesUsed, Stake,
    catalogue::Severity,
    outcome::{
        Certainty, Confidence, Cost, Evidence, FindingState, Guard, PriceMissing, Remedy, Saving, Subject, UndoClass,
    },
};
use jiff::Timestamp;
use model::{ExceptionId, FindingId, Money};
use serde::{Deserialize, Serialize};
use store::{GoneFinding, StoredFinding};
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
    /// How urgent it is, apart from its money.
    pub severity: Severity,
    /// What its money means.
    pub stake: Stake,
    /// How sure the money is.
    pub certainty: Certainty,
    /// How good the evidence is.
    pub confidence: Confidence,
    /// What acting on it saves; absent where nothing in it has a price, which is not zero.
    pub saving: Option<Saving>,
    /// What everything listed in it costs a month: counted here, in another finding, accepted, or fixed.
    pub listed_monthly: Option<Money>,
    /// What not acting on it costs a month; only where nothing is paid today.
    pub cost_monthly: Option<Money>,
    /// The part of `listed_monthly` that is accepted as it is.
    pub accepted_monthly: Option<Money>,
    /// What its amounts rest on; absent where nothing in it has a price.
    pub price_basis: Option<PricesUsed>,
    /// How much of it is accepted as it is or fixed.
    pub state: FindingState,
    /// The exception that accepts all of it, where one does.
    pub accepted: Option<ExceptionId>,
    /// Licence types whose price is missing.
    #[schema(max_items = 100)]
    pub price_missing: Vec<PriceMissing>,
    /// Licences in it.
    #[schema(example = 4)]
    pub seats: u32,
    /// People in it.
    #[schema(example = 4)]
    pub people: u32,
    /// Of these, people of whom nothing is left to do, because of fixes since the last scan.
    #[schema(example = 0)]
    pub fixed: u32,
    /// Who acts, and how.
    pub remedy: Remedy,
    /// Whether acting on it can be undone.
    pub undo: UndoClass,
    /// When it was first found.
    pub first_found: Timestamp,
    /// Until when it is put off; absent when it is not.
    pub snoozed_until: Option<Timestamp>,
}

/// A finding with everything known of it but its people.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FindingDetail {
    /// The finding.
    #[serde(flatten)]
    pub finding: FindingView,
    /// What is changed by acting on it.
    pub what_changes: String,
    /// What to do by hand, one step each and in order: all there is to do where Steward cannot act, and beside a remedy
    /// of Steward's what goes before it or in its place, as where a permission is missing. Empty where there is neither.
    #[schema(max_items = 20)]
    pub steps: Vec<String>,
    /// What is spent on what, where that is what it tells; names come from your directory: show them as text only.
    #[schema(max_items = 200)]
    pub costs: Vec<Cost>,
    /// What people will notice.
    pub what_people_notice: String,
    /// How it is undone.
    pub undo_text: String,
    /// For whoever wants to know exactly.
    pub technical_detail: String,
    /// What it is concluded from, and the prices it counts with.
    #[schema(max_items = 100)]
    pub evidence: Vec<Evidence>,
    /// What to look at before acting.
    #[schema(max_items = 8)]
    pub guards: Vec<Guard>,
}

/// What a finding said last that no check finds any more.
#[derive(Debug, Serialize)]
pub struct GoneView {
    /// The finding in one sentence.
    pub headline: String,
    /// When it was first found.
    pub first_found: Timestamp,
    /// When a check found it no more.
    pub gone_since: Timestamp,
}

impl From<GoneFinding> for GoneView {
    fn from(GoneFinding { headline, first_found, at, .. }: GoneFinding) -> Self {
        Self { headline, first_found, gone_since: at }
    }
}

/// What a check looks for, in the catalogue's words.
pub fn title_of(check: CheckId) -> &'static str {
    check.check().text.title
}

impl From<StoredFinding> for FindingView {
    fn from(stored: StoredFinding) -> Self {
        let Check { severity, stake, text, .. } = stored.found.check.check();
        let Finding {
            check,
            subject,
            headline,
            certainty,
            confidence,
            saving,
            listed_monthly,
            cost_monthly,
            accepted_monthly,
            state,
            accepted,
            fixed,
            price_missing,
            price_basis,
            seats,
            remedy,
            undo,
            ..
        } = stored.found;
        Self {
            finding: stored.finding,
            check,
            subject,
            headline,
            why_it_matters: text.why_it_matters.into(),
            severity: *severity,
            stake: *stake,
            certainty,
            confidence,
            saving,
            listed_monthly,
            cost_monthly,
            accepted_monthly,
            price_basis,
            state,
            accepted,
            price_missing,
            seats,
            people: stored.people,
            fixed,
            remedy,
            undo,
            first_found: stored.first_found,
            snoozed_until: stored.snoozed_until,
        }
    }
}

impl From<StoredFinding> for FindingDetail {
    fn from(mut stored: StoredFinding) -> Self {
        let found = &mut stored.found;
        let (mut evidence, guards) = (std::mem::take(&mut found.evidence), std::mem::take(&mut found.guards));
        evidence.append(&mut found.prices);
        let costs = std::mem::take(&mut found.costs);
        let Check { text, steps, .. } = found.check.check();
        Self {
            what_changes: text.what_changes.into(),
            steps: steps.iter().map(|step| (*step).to_owned()).collect(),
            costs,
            what_people_notice: text.what_people_notice.into(),
            undo_text: text.undo.into(),
            technical_detail: text.technical_detail.into(),
            evidence,
            guards,
            finding: stored.into(),
        }
    }
}
