//! The engine: takes the directory, then one person at a time, and gives an [`Outcome`] as often as it is asked. It
//! keeps only the people something was found about.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{Timestamp, civil::Date};
use model::{PersonId, SkuId, utc_date};

use crate::{
    activity::{REPORTS, activity},
    catalogue::{CATALOGUE, Candidate, Check, CheckId, DirectoryVerdict, LicenceVerdict, Rule, Verdict},
    exceptions::Exceptions,
    facts::{DeletedPerson, License, Load, Missing, Person, Sku, Subscription, Usage},
    footprint::{Footprint, OrphanedDrives},
    found::{Case, Found},
    guards,
    licence::{LicenceType, licence_types},
    mended::Mended,
    notes::{not_evaluated, why_no_reports},
    outcome::{Affected, Evidence, Finding, GuardId, Outcome, Remedy, Subject, UndoClass},
    plans::{Content, Feature},
    prices::{PriceList, Term},
    settings::Settings,
    settle::Book,
    targets,
};

/// Days within which a removed licence with a mailbox can be given back with the mailbox: Microsoft keeps it for about
/// 30.
const MAILBOX_UNDO_DAYS: u16 = 25;

/// What a directory owns.
#[derive(Debug, Clone, PartialEq)]
pub struct Directory {
    /// Its licence types.
    pub skus: Vec<Sku>,
    /// Its subscriptions, or why they are not known.
    pub subscriptions: Result<Vec<Subscription>, Missing>,
    /// People deleted not long ago, or why they are not known.
    pub deleted: Result<Vec<DeletedPerson>, Missing>,
    /// People with a privileged role, or why they are not known.
    pub administrators: Result<BTreeSet<PersonId>, Missing>,
    /// OneDrives whose owner has no licence, or why they are not known.
    pub orphaned_drives: Result<OrphanedDrives, Missing>,
    /// What our own snapshots say of the past year, by licence type.
    pub loads: BTreeMap<SkuId, Load>,
}

impl Directory {
    /// What was bought; the rest was not asked for.
    pub const fn bought(skus: Vec<Sku>, subscriptions: Result<Vec<Subscription>, Missing>) -> Self {
        Self {
            skus,
            subscriptions,
            deleted: Err(Missing::NotCovered),
            administrators: Err(Missing::NotCovered),
            orphaned_drives: Err(Missing::NotCovered),
            loads: BTreeMap::new(),
        }
    }
}

/// What is known of the sources of activity when an outcome is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sources {
    /// The usage reports: the day they were made, or why there are none. `None` while they are still being fetched:
    /// then nothing is concluded from activity.
    pub reports: Option<Result<Date, Missing>>,
    /// Whether the directory gives sign-in dates.
    pub sign_ins: Result<(), Missing>,
}

impl Sources {
    /// Both are there; the reports were made on `refreshed`.
    pub const fn both(refreshed: Date) -> Self {
        Self { reports: Some(Ok(refreshed)), sign_ins: Ok(()) }
    }
    /// The reports are still being fetched.
    pub const fn pending() -> Self {
        Self { reports: None, sign_ins: Ok(()) }
    }
}

/// What rules may look at beside their subject. There are no prices in it.
#[derive(Debug)]
pub(crate) struct Context {
    pub today: Date,
    /// What was bought.
    pub directory: Directory,
    pub settings: Settings,
    pub licences: BTreeMap<SkuId, LicenceType>,
    /// How licence types are bought, where the company says so.
    pub terms: BTreeMap<SkuId, Term>,
}

impl Context {
    /// What is in a licence type: as the directory has it, or as Microsoft's table has it where it owns none.
    pub fn content(&self, sku: SkuId) -> Option<Cow<'_, Content>> {
        let own = self.licences.get(&sku).map(|licence| Cow::Borrowed(&licence.rights));
        own.or_else(|| Some(Cow::Owned(targets::content(sku)?.without_empty_rights(sku))))
    }
}

/// What is counted over everybody, for checks of the directory as a whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// Licences of paid licence types, and the people who have them, by department; `None`: of people without one.
    pub departments: BTreeMap<Option<String>, Department>,
}

/// One department's people and licences.
#[derive(Debug, Clone, Default)]
pub(crate) struct Department {
    /// People with a paid licence.
    pub people: u32,
    /// Their licences of paid licence types.
    pub seats: BTreeMap<SkuId, u32>,
}

