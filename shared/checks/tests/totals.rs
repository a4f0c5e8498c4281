//! Properties of totals, over made-up directories.

use std::collections::{BTreeMap, BTreeSet};

use checks::{
    Basis, CheckId, Directory, Evaluation, Exception, Exceptions, Mended, Outcome, PriceList, Settings, Sources,
    exceptions::About,
    facts::{
        AssignmentError, License, Load, MailboxPurpose, Missing, Person, Plan, Seats, SignIn, Sku, SkuStatus,
        Subscription, Usage,
    },
    outcome::{Certainty, FindingState},
    settle,
};
use jiff::{Span, Timestamp, civil::Date};
use model::{Currency, ExceptionId, FixId, Money, PersonId, SkuId, UserId};
use proptest::prelude::*;
use uuid::Uuid;

const TODAY: Date = jiff::civil::date(2026, 11, 21);

/// Licence types with plans: a suite, one that contains another, add-ons, one without a price, one free.
const TYPES: &[(&str, &[&str])] = &[
    ("f245ecc8-75af-4f8e-b61f-27d8114de5f3", &[MAIL_1, OFFICE, FILES_1]),
    ("05e9a617-0261-4cee-bb44-138d3ef5d965", &[MAIL_2, OFFICE, FILES_1]),
    ("4b9405b0-7788-4568-add1-99614e613b69", &[MAIL_1]),
    ("19ec0d23-8335-4cbd-94ac-6050e30712fa", &[MAIL_2]),
    ("f8a1db68-be16-40ed-86d5-cb42ce701560", &["70d33638-9c74-4d01-bfd3-562de28bd4ba"]),
    ("00000000-0000-0000-0000-00000000000a", &[MAIL_1]),
    ("f30db892-07e9-47e9-837c-80727f46fd3d", &[]),
    // With Business Standard these cost more than Business Premium.
    ("078d2b04-f1bd-4111-bbd4-b4b1b354cef4", &["41781fb2-bc02-4b7c-bd55-b576c07bb09d"]),
    ("061f9ace-7d42-4136-88ac-31dc755f143f", &["c1ec4a95-1f05-45b3-a911-aa3fa01094f5"]),
];
const MAIL_1: &str = "9aaf7827-d63c-4b61-89c3-182f06f82e5c";
const MAIL_2: &str = "efb87545-963c-4e0d-99df-69c6916d9eb0";
const OFFICE: &str = "094e7854-93fc-4d55-b2c0-3ab5369ebdc1";
const FILES_1: &str = "c7699d2e-19aa-44de-8edf-1736da088ca1";

type Folded = (Person, Usage, Option<Date>);

fn ago(days: i32) -> Date {
    TODAY.checked_sub(Span::new().days(days)).expect("a date")
}

fn day() -> impl Strategy<Value = Date> {
    prop::sample::select(vec![0, 5, 29, 30, 31, 89, 90, 100, 180, 400]).prop_map(ago)
}

fn sign_in() -> impl Strategy<Value = SignIn> {
    let known = (prop::option::of(day()), prop::option::of(day()), prop::option::of(day())).prop_map(
        |(successful, interactive, non_interactive)| SignIn::Known { successful, interactive, non_interactive },
    );
    prop_oneof![1 => Just(SignIn::Unavailable), 4 => known]
}

fn usage() -> impl Strategy<Value = Usage> {
    let known = (prop::option::of(day()), 0..20i32).prop_map(|(last, age)| Usage::Known { last, refreshed: ago(age) });
    let missing = prop::sample::select(vec![Missing::NamesConcealed, Missing::NotCovered]).prop_map(Usage::Unavailable);
    prop_oneof![1 => missing, 4 => known]
}

fn license() -> impl Strategy<Value = License> {
    (0..TYPES.len(), prop::option::of(day()), prop::bool::weighted(0.1), any::<bool>()).prop_map(
        |(kind, changed, in_error, direct)| License {
            sku: TYPES[kind].0.parse().expect("a GUID"),
            disabled_plans: vec![],
            direct,
            groups: vec![],
            error: in_error.then_some(AssignmentError::Other),
            changed,
        },
    )
}

