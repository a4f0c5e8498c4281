//! The catalogue: one file a check, with its text for an owner, its rule and its thresholds. A new check is its file, a
//! line in [`catalogue!`] below, and a word in [`COUNTING_ORDER`] where it takes licences from people.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use model::SkuId;
use serde::{Deserialize, Serialize};

use crate::{
    activity::Activity,
    evaluation::{Context, Tally},
    facts::{License, Missing, Person, Usage},
    footprint::{Footprint, Mailbox},
    licence::{LicenceType, days},
    outcome::{Advice, Affected, Certainty, Confidence, Cost, Evidence, Remedy},
    plans::Feature,
};

/// Declares every check once: its id, its file and what it is, in the order of ids.
macro_rules! catalogue {
    ($($id:ident $file:ident $doc:literal;)*) => {
        $(pub mod $file;)*

        /// Which check: stable, and its number in the catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
        pub enum CheckId {
            $(#[doc = $doc] $id,)*
        }

        /// Every check there is, in the order of their ids.
        pub const CATALOGUE: &[&Check] = &[$(&$file::CHECK),*];

        impl CheckId {
            /// All ids there are, in order.
            pub const ALL: &[Self] = &[$(Self::$id),*];
            /// How it is written.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$id => stringify!($id),)*
                }
            }
            /// The check of this id.
            pub const fn check(self) -> &'static Check {
                match self {
                    $(Self::$id => &$file::CHECK,)*
                }
            }
        }
    };
}

mod swap;

catalogue! {
    L1 l1_unassigned_seats "Seats nobody has.";
    L2 l2_over_assigned "More licences assigned than bought.";
    L3 l3_blocked_account "Licences on blocked accounts.";
    L4 l4_shared_mailbox "Licences of shared mailboxes.";
    L5 l5_resource_mailbox "Licences of rooms and equipment.";
    L6 l6_inactive_person "Licences of people who have not been active for long.";
    L7 l7_never_used "Licences never used.";
    L8 l8_oversized_suite "Suites larger than what their people use.";
    L9 l9_duplicate_suite "Suites another suite contains.";
    L10 l10_redundant_add_on "Add-ons a suite contains.";
    L11 l11_direct_and_group "Licences assigned directly and by a group.";
    L12 l12_assignment_error "Licences that could not be assigned.";
    L13 l13_unused_copilot "Copilot nobody asks anything.";
    L14 l14_unused_drawing "Visio and Project never installed.";
    L15 l15_add_on_without_base "Add-ons without the licence they need.";
    L16 l16_silent_phone "Telephone lines nobody calls with.";
    L17 l17_licensed_guest "Licences of guests.";
    L18 l18_administrator "Suites on accounts only to administer with.";
    L19 l19_trial_ending "Trials that end soon with people on them.";
    L20 l20_subscription_ending "Subscriptions that are ending with people on them.";
    L21 l21_renewal_with_spare_seats "Renewals coming up with seats nobody has.";
    L22 l22_monthly_term "Seats paid by the month that are needed all year.";
    L23 l23_consolidation "Licences one larger one would replace for less.";
    L24 l24_enterprise_suite "Enterprise suites where a business suite does.";
    L25 l25_deleted_people "Deleted people who still show licences.";
    L26 l26_mailbox_without_licence "Shared mailboxes people sign in to without a licence.";
    L27 l27_department_costs "What licences cost by department.";
    L28 l28_orphaned_drives "OneDrives nobody is licensed for.";
    L29 l29_business_limit "Close to the limit of a Business plan.";
    L30 l30_retired_product "Products Microsoft has retired.";
}

/// The order in which checks of people count a pair of a person and a licence type: the surest first. A pair two checks
/// list is counted in the first of them; a licence that is exchanged is counted after all that are taken.
pub(crate) const COUNTING_ORDER: &[CheckId] = &[
    CheckId::L3,
    CheckId::L4,
    CheckId::L5,
    CheckId::L9,
    CheckId::L10,
    CheckId::L15,
    CheckId::L17,
    CheckId::L7,
    CheckId::L6,
    CheckId::L13,
    CheckId::L16,
    CheckId::L14,
    CheckId::L30,
    CheckId::L23,
    CheckId::L18,
    CheckId::L24,
    CheckId::L8,
];

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
    /// What its money means.
    pub stake: Stake,
    /// What it says to an owner.
    pub text: Text,
    /// What to do by hand, one step each and in order, where acting on it is guided.
    pub steps: &'static [&'static str],
    pub(crate) rule: Rule,
}

/// What the money of a finding means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Stake {
    /// Acting on it saves the price of what it lists.
    Saving,
    /// Acting on it saves this part of the price of what it lists.
    Share {
        /// Of the price, in percent.
        percent: u8,
    },
    /// It lists what another check counts.
    CountedBy {
        /// The other check.
        check: CheckId,
    },
    /// Not acting on it costs the price of what it lists.
    Cost,
    /// It is not about money.
    Nothing,
}