impl Tally {
    fn add(&mut self, person: &Person, held: &[(&License, &LicenceType)]) {
        if !self.departments.contains_key(&person.department) {
            self.departments.insert(person.department.clone(), Department::default());
        }
        let Some(department) = self.departments.get_mut(&person.department) else { return };
        department.people = department.people.saturating_add(1);
        for (license, _) in held.iter().filter(|(_, licence)| licence.is_paid()) {
            *department.seats.entry(license.sku).or_default() += 1;
        }
    }
}

#[derive(Debug)]
struct Shared {
    context: Context,
    prices: PriceList,
    exceptions: Exceptions,
    /// Verdicts on licence types: they follow from the directory alone.
    verdicts: Vec<(CheckId, SkuId, LicenceVerdict)>,
}

/// A running evaluation of one directory. A clone goes its own way from there.
#[derive(Debug, Clone)]
pub struct Evaluation {
    shared: Arc<Shared>,
    cases: BTreeMap<PersonId, Case>,
    tally: Tally,
    people: u32,
    licensed: u32,
    excluded: u32,
    held_back: BTreeMap<CheckId, u32>,
    cannot_tell: BTreeMap<CheckId, BTreeMap<Missing, u32>>,
}

impl Evaluation {
    /// Starts on a directory. `prices` gives the currency of every amount; `now` is the time of the scan.
    pub fn new(directory: Directory, settings: Settings, prices: PriceList, now: Timestamp) -> Self {
        Self::with_exceptions(directory, settings, prices, Exceptions::default(), now)
    }

    /// Starts on a directory of a company that accepts some things as they are.
    pub fn with_exceptions(
        directory: Directory,
        settings: Settings,
        prices: PriceList,
        exceptions: Exceptions,
        now: Timestamp,
    ) -> Self {
        let today = utc_date(now);
        let licences = licence_types(&directory, &settings, today);
        let terms = licences.keys().filter_map(|sku| Some((*sku, prices.term(*sku)?))).collect();
        let context = Context { today, directory, settings, licences, terms };
        let mut verdicts = Vec::new();
        for check in CATALOGUE {
            if let Rule::Licence(judge) = check.rule {
                let of = |(sku, licence): (&SkuId, &LicenceType)| Some((check.id, *sku, judge(&context, licence)?));
                verdicts.extend(context.licences.iter().filter_map(of));
            }
        }
        Self {
            shared: Arc::new(Shared { context, prices, exceptions, verdicts }),
            cases: BTreeMap::new(),
            tally: Tally::default(),
            people: 0,
            licensed: 0,
            excluded: 0,
            held_back: BTreeMap::new(),
            cannot_tell: BTreeMap::new(),
        }
    }

    /// Folds one person in; each person once, in any order.
    ///
    /// `usage` is judged now: a person folded in before the usage reports are there is judged without them, so fold
    /// again from the start once they are. `disabled_since` is the day of the first scan that saw the account blocked,
    /// if it has been blocked in every scan since.
    pub fn person(&mut self, person: &Person, usage: &Usage, disabled_since: Option<Date>) {
        self.person_with(person, usage, &Footprint::unavailable(Missing::Error), disabled_since);
    }

    /// The same, with what each usage report says of the person.
    pub fn person_with(&mut self, person: &Person, usage: &Usage, footprint: &Footprint, disabled_since: Option<Date>) {
        self.people = self.people.saturating_add(1);
        let shared = Arc::clone(&self.shared);
        let context = &shared.context;
        let all = person.licenses.iter().filter_map(|l| Some((l, context.licences.get(&l.sku)?)));
        let (in_error, held): (Vec<_>, Vec<_>) = all.partition(|(license, _)| license.in_error());
        let licensed = held.iter().any(|(_, licence)| licence.is_paid());
        if licensed {
            self.licensed = self.licensed.saturating_add(1);
            self.tally.add(person, &held);
        }
        let mut found: Vec<Found> = Vec::new();
        for (check, sku, _) in shared.verdicts.iter().filter(|(.., verdict)| verdict.lists_holders) {
            let held = person.licenses.iter().find(|license| license.sku == *sku);
            found.extend(held.map(|license| Found::holder(*check, license)));
        }
        let device = held.iter().any(|(_, licence)| licence.is_device());
        // Directory synchronisation makes its accounts under this name.
        let sync = person.upn.starts_with("sync_");
        if device || sync || context.settings.exclusions.contains(person.id) {
            self.excluded = self.excluded.saturating_add(1);
        } else {
            let activity = activity(person.sign_in, *usage, context.today);
            let (usage, footprint) = (*usage, *footprint);
            let candidate = Candidate { person, usage, footprint, disabled_since, activity, held, in_error };
            self.judge(context, &candidate, &mut found);
        }
        if !found.is_empty() {
            self.cases.insert(person.id, Case::new(person, found));
        }
    }

