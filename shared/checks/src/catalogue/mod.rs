//! The catalogue: one file a check, with its text for an owner, its rule and its thresholds.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use model::SkuId;
use serde::{Deserialize, Serialize};

use crate::{
    activity::Activity,
    evaluation::Context,
    facts::{License, Missing, Person, Usage},
    licence::{LicenceType, days},
    outcome::{Advice, Certainty, Confidence, Evidence, Remedy},
    plans::Feature,
};

pub mod l10_redundant_add_on;
pub mod l1_unassigned_seats;
pub mod l20_subscription_ending;
pub mod l3_blocked_account;
pub mod l6_inactive_person;
pub mod l7_never_used;

/// Every check there is, in the order of their ids.
pub const CATALOGUE: &[&Check] = &[
    &l1_unassigned_seats::CHECK,
    &l3_blocked_account::CHECK,
    &l6_inactive_person::CHECK,
    &l7_never_used::CHECK,
    &l10_redundant_add_on::CHECK,
    &l20_subscription_ending::CHECK,
];

/// The order in which checks count a pair of a person and a licence type: the surest first. A pair two checks list is
/// counted in the first of them.
pub(crate) const COUNTING_ORDER: &[CheckId] = &[CheckId::L3, CheckId::L10, CheckId::L7, CheckId::L6];

/// Which check: stable, and its number in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub enum CheckId {
    /// Seats nobody has.
    L1,
    /// Licences on blocked accounts.
    L3,
    /// Licences of people who have not been active for long.
    L6,
    /// Licences never used.
    L7,
    /// Add-ons a suite contains.
    L10,
    /// Subscriptions that are ending with people on them.
    L20,
}

impl CheckId {
    /// All ids there are, in order.
    pub const ALL: &[Self] = &[Self::L1, Self::L3, Self::L6, Self::L7, Self::L10, Self::L20];
    /// How it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::L1 => "L1",
            Self::L3 => "L3",
            Self::L6 => "L6",
            Self::L7 => "L7",
            Self::L10 => "L10",
            Self::L20 => "L20",
        }
    }
    /// The check of this id.
    pub const fn check(self) -> &'static Check {
        match self {
            Self::L1 => &l1_unassigned_seats::CHECK,
            Self::L3 => &l3_blocked_account::CHECK,
            Self::L6 => &l6_inactive_person::CHECK,
            Self::L7 => &l7_never_used::CHECK,
            Self::L10 => &l10_redundant_add_on::CHECK,
            Self::L20 => &l20_subscription_ending::CHECK,
        }
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Text that is not the id of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a check")]
pub struct UnknownCheck;

impl FromStr for CheckId {
    type Err = UnknownCheck;
    fn from_str(text: &str) -> Result<Self, UnknownCheck> {
        Self::ALL.iter().copied().find(|id| id.as_str() == text).ok_or(UnknownCheck)
    }
}

/// One check.
#[derive(Debug)]
pub struct Check {
    /// Which one.
    pub id: CheckId,
    /// How urgent a finding is, apart from its money.
    pub severity: Severity,
    /// What it says to an owner.
    pub text: Text,
    pub(crate) rule: Rule,
}

/// How urgent a finding is, apart from its money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Money only.
    Low,
    /// Also a risk.
    Medium,
    /// People are about to lose something.
    High,
}

/// What a check says to an owner, in plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Text {
    /// What was looked for.
    pub title: &'static str,
    /// Why it matters.
    pub why_it_matters: &'static str,
    /// What acting on it changes.
    pub what_changes: &'static str,
    /// What people notice.
    pub what_people_notice: &'static str,
    /// How it is undone.
    pub undo: &'static str,
    /// The rule and its sources, for whoever wants to know exactly.
    pub technical_detail: &'static str,
}

/// What a check looks at.
#[derive(Debug)]
pub(crate) enum Rule {
    /// One licence type of the directory.
    Licence(fn(&Context, &LicenceType) -> Option<LicenceVerdict>),
    /// One person.
    Person {
        /// Judges one person.
        judge: fn(&Context, &Candidate<'_>) -> Verdict,
        /// The finding in one sentence, from people and licences.
        headline: fn(u32, u32) -> String,
        /// What is said of people held back.
        held_back: &'static str,
    },
}

/// What a check says of a licence type.
#[derive(Debug, Clone)]
pub(crate) struct LicenceVerdict {
    pub headline: String,
    /// Seats concerned.
    pub seats: u32,
    /// Whether they are seats that could be given back.
    pub saves: bool,
    /// Whether the people who hold it are to be listed.
    pub lists_holders: bool,
    pub evidence: Vec<Evidence>,
    pub remedy: Remedy,
}

/// What a check says of a person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Nothing.
    Clear,
    /// It may be waste in time; not yet.
    HeldBack,
    /// The sources say too little.
    CannotTell(Missing),
    /// These licences are waste.
    Waste(Waste),
}

