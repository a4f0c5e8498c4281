//! What checks found, and the one item that serves the first screen.

use checks::{
    CheckId, Finding, Settings, Totals,
    outcome::{NotEvaluated, Remedy, UndoClass},
    products::product_name,
};
use jiff::{SignedDuration, Timestamp};
use model::{FindingId, Money};
use serde::{Deserialize, Serialize};

use super::{Course, Ours, TenantRecord};
use crate::key::Collection;

/// A finding without its people, who are in [`AffectedPart`]s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredFinding {
    /// Which; the same over scans.
    pub finding: FindingId,
    /// What the check found; `affected` is empty here. Deflated: most of it is words, and findings are read many at a
    /// time.
    #[serde(with = "crate::packed::field")]
    pub found: Finding,
    /// How many people it affects.
    pub people: u32,
    /// When it was first found.
    pub first_found: Timestamp,
    /// Hash of the people in it, so that their parts are rewritten only when they changed.
    pub affected_hash: u64,
    /// Until when somebody does not want to see it.
    #[serde(default)]
    pub snoozed_until: Option<Timestamp>,
}

impl Ours for StoredFinding {}
impl TenantRecord for StoredFinding {
    const KIND: &'static str = "finding";
    const COLLECTION: Collection = Collection::Findings;
    const PREFIX: &'static str = "FINDING#";
    type Id = FindingId;
    fn id(&self) -> FindingId {
        self.finding
    }
    fn sort_key(id: &FindingId) -> String {
        format!("FINDING#{id}")
    }
}

/// What a finding said last, of one that no check finds any more: links to it are in mails and in people's heads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoneFinding {
    /// Which. It may be found again.
    pub finding: FindingId,
    /// The finding in one sentence.
    pub headline: String,
    /// When it was first found.
    pub first_found: Timestamp,
    /// When it was found no more.
    pub at: Timestamp,
}

impl GoneFinding {
    /// How long it is told.
    const KEPT: SignedDuration = SignedDuration::from_hours(24 * 365);
}

impl Ours for GoneFinding {}
impl TenantRecord for GoneFinding {
    const KIND: &'static str = "gone finding";
    const COLLECTION: Collection = Collection::Findings;
    const PREFIX: &'static str = "GONE#";
    type Id = FindingId;
    fn id(&self) -> FindingId {
        self.finding
    }
    fn sort_key(id: &FindingId) -> String {
        format!("GONE#{id}")
    }
    fn expires(&self) -> Option<Timestamp> {
        self.at.checked_add(Self::KEPT).ok()
    }
}

/// Some of the people a finding affects, deflated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AffectedPart {
    /// Of which finding.
    pub finding: FindingId,
    /// Which part, from 0.
    pub part: u16,
    /// Deflated JSON of `Vec<checks::Affected>`.
    #[serde(with = "serde_bytes")]
    pub people: Vec<u8>,
}

impl Ours for AffectedPart {}
impl TenantRecord for AffectedPart {
    const KIND: &'static str = "affected";
    const COLLECTION: Collection = Collection::Findings;
    const PREFIX: &'static str = "AFFECTED#";
    type Id = (FindingId, u16);
    fn id(&self) -> Self::Id {
        (self.finding, self.part)
    }
    fn sort_key((finding, part): &Self::Id) -> String {
        format!("AFFECTED#{finding}#{part:05}")
    }
}

/// One thing to do next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopAction {
    /// The finding.
    pub finding: FindingId,
    /// Its check.
    pub check: CheckId,
    /// The finding in one sentence.
    pub headline: String,
    /// How many people or seats.
    pub count: u32,
    /// Saving a month where there is a price.
    pub monthly: Option<Money>,
    /// When that saving can be had.
    pub realisable_on: Option<jiff::civil::Date>,
    /// Who acts, and how; from before it was kept, by hand.
    #[serde(default = "guided")]
    pub remedy: Remedy,
    /// Whether acting on it can be undone.
    #[serde(default = "no")]
    pub undo: UndoClass,
}

const fn guided() -> Remedy {
    Remedy::Guided
}

const fn no() -> UndoClass {
    UndoClass::No
}