    fn judge(&mut self, context: &Context, candidate: &Candidate<'_>, found: &mut Vec<Found>) {
        for check in CATALOGUE {
            let Rule::Person { judge, .. } = check.rule else { continue };
            match judge(context, candidate) {
                Verdict::Clear => {}
                Verdict::HeldBack => *self.held_back.entry(check.id).or_default() += 1,
                Verdict::CannotTell(missing) => {
                    *self.cannot_tell.entry(check.id).or_default().entry(missing).or_default() += 1;
                }
                Verdict::Found(conclusion) => {
                    found.push(Found::concluded(check.id, conclusion, candidate, context));
                }
            }
        }
    }

    /// The outcome of what was folded in so far. With reports still pending nothing is concluded from activity, so that
    /// provisional numbers only ever grow.
    pub fn finish(&self, sources: &Sources) -> Outcome {
        let Shared { context, prices, exceptions, .. } = &*self.shared;
        let mut findings = self.licence_findings();
        findings.extend(CATALOGUE.iter().filter_map(|check| self.people_finding(check, sources)));
        findings.extend(CATALOGUE.iter().filter_map(|check| self.directory_finding(check)));
        let not_evaluated = not_evaluated(context, sources, &self.cannot_tell, &findings);
        let mut book = Book::new(&context.licences, prices, context.today);
        // Whatever fixes have done before a scan, it sees for itself.
        let findings = book.settle(findings, exceptions, &Mended::default());
        Outcome { totals: book.totals(self.people, self.licensed, self.excluded), findings, not_evaluated }
    }

    /// Findings about licence types.
    fn licence_findings(&self) -> Vec<Finding> {
        let finding = |(check, sku, verdict): &(CheckId, SkuId, LicenceVerdict)| {
            let licence = &self.shared.context.licences[sku];
            let holders = self.cases.iter().flat_map(|(id, case)| {
                let of = |found: &&Found| found.check == *check && found.skus[0].sku == *sku;
                case.found.iter().filter(of).map(|found| found.affected(*id, case))
            });
            let subject = Subject::Sku {
                sku: *sku,
                part_number: licence.sku.part_number.clone(),
                product: licence.product.map(|product| product.name.into()),
            };
            Finding {
                headline: verdict.headline.clone(),
                seats: verdict.seats,
                affected: holders.collect(),
                evidence: verdict.evidence.clone(),
                ..Finding::new(*check, subject, verdict.remedy)
            }
        };
        self.shared.verdicts.iter().map(finding).collect()
    }

    /// The finding of a check of people, if it found any.
    fn people_finding(&self, check: &Check, sources: &Sources) -> Option<Finding> {
        let Rule::Person { headline, remedy, .. } = check.rule else { return None };
        let settled = sources.reports.is_some();
        let mut affected: Vec<Affected> = Vec::new();
        let mut guarded: BTreeMap<GuardId, u32> = BTreeMap::new();
        let mut lost = BTreeSet::new();
        for (person, case) in &self.cases {
            let said = |found: &&Found| found.check == check.id && found.counts(settled);
            let Some(found) = case.found.iter().find(said) else { continue };
            found.guards.iter().for_each(|guard| *guarded.entry(*guard).or_default() += 1);
            lost.extend(found.lost.iter().copied());
            affected.push(found.affected(*person, case));
        }
        let count = u32::try_from(affected.len()).unwrap_or(u32::MAX);
        let seats = affected.iter().map(|one| one.skus.len()).sum::<usize>();
        let seats = u32::try_from(seats).unwrap_or(u32::MAX);
        let remedy = if affected.iter().any(Affected::is_swap) { Remedy::SwapLicences } else { remedy };
        let context = &self.shared.context;
        let (undo, guards) = match remedy {
            Remedy::RemoveLicences | Remedy::SwapLicences => {
                let mail = lost.contains(&Feature::Mail);
                let undo = if mail { UndoClass::Until { days: MAILBOX_UNDO_DAYS } } else { UndoClass::Reversible };
                (undo, guards::guards(count, self.licensed, context, &guarded, lost))
            }
            Remedy::RemoveDirect => (UndoClass::Reversible, vec![guards::fresh(count, context)]),
            Remedy::Reprocess => (UndoClass::No, vec![guards::fresh(count, context)]),
            _ => (UndoClass::No, vec![]),
        };
        Some(Finding {
            headline: headline(count, seats),
            certainty: affected.iter().map(|one| one.certainty).min()?,
            confidence: affected.iter().map(|one| one.confidence).min()?,
            seats,
            evidence: self.people_evidence(check, sources),
            guards,
            affected,
            undo,
            ..Finding::new(check.id, Subject::Directory, remedy)
        })
    }