/// Licences of a person that a check calls waste.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Waste {
    pub certainty: Certainty,
    pub confidence: Confidence,
    pub advice: Advice,
    pub skus: Vec<SkuId>,
    pub evidence: Vec<Evidence>,
    /// Whether it rests on activity: then it is not said before the usage reports are in.
    pub from_activity: bool,
}

/// A person whose licences are judged.
pub(crate) struct Candidate<'a> {
    pub person: &'a Person,
    pub usage: Usage,
    pub disabled_since: Option<Date>,
    pub activity: Activity,
    /// Licences not in error, of licence types the directory has.
    pub held: Vec<(&'a License, &'a LicenceType)>,
}

impl<'a> Candidate<'a> {
    /// Licences that cost money.
    pub fn paid(&self) -> impl Iterator<Item = (&'a License, &'a LicenceType)> {
        self.held.iter().copied().filter(|(_, licence)| licence.is_paid())
    }
    /// Whether the mailbox is known to be no person's own: shared, a room, equipment.
    pub fn is_no_person(&self) -> bool {
        self.person.purpose.is_some_and(|purpose| !purpose.is_person())
    }
    /// Whether there may be a mailbox whose purpose nobody knows.
    pub fn has_unknown_mailbox(&self) -> bool {
        let mail = |licence: &LicenceType| licence.content.features().contains(&Feature::Mail);
        self.person.purpose.is_none() && self.held.iter().any(|(_, licence)| mail(licence))
    }
    /// Days since the account was made; `None` where Graph did not say.
    pub fn age_days(&self, today: Date) -> Option<i64> {
        self.person.created.map(|created| days(created, today))
    }
    /// What was looked at to judge the activity.
    pub fn activity_evidence(&self) -> Vec<Evidence> {
        crate::activity::evidence(self.person.sign_in, self.usage)
    }
    /// Paid licences assigned longer ago than the grace, or at an unknown time.
    pub fn aged(&self, context: &Context) -> impl Iterator<Item = (&'a License, &'a LicenceType)> {
        let (today, grace) = (context.today, i64::from(context.settings.grace_days));
        self.paid().filter(move |(license, _)| license.changed.is_none_or(|changed| days(changed, today) > grace))
    }
    /// Whether the sign-in name reads like one a program uses.
    pub fn reads_as_service(&self) -> bool {
        const WORDS: &[&str] = &[
            "api",
            "backup",
            "bot",
            "connector",
            "noreply",
            "print",
            "printer",
            "scan",
            "scanner",
            "service",
            "smtp",
            "sql",
            "svc",
            "sync",
        ];
        let local = self.person.upn.split('@').next().unwrap_or_default();
        let mut words = local.split(|c: char| !c.is_alphanumeric());
        words.any(|word| WORDS.contains(&word)) || local.contains("no-reply")
    }
}

/// `1 person` or `3 people`.
pub(crate) fn people(count: u32) -> String {
    if count == 1 { "1 person".into() } else { format!("{count} people") }
}

/// `1 licence` or `3 licences`.
pub(crate) fn licences(count: u32) -> String {
    if count == 1 { "1 licence".into() } else { format!("{count} licences") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_in_the_catalogue_once_in_order_under_its_own_id() {
        let listed: Vec<CheckId> = CATALOGUE.iter().map(|check| check.id).collect();
        assert_eq!(listed, CheckId::ALL);
        for &id in CheckId::ALL {
            assert_eq!(id.check().id, id);
            assert_eq!(id.as_str().parse(), Ok(id));
            assert_eq!(serde_json::to_value(id).ok(), Some(id.as_str().into()));
        }
        assert_eq!("L2".parse::<CheckId>(), Err(UnknownCheck));
        assert!(CheckId::L7 < CheckId::L10, "by number, not by letter");
    }

    #[test]
    fn texts_are_complete_and_in_the_house_wording() {
        for check in CATALOGUE {
            let text = check.text;
            let plain = [text.title, text.why_it_matters, text.what_changes, text.what_people_notice, text.undo];
            for part in plain {
                assert!(part.len() > 10, "{}: {part:?} is too short", check.id);
                let lower = format!(" {} ", part.to_lowercase());
                for banned in
                    ["!", " sku", "tenant", "service plan", "remediat", "rollback", "please", "sorry", "stale"]
                {
                    assert!(!lower.contains(banned), "{}: {part:?} says {banned:?}", check.id);
                }
            }
            assert!(text.technical_detail.len() > 40, "{}", check.id);
            assert!(!text.title.ends_with('.'), "{}", check.id);
        }
    }
}