/// The first screen in one item of at most 4 KB: what is long in it is kept deflated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// When the numbers last changed. When they were last confirmed is told by the newest finished scan.
    pub changed_at: Timestamp,
    /// The directory's name; hostile text.
    pub directory: String,
    /// The numbers; of licence types without a price at most [`Self::UNPRICED`], and without the names of products,
    /// which follow from their ids.
    #[serde(with = "crate::packed::field")]
    pub totals: Totals,
    /// The three things to do next.
    pub top: Vec<TopAction>,
    /// Findings open.
    pub findings: u32,
    /// Findings accepted as they are, beside those.
    #[serde(default)]
    pub accepted: u32,
    /// What could not be evaluated, and why.
    #[serde(with = "crate::packed::field")]
    pub not_evaluated: Vec<NotEvaluated>,
    /// How the potential saving came to be what it is.
    #[serde(default, with = "crate::packed::field")]
    pub course: Course,
}

impl Summary {
    /// Most licence types without a price in the item: those with the most seats. The rest is counted.
    pub const UNPRICED: usize = 30;
    /// Longest part number of those, in characters: Microsoft's longest have about 50.
    const PART_NUMBER: usize = 60;
    /// Most of a directory's name: characters, and bytes.
    const NAME: (usize, usize) = (200, 300);

    /// A directory's name, as much of it as there is room for.
    pub(crate) fn name(name: &str) -> String {
        let (characters, bytes) = Self::NAME;
        let mut room = bytes;
        let fits = |character: &char| {
            let left = room.checked_sub(character.len_utf8());
            room = left.unwrap_or(0);
            left.is_some()
        };
        name.chars().take(characters).take_while(fits).collect()
    }

    /// Totals as they are kept.
    pub(crate) fn kept(totals: &Totals) -> Totals {
        let mut totals = totals.clone();
        let missing = &mut totals.price_missing_skus;
        let more = missing.len().saturating_sub(Self::UNPRICED);
        if more > 0 {
            missing.sort_by_key(|one| (std::cmp::Reverse(one.seats), one.sku));
            missing.truncate(Self::UNPRICED);
        }
        for one in missing {
            one.product = None;
            one.part_number = one.part_number.chars().take(Self::PART_NUMBER).collect();
        }
        totals.price_missing_more = u32::try_from(more).unwrap_or(u32::MAX);
        totals
    }

    /// Totals as they are told.
    pub fn told(&self) -> Totals {
        let mut totals = self.totals.clone();
        for one in &mut totals.price_missing_skus {
            one.product = product_name(one.sku).map(str::to_owned);
        }
        totals
    }
}

impl Ours for Summary {}
impl TenantRecord for Summary {
    const KIND: &'static str = "summary";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "SCAN#~SUMMARY";
    type Id = ();
    fn id(&self) {}
    // Behind every scan in the order of sort keys, so that one backward query brings it and the newest scan.
    fn sort_key((): &()) -> String {
        "SCAN#~SUMMARY".into()
    }
}

/// Licence types of the directory, as of a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Licenses {
    /// Deflated JSON of what Graph said: `Vec<checks::facts::Sku>` and `Vec<checks::facts::Subscription>`.
    #[serde(with = "serde_bytes")]
    pub body: Vec<u8>,
    /// The settings the scan ran with; ours where it says none.
    #[serde(default)]
    pub settings: Settings,
}

impl Ours for Licenses {}
impl TenantRecord for Licenses {
    const KIND: &'static str = "licenses";
    const COLLECTION: Collection = Collection::Root;
    const PREFIX: &'static str = "LICENSES";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        "LICENSES".into()
    }
}

/// Whose turn it is to write findings: each taking of it moves its version, and whoever had it before finds at the next
/// write that it is no longer theirs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Turn {}

impl Ours for Turn {}
impl TenantRecord for Turn {
    const KIND: &'static str = "turn";
    const COLLECTION: Collection = Collection::Findings;
    const PREFIX: &'static str = "TURN";
    type Id = ();
    fn id(&self) {}
    fn sort_key((): &()) -> String {
        Self::PREFIX.into()
    }
}