fn folded() -> impl Strategy<Value = Folded> {
    let licenses = prop::collection::vec(license(), 0..7);
    let state = prop_oneof![3 => Just(Some(true)), 3 => Just(Some(false)), 1 => Just(None)];
    let purpose = prop_oneof![
        2 => Just(None),
        4 => Just(Some(MailboxPurpose::User)),
        1 => Just(Some(MailboxPurpose::Shared))
    ];
    let since = prop::option::of(day());
    (licenses, state, purpose, prop::option::of(day()), sign_in(), usage(), since).prop_map(
        |(mut licenses, enabled, purpose, created, sign_in, usage, since)| {
            licenses.sort_by_key(|license| license.sku);
            licenses.dedup_by_key(|license| license.sku);
            let person = Person {
                id: PersonId(Uuid::nil()),
                upn: String::new(),
                name: String::new(),
                enabled,
                guest: false,
                created,
                department: None,
                synced: false,
                purpose,
                licenses,
                failed: vec![],
                sign_in,
            };
            (person, usage, since)
        },
    )
}

/// People with ids of their own.
fn crowd() -> impl Strategy<Value = Vec<Folded>> {
    prop::collection::vec(folded(), 0..25).prop_map(|mut crowd| {
        for (n, (person, ..)) in crowd.iter_mut().enumerate() {
            person.id = PersonId(Uuid::from_u128(n as u128 + 1));
            person.upn = format!("p{n}@contoso.com");
        }
        crowd
    })
}

/// Seats in use of every licence type, as Microsoft says, whoever is in the crowd.
const USED: u32 = 10;

fn directory(seats: u32) -> Directory {
    let sku = |(id, plans): &(&str, &[&str])| Sku {
        id: id.parse().expect("a GUID"),
        part_number: "PART".into(),
        for_users: true,
        status: SkuStatus::Enabled,
        seats: Seats { enabled: seats, ..Seats::default() },
        consumed: USED,
        plans: plans
            .iter()
            .map(|id| Plan { id: id.parse().expect("a GUID"), name: String::new(), for_users: true })
            .collect(),
    };
    let subscription = |(n, (id, _)): (usize, &(&str, &[&str]))| Subscription {
        id: format!("sub-{n}"),
        sku: id.parse().expect("a GUID"),
        // The first is bought by the month.
        created: (n == 0).then(|| "2026-11-01T00:00:00Z".parse().expect("a time")),
        next_lifecycle: (n % 2 == 0).then(|| "2026-12-01T00:00:00Z".parse().expect("a time")),
        trial: false,
        status: SkuStatus::Enabled,
        seats,
        through_partner: false,
    };
    let skus = TYPES.iter().map(sku).collect();
    let mut directory = Directory::bought(skus, Ok(TYPES.iter().enumerate().map(subscription).collect()));
    let load = Load { since: ago(365), days: 365, least: USED - 2, renewed: None };
    directory.loads = [(TYPES[0].0.parse().expect("a GUID"), load)].into();
    directory
}

fn evaluate<'a>(seats: u32, crowd: impl IntoIterator<Item = &'a Folded>, sources: Sources) -> Outcome {
    evaluate_at(PriceList::built_in(Currency::Usd), Exceptions::default(), seats, crowd, sources)
}

fn evaluate_at<'a>(
    prices: PriceList,
    exceptions: Exceptions,
    seats: u32,
    crowd: impl IntoIterator<Item = &'a Folded>,
    sources: Sources,
) -> Outcome {
    let now: Timestamp = "2026-11-21T08:00:00Z".parse().expect("a time");
    let mut evaluation = Evaluation::with_exceptions(directory(seats), Settings::default(), prices, exceptions, now);
    for (person, usage, since) in crowd {
        evaluation.person(person, usage, *since);
    }
    evaluation.finish(&sources)
}