    /// The finding of a check of the directory as a whole, if there is one.
    fn directory_finding(&self, check: &Check) -> Option<Finding> {
        let Rule::Directory(judge) = check.rule else { return None };
        let DirectoryVerdict { headline, seats, affected, costs, evidence } = judge(&self.shared.context, &self.tally)?;
        let subject = Subject::Directory;
        Some(Finding { headline, seats, affected, costs, evidence, ..Finding::new(check.id, subject, Remedy::Guided) })
    }

    fn people_evidence(&self, check: &Check, sources: &Sources) -> Vec<Evidence> {
        let Rule::Person { held_back, activity, .. } = check.rule else { return Vec::new() };
        let today = Some(self.shared.context.today);
        let mut evidence = vec![Evidence::new("People looked at", self.people, "Microsoft directory", today)];
        match sources.reports.filter(|_| activity) {
            Some(Ok(refreshed)) => evidence.push(Evidence::new("Usage reports", "read", REPORTS, Some(refreshed))),
            Some(Err(missing)) => {
                evidence.push(Evidence::new("Usage reports", why_no_reports(missing), REPORTS, None));
            }
            None => {}
        }
        if let Some(count) = self.held_back.get(&check.id) {
            evidence.push(Evidence::new(held_back, count, "Steward", today));
        }
        if self.excluded > 0 {
            let what = "Your settings and kinds of account";
            evidence.push(Evidence::new("Accounts left out", self.excluded, what, None));
        }
        evidence
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::testing::*;

    #[test]
    fn a_pair_is_counted_once_in_the_surest_check_and_listed_in_the_other() {
        let sign_in = signed_in(200);
        let both = Person { sign_in, ..person(1, &[STANDARD, EXCHANGE_1]) };
        let outcome = evaluate(full(), &[(both, idle_report(), None)]);
        let l10 = outcome.of(CheckId::L10).expect("L10");
        let l6 = outcome.of(CheckId::L6).expect("L6");
        let money = |finding: &Finding| finding.saving.as_ref().map(|saving| saving.monthly.amount_minor);
        assert_eq!((money(l10), money(l6)), (Some(400), Some(1400)));
        assert_eq!(l6.seats, 2);
        let listed = l6.affected[0].skus.iter().find(|l| l.sku == sku_id(EXCHANGE_1)).expect("listed");
        assert_eq!(listed.counted_in, Some(CheckId::L10));
        let totals = &outcome.totals;
        let minor =
            [totals.monthly, totals.certain_monthly, totals.likely_monthly, totals.annual].map(|m| m.amount_minor);
        assert_eq!(minor, [1800, 400, 1400, 21600]);
    }

    #[test]
    fn seats_nobody_has_come_on_top_and_share_the_renewals() {
        let leaver = |n| (Person { enabled: Some(false), ..person(n, &[BASIC]) }, idle_report(), Some(ago(90)));
        let subscriptions =
            vec![subscription(BASIC, 3, Some("2026-12-01")), subscription(BASIC, 7, Some("2027-05-01"))];
        let directory = Directory::bought(vec![sku(BASIC, 10, 6)], Ok(subscriptions));
        let outcome = evaluate(directory, &[leaver(1), leaver(2)]);
        // Four unused, two may stay: two seats at the first renewal. Of the
        // leavers' two, one still fits there.
        assert_eq!(outcome.totals.monthly.amount_minor, 4 * 700);
        assert_eq!(outcome.totals.this_year.amount_minor, 3 * 700);
        assert_eq!(outcome.totals.realisable_on, Some(date(2026, 12, 1)));
        assert_eq!(outcome.totals.spend_monthly.amount_minor, 10 * 700);
    }

    #[test]
    fn guards_say_groups_dependencies_blast_radius_and_what_is_lost() {
        let mut leaver = Person { enabled: Some(false), ..person(1, &[STANDARD, POWER_BI]) };
        leaver.licenses[0].direct = false;
        leaver.licenses[0].groups = vec!["00000000-0000-0000-0000-0000000000aa".parse().expect("a GUID")];
        let outcome = evaluate(full(), &[(leaver, idle_report(), Some(ago(90)))]);
        let finding = outcome.of(CheckId::L3).expect("a finding");
        let ids: Vec<GuardId> = finding.guards.iter().map(|guard| guard.id).collect();
        use GuardId::{G1, G3, G4, G5, G6, G7, G8};
        assert_eq!(ids, [G1, G3, G4, G5, G6, G7, G8]);
        let lost = &finding.guards[5].lost;
        assert_eq!(*lost, [Feature::Mail, Feature::Files, Feature::Office, Feature::Teams, Feature::PowerBi]);
        assert!(!finding.affected[0].skus.iter().all(|license| license.direct));
    }

    #[test]
    fn one_of_many_is_no_blast() {
        let mut all = vec![(Person { enabled: Some(false), ..person(1, &[BASIC]) }, idle_report(), Some(ago(90)))];
        all.extend((2..=10).map(|n| (person(n, &[BASIC]), idle_report(), None)));
        let of = |people: &[_]| {
            evaluate(full(), people).of(CheckId::L3).map(|f| f.guards.iter().any(|g| g.id == GuardId::G6))
        };
        assert_eq!(of(&all), Some(false), "a tenth is not more than a tenth");
        assert_eq!(of(&all[..9]), Some(true));
    }

    #[test]
    fn a_person_whose_licence_types_have_no_price_is_found_without_money() {
        let own = "00000000-0000-0000-0000-00000000000a";
        let leaver = Person { enabled: Some(false), ..person(1, &[own, STANDARD]) };
        let mut directory = full();
        directory.skus.push(sku(own, 5, 5));
        let outcome = evaluate(directory, &[(leaver, idle_report(), Some(ago(90)))]);
        let finding = outcome.of(CheckId::L3).expect("a finding");
        assert_eq!(finding.saving.as_ref().map(|saving| saving.monthly.amount_minor), Some(1400));
        assert_eq!((finding.price_missing.len(), finding.seats), (1, 2));
        assert!(finding.affected[0].skus.iter().any(|license| license.monthly.is_none()));
    }

    #[test]
    fn the_schema_of_an_outcome_names_all_it_refers_to() {
        use utoipa::{PartialSchema, ToSchema};
        let mut schemas = vec![(Outcome::name().into_owned(), Outcome::schema())];
        Outcome::schemas(&mut schemas);
        let names: BTreeSet<String> = schemas.iter().map(|(name, _)| name.clone()).collect();
        let json = serde_json::to_string(&schemas.iter().map(|(_, schema)| schema).collect::<Vec<_>>()).expect("JSON");
        for reference in json.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap_or_default();
            assert!(names.contains(name), "{name} is not described");
        }
        assert!(names.contains("Finding") && names.contains("Missing"));
    }