#[cfg(test)]
mod tests {
    use checks::{
        PricesUsed, WhosePrices,
        facts::Missing,
        outcome::{Extent, PriceMissing},
    };
    use jiff::civil::date;
    use model::{Currency, SkuId};
    use serde_json::json;

    use super::*;
    use crate::{
        Turning,
        commit::item_of,
        db::decode,
        records::sized::{bytes, size},
    };

    /// A number whose bits look like chance.
    fn mixed(n: u64) -> u64 {
        n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(31).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    }

    fn money(n: u64) -> Money {
        Money::new(i64::try_from(mixed(n) % 100_000_000).expect("a number"), Currency::Usd)
    }

    fn count(n: u64) -> u32 {
        u32::try_from(mixed(n) % 100_000).expect("a number")
    }

    fn totals(unpriced: u64) -> Totals {
        let missing = |n: u64| {
            let id = format!("{:016x}{:016x}", mixed(n), mixed(n + 1000));
            let id = format!("{}-{}-{}-{}-{}", &id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]);
            let sku: SkuId = id.parse().expect("a GUID");
            let part_number = format!("MICROSOFT_PRODUCT_{:x}", mixed(n + 2000));
            PriceMissing { sku, part_number, product: None, seats: count(n) }
        };
        Totals {
            monthly: money(1),
            certain_monthly: money(2),
            likely_monthly: money(3),
            annual: money(4),
            this_year: money(5),
            accepted_monthly: money(6),
            cost_monthly: money(7),
            realisable_on: Some(date(2026, 12, 1)),
            people: 123_456,
            licensed_people: 123_455,
            excluded_people: 1_234,
            paid_seats_bought: 234_567,
            assigned: 223_456,
            spend_monthly: money(8),
            price_basis: Some(PricesUsed {
                whose: WhosePrices::Mixed,
                source: Some("Microsoft 365 packaging and pricing update of 1 July 2026, read second-hand; ".repeat(2)),
                as_of: date(2026, 7, 1),
                currency: Currency::Usd,
                excludes_tax: true,
            }),
            price_missing_skus: (0..unpriced).map(missing).collect(),
            price_missing_more: 0,
        }
    }

    fn worst(unpriced: u64, name: &str) -> Summary {
        let not = |(check, n): (&CheckId, u64)| NotEvaluated {
            check: *check,
            reason: Missing::NamesConcealed,
            extent: Extent::Part,
            people: count(n),
            detail: format!(
                "Nothing can be said about {} people: Microsoft's usage reports hide names, and sign-in dates need \
                 Microsoft Entra ID P1.",
                count(n)
            ),
        };
        let day = |n: i8| Turning {
            day: date(2026, 11, 9 + n),
            minor: money(n.unsigned_abs().into()).amount_minor,
            findings: 20 + u32::from(n.unsigned_abs()),
            unassigned: count(n.unsigned_abs().into()),
        };
        let action = |n: u128| TopAction {
            finding: FindingId::from_bits(u128::MAX / n),
            check: CheckId::L24,
            headline: "12345 people have a licence of an enterprise suite and use nothing that Microsoft 365 Business \
                       Premium does not have"
                .into(),
            count: 12_345,
            monthly: Some(money(9)),
            realisable_on: Some(date(2026, 12, 1)),
            remedy: Remedy::ReduceAtMicrosoft,
            undo: UndoClass::Until { days: 25 },
        };
        Summary {
            changed_at: "2026-11-21T08:00:00.123456789Z".parse().expect("a time"),
            directory: Summary::name(name),
            totals: Summary::kept(&totals(unpriced)),
            top: (1..=3).map(action).collect(),
            findings: 30,
            accepted: 12,
            not_evaluated: CheckId::ALL.iter().zip(0..).map(not).collect(),
            course: Course((1..=12).map(day).collect()),
        }
    }

    #[test]
    fn the_first_screen_at_its_worst_fits_into_one_read_unit_and_reads_back() {
        let wide = "\u{1f600}".repeat(200);
        for (unpriced, name) in [(0, "Northwind"), (30, &*"n".repeat(200)), (300, &*"n".repeat(200)), (30, &*wide)] {
            let summary = worst(unpriced, name);
            let bytes = bytes(&summary);
            assert!(bytes <= 4096, "{bytes} bytes with {unpriced}");
            let item = item_of(&summary, 1).expect("an item");
            assert_eq!(decode::<Summary>(Summary::KIND, item).expect("a summary"), summary);
        }
    }

    #[test]
    fn licence_types_without_a_price_are_listed_up_to_a_number_and_the_rest_is_counted() {
        let few = Summary::kept(&totals(3));
        assert_eq!((few.price_missing_skus.len(), few.price_missing_more), (3, 0));
        let many = Summary::kept(&totals(42));
        assert_eq!((many.price_missing_skus.len(), many.price_missing_more), (30, 12));
        assert!(many.price_missing_skus.is_sorted_by_key(|one| std::cmp::Reverse(one.seats)));
        let mut known = worst(0, "Northwind");
        let sku: SkuId = "f245ecc8-75af-4f8e-b61f-27d8114de5f3".parse().expect("a GUID");
        known.totals.price_missing_skus =
            vec![PriceMissing { sku, part_number: "O365_BUSINESS_PREMIUM".into(), product: None, seats: 1 }];
        assert!(known.told().price_missing_skus[0].product.is_some(), "its name follows from its id");
    }

    #[test]
    fn a_summary_from_before_it_was_deflated_is_read() {
        let summary = worst(2, "Northwind");
        let mut item = item_of(&summary, 1).expect("an item");
        item.insert("totals".into(), serde_dynamo::to_attribute_value(&summary.totals).expect("a value"));
        let plain = serde_dynamo::to_attribute_value(&summary.not_evaluated).expect("a value");
        item.insert("not_evaluated".into(), plain);
        item.insert("course".into(), serde_dynamo::to_attribute_value(&summary.course).expect("a value"));
        assert_eq!(decode::<Summary>(Summary::KIND, item).expect("a summary"), summary);
    }

    /// A finding of people, with the words that come with one.
    fn finding() -> StoredFinding {
        let words = |n: u64| format!("Number {n} of what is looked at before anybody changes a thing, in plain words");
        let evidence = |n: u64| {
            let value = format!("{} of {}", count(n), count(n + 1));
            json!({ "what": words(n), "value": value, "source": "Microsoft directory", "as_of": "2026-11-21" })
        };
        let guard = |n: u64| json!({ "id": format!("G{n}"), "text": words(n).repeat(2), "people": n, "lost": [] });
        let found = json!({
            "check": "L6",
            "subject": { "type": "directory" },
            "headline": "12 people have not been active for 90 days and have 14 licences",
            "certainty": "likely",
            "confidence": "medium",
            "state": "open",
            "price_missing": [],
            "seats": 14,
            "affected": [],
            "evidence": (1..=4).map(evidence).collect::<Vec<_>>(),
            "prices": (5..=8).map(evidence).collect::<Vec<_>>(),
            "guards": (1..=7).map(guard).collect::<Vec<_>>(),
            "remedy": "remove_licences",
            "undo": { "type": "until", "days": 25 },
        });
        StoredFinding {
            finding: FindingId::from_bits(7),
            found: serde_json::from_value(found).expect("a finding"),
            people: 12,
            first_found: "2026-11-21T08:00:00Z".parse().expect("a time"),
            affected_hash: mixed(1),
            snoozed_until: None,
        }
    }

    #[test]
    fn a_finding_takes_a_third_of_its_room_and_one_from_before_is_read() {
        let stored = finding();
        let mut item = item_of(&stored, 1).expect("an item");
        assert_eq!(decode::<StoredFinding>(StoredFinding::KIND, item.clone()).expect("a finding"), stored);
        let plain = serde_dynamo::to_attribute_value(&stored.found).expect("a value");
        let (small, large) = (size(&item["found"]), size(&plain));
        assert!(small * 3 <= large, "{small} of {large} bytes");
        item.insert("found".into(), plain);
        assert_eq!(decode::<StoredFinding>(StoredFinding::KIND, item).expect("a finding"), stored);
    }
}