/// Prices of a company's own for some licence types, and none for the rest: pounds have no list.
fn prices() -> impl Strategy<Value = PriceList> {
    let own = prop::collection::vec((0..TYPES.len(), 0i64..5000), 0..6);
    (own, prop::sample::select(vec![Currency::Usd, Currency::Eur, Currency::Gbp])).prop_map(|(own, currency)| {
        own.into_iter().fold(PriceList::built_in(currency), |list, (kind, minor)| {
            let sku = TYPES[kind].0.parse().expect("a GUID");
            list.with_override(sku, Money::new(minor, currency), TODAY).expect("a price")
        })
    })
}

/// Exceptions of checks or findings, of somebody or of everybody, of a licence type or of all, ended or not.
fn exceptions() -> impl Strategy<Value = Exceptions> {
    let subject = prop::option::of(prop::sample::select(vec!["directory", TYPES[0].0]));
    let one = (
        prop::sample::select(CheckId::ALL),
        subject,
        prop::option::of(1u128..25),
        prop::option::of(0..TYPES.len()),
        prop::option::of(prop::sample::select(vec!["2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"])),
    );
    prop::collection::vec(one, 0..8).prop_map(|all| {
        let exception =
            |(n, (check, subject, person, sku, end)): (usize, (CheckId, Option<&str>, _, _, Option<&str>))| Exception {
                id: ExceptionId::from_bits(n as u128 + 1),
                about: match subject {
                    Some(subject) => About::Finding { check, subject: subject.into() },
                    None => About::Check { check },
                },
                person: Option::<u128>::map(person, |n| PersonId(Uuid::from_u128(n))),
                sku: Option::<usize>::map(sku, |kind| TYPES[kind].0.parse().expect("a GUID")),
                reason: "On leave".into(),
                owner: UserId::from_bits(1),
                expires_at: end.map(|end| end.parse().expect("a time")),
            };
        all.into_iter().enumerate().map(exception).collect()
    })
}