/// How urgent a finding is, apart from its money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
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

/// What a check looks at. Rules see no prices: money is put on what they conclude afterwards, by [`crate::settle`].
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
        /// What to do; where licences are exchanged rather than taken, the finding says so itself.
        remedy: Remedy,
        /// Whether it looks at when somebody was last active.
        activity: bool,
    },
    /// The directory as a whole, once everybody was seen.
    Directory(fn(&Context, &Tally) -> Option<DirectoryVerdict>),
}

/// What a check says of a licence type.
#[derive(Debug, Clone)]
pub(crate) struct LicenceVerdict {
    pub headline: String,
    /// Seats concerned: those whose money is at stake.
    pub seats: u32,
    /// Whether the people who hold it are to be listed.
    pub lists_holders: bool,
    pub evidence: Vec<Evidence>,
    pub remedy: Remedy,
}

/// What a check says of the directory as a whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct DirectoryVerdict {
    pub headline: String,
    /// Licences concerned.
    pub seats: u32,
    /// People concerned, if it names any.
    pub affected: Vec<Affected>,
    /// What is spent on what.
    pub costs: Vec<Cost>,
    pub evidence: Vec<Evidence>,
}

/// What a check says of a person.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    /// Nothing.
    Clear,
    /// It may be something in time; not yet.
    HeldBack,
    /// The sources say too little.
    CannotTell(Missing),
    /// These licences are concerned.
    Found(Conclusion),
}

/// Licences of a person that a check concludes something about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Conclusion {
    pub certainty: Certainty,
    pub confidence: Confidence,
    pub advice: Advice,
    pub licences: Vec<Claim>,
    pub evidence: Vec<Evidence>,
    /// Whether it rests on activity: then it is not said before the usage reports are in.
    pub from_activity: bool,
}

/// One licence in a conclusion. Those of one conclusion of which one is exchanged are exchanged together, for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The licence type.
    pub sku: SkuId,
    /// What the person gets instead.
    pub to: Option<SkuId>,
    /// Other licences of the person that contain it, and so have to stay.
    pub within: Vec<SkuId>,
}

impl From<SkuId> for Claim {
    /// A licence that is taken, or looked at, for itself.
    fn from(sku: SkuId) -> Self {
        Self { sku, to: None, within: Vec::new() }
    }
}

/// A person whose licences are judged.
pub(crate) struct Candidate<'a> {
    pub person: &'a Person,
    pub usage: Usage,
    pub footprint: Footprint,
    pub disabled_since: Option<Date>,
    pub activity: Activity,
    /// Licences not in error, of licence types the directory has.
    pub held: Vec<(&'a License, &'a LicenceType)>,
    /// Licences in error, of licence types the directory has.
    pub in_error: Vec<(&'a License, &'a LicenceType)>,
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
        self.person.purpose.is_none() && self.held.iter().any(|(_, licence)| licence.content.has(Feature::Mail))
    }
    /// Whether the mailbox is above 50 GB or has an archive: turned into a shared one it would still need a licence.
    pub fn has_large_mailbox(&self) -> bool {
        self.footprint.mailbox.as_ref().is_ok_and(Mailbox::needs_licence)
    }
    /// Whether somebody works with the account, as far as the directory says.
    pub fn is_at_work(&self) -> bool {
        self.person.enabled != Some(false) && !self.person.guest && !self.is_no_person()
    }
    /// Paid licences held for longer than `days`, or since an unknown time.
    pub fn held_for(&self, days_at_least: i64, today: Date) -> impl Iterator<Item = (&'a License, &'a LicenceType)> {
        self.paid()
            .filter(move |(license, _)| license.changed.is_none_or(|changed| days(changed, today) > days_at_least))
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
        assert_eq!("L0".parse::<CheckId>(), Err(UnknownCheck));
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
            for step in check.steps {
                assert!(step.ends_with('.') && !step.contains('!'), "{}: {step:?}", check.id);
            }
            let guided = matches!(check.rule, Rule::Person { remedy: Remedy::Guided, .. } | Rule::Directory(_));
            assert!(!guided || !check.steps.is_empty(), "{} guides without steps", check.id);
        }
    }

    #[test]
    fn the_counting_order_names_every_check_that_takes_licences_from_people_once() {
        let takes = |check: &&&Check| {
            matches!(check.rule, Rule::Person { .. }) && matches!(check.stake, Stake::Saving | Stake::Share { .. })
        };
        let mut takes: Vec<CheckId> = CATALOGUE.iter().filter(takes).map(|check| check.id).collect();
        let mut named = COUNTING_ORDER.to_vec();
        takes.sort();
        named.sort();
        assert_eq!(named, takes);
    }
}