    #[test]
    fn free_licences_make_nobody_a_licensed_person() {
        let free = "f30db892-07e9-47e9-837c-80727f46fd3d";
        let leaver = Person { enabled: Some(false), ..person(1, &[free]) };
        let outcome = evaluate(directory(vec![sku(free, 10_000, 1)]), &[(leaver, idle_report(), Some(ago(90)))]);
        assert!(outcome.findings.is_empty());
        assert_eq!(
            (outcome.totals.people, outcome.totals.licensed_people, outcome.totals.paid_seats_bought),
            (1, 0, 0)
        );
    }

    #[test]
    fn an_outcome_reads_back_from_json() {
        let leaver = Person { enabled: Some(false), ..person(1, &[STANDARD]) };
        let outcome = evaluate(full(), &[(leaver, idle_report(), Some(ago(90)))]);
        let json = serde_json::to_string(&outcome).expect("JSON");
        assert_eq!(serde_json::from_str::<Outcome>(&json).expect("an outcome"), outcome);
        let price = &outcome.findings[0].prices[0];
        assert_eq!(price.as_of, Some(date(2026, 7, 1)));
        assert_eq!(price.value, "$14 a month for a licence; several sources agree");
        assert!(json.contains(r#""check":"L3""#) && json.contains(r#""certainty":"certain""#));
        // From before a licence said whether it counts: it does not, until it is settled anew.
        let counted = &outcome.findings[0].affected[0].skus[0];
        let mut old = serde_json::to_value(counted).expect("JSON");
        old.as_object_mut().expect("an object").remove("counts");
        let old: crate::outcome::AffectedSku = serde_json::from_value(old).expect("a licence");
        assert_eq!((counted.counts, old.counts), (true, false));
    }
}