/// Certain and likely money of the union of pairs, by an independent rule: a pair is as sure as the first finding that
/// lists it in the order of checks. Exchanges come last: as a whole, if they save, and if the person loses nothing they
/// rest on. A share of the price is of the seats that stay after all that.
fn union(outcome: &Outcome) -> (i64, i64) {
    use CheckId::{L1, L3, L6, L7, L9, L10, L15, L17, L22, L23};
    let prices = PriceList::built_in(Currency::Usd);
    let price = |sku| prices.price(sku).map(|price| price.monthly.amount_minor);
    let of = |check| outcome.findings.iter().filter(move |finding| finding.check == check);
    let mut pairs: BTreeMap<(PersonId, SkuId), Certainty> = BTreeMap::new();
    let mut needed: BTreeSet<(PersonId, SkuId)> = BTreeSet::new();
    for one in [L3, L9, L10, L15, L17, L7, L6].into_iter().flat_map(of).flat_map(|finding| &finding.affected) {
        for license in &one.skus {
            if pairs.contains_key(&(one.person, license.sku)) {
                continue;
            }
            pairs.insert((one.person, license.sku), one.certainty);
            needed.extend(license.within.iter().map(|sku| (one.person, *sku)));
        }
    }
    let (mut certain, mut likely) = (0, 0);
    for ((_, sku), certainty) in &pairs {
        match certainty {
            Certainty::Certain => certain += price(*sku).unwrap_or(0),
            Certainty::Likely => likely += price(*sku).unwrap_or(0),
        }
    }
    let mut exchanged: BTreeSet<(PersonId, SkuId)> = BTreeSet::new();
    for one in of(L23).flat_map(|finding| &finding.affected) {
        let rests = |sku| pairs.contains_key(&(one.person, sku)) || needed.contains(&(one.person, sku));
        if one.skus.iter().all(|license| !rests(license.sku)) {
            let saves: Option<i64> = one.skus.iter().map(|l| Some(price(l.sku)? - l.to.map_or(Some(0), price)?)).sum();
            let saves = saves.unwrap_or(0).max(0);
            likely += saves;
            let counted = one.skus.iter().filter(|_| saves > 0);
            exchanged.extend(counted.map(|license| (one.person, license.sku)));
        }
    }
    for finding in of(L22) {
        let checks::outcome::Subject::Sku { sku, .. } = finding.subject else { panic!("L22 is about a licence type") };
        let gone = pairs.keys().chain(&exchanged).filter(|(_, own)| *own == sku).count();
        let staying = USED.saturating_sub(u32::try_from(gone).expect("few"));
        certain += price(sku).unwrap_or(0) / 5 * i64::from(finding.seats.min(staying));
    }
    for finding in of(L1) {
        let checks::outcome::Subject::Sku { sku, .. } = finding.subject else { panic!("L1 is about a licence type") };
        certain += price(sku).unwrap_or(0) * i64::from(finding.seats);
    }
    (certain, likely)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn totals_are_the_sum_over_the_union_of_pairs_and_seats_nobody_has(crowd in crowd(), seats in 0u32..40) {
        let outcome = evaluate(seats, &crowd, Sources::both(TODAY));
        let (certain, likely) = union(&outcome);
        let totals = &outcome.totals;
        prop_assert_eq!(totals.certain_monthly.amount_minor, certain);
        prop_assert_eq!(totals.likely_monthly.amount_minor, likely);
        prop_assert_eq!(totals.monthly.amount_minor, certain + likely);
        prop_assert_eq!(totals.annual.amount_minor, 12 * (certain + likely));
        let savings = || outcome.findings.iter().filter_map(|finding| finding.saving.as_ref());
        prop_assert_eq!(savings().map(|s| s.monthly.amount_minor).sum::<i64>(), certain + likely);
        prop_assert_eq!(savings().map(|s| s.this_year.amount_minor).sum::<i64>(), totals.this_year.amount_minor);
        prop_assert!(totals.this_year.amount_minor <= totals.annual.amount_minor);
        for saving in savings() {
            prop_assert_eq!(saving.parts.iter().map(|part| part.monthly.amount_minor).sum::<i64>(),
                saving.monthly.amount_minor);
        }
    }

    #[test]
    fn the_order_of_people_does_not_matter(
        (crowd, shuffled) in crowd().prop_flat_map(|crowd| (Just(crowd.clone()), Just(crowd).prop_shuffle()))
    ) {
        prop_assert_eq!(evaluate(20, &crowd, Sources::both(TODAY)), evaluate(20, &shuffled, Sources::both(TODAY)));
    }

    #[test]
    fn provisional_money_only_grows(crowd in crowd(), part in 0usize..25) {
        let pending = Sources::pending();
        let early = evaluate(20, crowd.iter().take(part), pending).totals.monthly.amount_minor;
        let all = evaluate(20, &crowd, pending).totals.monthly.amount_minor;
        let settled = evaluate(20, &crowd, Sources::both(TODAY)).totals.monthly.amount_minor;
        prop_assert!(early <= all && all <= settled);
    }

    #[test]
    fn settling_anew_is_to_the_byte_what_a_scan_would_say(
        crowd in crowd(),
        seats in 0u32..40,
        (old, new) in (prices(), prices()),
        (before, now) in (exceptions(), exceptions()),
    ) {
        let sources = Sources::both(TODAY);
        let scanned = evaluate_at(old, before, seats, &crowd, sources);
        let anew = evaluate_at(new.clone(), now.clone(), seats, &crowd, sources);
        let basis = Basis::of(directory(seats), Settings::default(), &scanned.totals, scanned.not_evaluated);
        // As they are kept: in any order, and through JSON.
        let mut kept = scanned.findings;
        kept.reverse();
        let kept = serde_json::from_slice(&serde_json::to_vec(&kept).expect("JSON")).expect("findings");
        let settled = settle(kept, &basis, &new, &now, &Mended::default(), TODAY);
        prop_assert_eq!(serde_json::to_string(&settled).expect("JSON"), serde_json::to_string(&anew).expect("JSON"));
    }

    #[test]
    fn what_is_accepted_moves_from_the_saving_and_nothing_is_lost_or_told_twice(
        crowd in crowd(),
        seats in 0u32..40,
        exceptions in exceptions(),
    ) {
        let prices = || PriceList::built_in(Currency::Usd);
        let all = evaluate(seats, &crowd, Sources::both(TODAY));
        let some = evaluate_at(prices(), exceptions, seats, &crowd, Sources::both(TODAY));
        let (totals, before) = (&some.totals, &all.totals);
        // A licence that is not taken after all may be exchanged: then there is more to save, not less.
        let exchanges = some.findings.iter().any(|finding| finding.check == CheckId::L23);
        // Nor is a seat that stays after all without its share of the price: that is looked at by itself.
        let share = |outcome: &Outcome| -> i64 {
            let own = outcome.findings.iter().filter(|finding| finding.check == CheckId::L22);
            let told = own.flat_map(|one| [one.saving.as_ref().map(|own| own.monthly), one.accepted_monthly]);
            told.flatten().map(|money| money.amount_minor).sum()
        };
        let after = totals.monthly.amount_minor + totals.accepted_monthly.amount_minor;
        prop_assert!(exchanges || after - share(&some) == before.monthly.amount_minor - share(&all));
        prop_assert!(exchanges || share(&some) >= share(&all));
        for finding in &some.findings {
            let licences = || finding.affected.iter().flat_map(|one| &one.skus);
            match finding.state {
                FindingState::Fixed => prop_assert!(false, "nothing was fixed"),
                FindingState::Open => prop_assert!(licences().all(|license| license.accepted.is_none())),
                FindingState::PartlyAccepted => prop_assert!(licences().any(|license| license.accepted.is_none())),
                FindingState::Accepted => {
                    prop_assert!(licences().all(|license| license.accepted.is_some()));
                    prop_assert_eq!(finding.saving.as_ref().map_or(0, |saving| saving.monthly.amount_minor), 0);
                }
            }
        }
    }

    #[test]
    fn what_is_fixed_counts_no_money_and_counts_again_once_it_is_undone(
        crowd in crowd(),
        seats in 0u32..40,
        exceptions in exceptions(),
        chosen in prop::collection::vec(any::<bool>(), 64),
    ) {
        let prices = PriceList::built_in(Currency::Usd);
        let before = evaluate_at(prices.clone(), exceptions.clone(), seats, &crowd, Sources::both(TODAY));
        let basis = Basis::of(directory(seats), Settings::default(), &before.totals, before.not_evaluated.clone());
        let (mut mended, fix) = (Mended::default(), FixId::from_bits(1));
        let listed = before.findings.iter().flat_map(|finding| &finding.affected);
        let pairs = listed.flat_map(|one| one.skus.iter().map(|license| (one.person, license.sku)));
        let freed: BTreeSet<_> = pairs.zip(chosen.iter().cycle()).filter(|(_, yes)| **yes).map(|(pair, _)| pair).collect();
        freed.iter().for_each(|(person, sku)| mended.free(*person, *sku, fix));
        let after = settle(before.findings.clone(), &basis, &prices, &exceptions, &mended, TODAY);
        let saved = |outcome: &Outcome| -> i64 {
            outcome.findings.iter().filter_map(|found| found.saving.as_ref()).map(|own| own.monthly.amount_minor).sum()
        };
        prop_assert_eq!(saved(&after), after.totals.monthly.amount_minor);
        for finding in &after.findings {
            for one in &finding.affected {
                for license in &one.skus {
                    prop_assert_eq!(license.fixed.is_some(), freed.contains(&(one.person, license.sku)));
                    prop_assert!(license.fixed.is_none() || license.accepted.is_none());
                }
            }
            let mut licences = finding.affected.iter().flat_map(|one| &one.skus);
            if finding.state == FindingState::Fixed {
                prop_assert!(licences.all(|license| license.fixed.is_some() || license.accepted.is_some()));
                prop_assert_eq!(finding.saving.as_ref().map_or(0, |saving| saving.monthly.amount_minor), 0);
            }
        }
        // What is taken from somebody is never worth more than before; an exchange may come in its place.
        let exchanges = after.findings.iter().any(|finding| finding.check == CheckId::L23);
        prop_assert!(exchanges || after.totals.monthly.amount_minor <= before.totals.monthly.amount_minor);
        let undone = settle(after.findings, &basis, &prices, &exceptions, &Mended::default(), TODAY);
        prop_assert_eq!(undone, before);
    }

    #[test]
    fn a_finding_of_people_saves_what_its_licences_count_and_nothing_else(
        crowd in crowd(),
        prices in prices(),
        exceptions in exceptions(),
        chosen in prop::collection::vec(prop::bool::weighted(0.2), 64),
    ) {
        let scanned = evaluate_at(prices.clone(), exceptions.clone(), 20, &crowd, Sources::both(TODAY));
        let basis = Basis::of(directory(20), Settings::default(), &scanned.totals, scanned.not_evaluated.clone());
        let mut mended = Mended::default();
        let listed = scanned.findings.iter().flat_map(|finding| &finding.affected);
        let pairs = listed.flat_map(|one| one.skus.iter().map(|license| (one.person, license.sku)));
        let freed = pairs.zip(chosen.iter().cycle()).filter(|(_, yes)| **yes);
        freed.for_each(|((person, sku), _)| mended.free(person, sku, FixId::from_bits(1)));
        let after = settle(scanned.findings.clone(), &basis, &prices, &exceptions, &mended, TODAY);
        for finding in scanned.findings.iter().chain(&after.findings) {
            let counted = finding.affected.iter().flat_map(|one| &one.skus).filter(|license| license.counts);
            let counted: i64 = counted.filter_map(|license| license.monthly).map(|money| money.amount_minor).sum();
            let saved = finding.saving.as_ref().map_or(0, |saving| saving.monthly.amount_minor);
            // Seats of a licence type are nobody's.
            let of_people = finding.subject == checks::outcome::Subject::Directory;
            prop_assert_eq!(counted, if of_people { saved } else { 0 }, "{}", finding.check);
        }
    }

    #[test]
    fn nobody_is_inactive_without_a_source(crowd in crowd()) {
        let blind: Vec<Folded> = crowd
            .into_iter()
            .map(|(person, _, since)| {
                let person = Person { sign_in: SignIn::Unavailable, ..person };
                (person, Usage::Unavailable(Missing::NamesConcealed), since)
            })
            .collect();
        let sources = Sources { reports: Some(Err(Missing::NamesConcealed)), sign_ins: Err(Missing::Licence) };
        let outcome = evaluate(20, &blind, sources);
        prop_assert!(!outcome.findings.iter().any(|f| matches!(f.check, CheckId::L6 | CheckId::L7)));
        // What is likely then rests on what is assigned.
        let exchanges = outcome.findings.iter().filter(|finding| finding.check == CheckId::L23);
        let exchanged: i64 = exchanges.filter_map(|finding| Some(finding.saving.as_ref()?.monthly.amount_minor)).sum();
        prop_assert_eq!(outcome.totals.likely_monthly.amount_minor, exchanged);
    }

    #[test]
    fn an_outcome_reads_back_from_json(crowd in crowd()) {
        let outcome = evaluate(20, &crowd, Sources::both(TODAY));
        let json = serde_json::to_string(&outcome).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<Outcome>(&json).expect("an outcome"), outcome);
    }
}
