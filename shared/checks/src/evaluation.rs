//! The engine: takes the directory, then one person at a time, and gives an [`Outcome`] as often as it is asked. It
//! keeps only the people something was found about.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{Timestamp, civil::Date};
use model::{Currency, Money, PersonId, SkuId};

use crate::{
    activity::{REPORTS, activity},
    catalogue::{CATALOGUE, COUNTING_ORDER, Candidate, CheckId, LicenceVerdict, Rule, Verdict, Waste, people},
    facts::{Missing, Person, Sku, SkuStatus, Subscription, Usage},
    licence::{Billing, LicenceType, Renewal, licence_types, no_renewal_dates, utc_date},
    outcome::{
        Advice, Affected, AffectedSku, Certainty, Confidence, Evidence, Extent, Finding, Guard, GuardId, NotEvaluated,
        Outcome, PriceMissing, Realisation, Remedy, Saving, Subject, Totals, UndoClass,
    },
    plans::{Content, Feature, feature},
    prices::PriceList,
    settings::Settings,
};

/// Days within which a removed licence with a mailbox can be given back with the mailbox: Microsoft keeps it for about
/// 30.
const MAILBOX_UNDO_DAYS: u16 = 25;
/// A change to more than this part of the licensed people needs a typed confirmation (G6), in percent.
const CONFIRM_ABOVE_PERCENT: u64 = 10;

/// What a directory owns.
#[derive(Debug, Clone, PartialEq)]
pub struct Directory {
    /// Its licence types.
    pub skus: Vec<Sku>,
    /// Its subscriptions, or why they are not known.
    pub subscriptions: Result<Vec<Subscription>, Missing>,
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

/// What rules may look at beside their subject.
#[derive(Debug)]
pub(crate) struct Context {
    pub settings: Settings,
    pub today: Date,
    pub licences: BTreeMap<SkuId, LicenceType>,
}

#[derive(Debug)]
struct Shared {
    context: Context,
    currency: Currency,
    subscriptions: Result<(), Missing>,
    /// Verdicts on licence types: they follow from the directory alone.
    verdicts: Vec<(CheckId, SkuId, LicenceVerdict)>,
}

/// A running evaluation of one directory. A clone goes its own way from there.
#[derive(Debug, Clone)]
pub struct Evaluation {
    shared: Arc<Shared>,
    cases: BTreeMap<PersonId, Case>,
    people: u32,
    licensed: u32,
    excluded: u32,
    held_back: BTreeMap<CheckId, u32>,
    cannot_tell: BTreeMap<CheckId, BTreeMap<Missing, u32>>,
}

/// A person something was found about.
#[derive(Debug, Clone)]
struct Case {
    name: String,
    upn: String,
    found: Vec<Found>,
}

/// What one check found about one person.
#[derive(Debug, Clone)]
struct Found {
    check: CheckId,
    certainty: Certainty,
    confidence: Confidence,
    advice: Advice,
    skus: Vec<AffectedSku>,
    evidence: Vec<Evidence>,
    guards: Vec<GuardId>,
    lost: BTreeSet<Feature>,
    from_activity: bool,
}

impl Evaluation {
    /// Starts on a directory. `prices` gives the currency of every amount; `now` is the time of the scan.
    pub fn new(directory: Directory, settings: Settings, prices: PriceList, now: Timestamp) -> Self {
        let today = utc_date(now);
        let licences = licence_types(&directory, &settings, &prices, today);
        let context = Context { settings, today, licences };
        let mut verdicts = Vec::new();
        for check in CATALOGUE {
            if let Rule::Licence(judge) = check.rule {
                let of = |(sku, licence): (&SkuId, &LicenceType)| Some((check.id, *sku, judge(&context, licence)?));
                verdicts.extend(context.licences.iter().filter_map(of));
            }
        }
        let subscriptions = directory.subscriptions.map(|_| ());
        let shared = Shared { context, currency: prices.currency(), subscriptions, verdicts };
        Self {
            shared: Arc::new(shared),
            cases: BTreeMap::new(),
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
        self.people = self.people.saturating_add(1);
        let shared = Arc::clone(&self.shared);
        let context = &shared.context;
        let all = person.licenses.iter().filter_map(|l| Some((l, context.licences.get(&l.sku)?)));
        let held: Vec<_> = all.clone().filter(|(license, _)| !license.in_error).collect();
        let licensed = held.iter().any(|(_, licence)| licence.is_paid());
        self.licensed = self.licensed.saturating_add(u32::from(licensed));
        let mut found: Vec<Found> = shared
            .verdicts
            .iter()
            .filter(|(_, sku, verdict)| verdict.lists_holders && all.clone().any(|(license, _)| license.sku == *sku))
            .map(|(check, sku, _)| Found::holder(*check, *sku, person))
            .collect();
        let device = held.iter().any(|(_, licence)| licence.is_device());
        // Directory synchronisation makes its accounts under this name.
        let sync = person.upn.starts_with("sync_");
        if device || sync || context.settings.exclusions.contains(person.id) {
            self.excluded = self.excluded.saturating_add(1);
        } else if licensed {
            let activity = activity(person.sign_in, *usage, context.today);
            let candidate = Candidate { person, usage: *usage, disabled_since, activity, held };
            found.extend(self.judge(context, &candidate));
        }
        if !found.is_empty() {
            self.cases.insert(person.id, Case { name: person.name.clone(), upn: person.upn.clone(), found });
        }
    }

    fn judge(&mut self, context: &Context, candidate: &Candidate<'_>) -> Vec<Found> {
        let mut found = Vec::new();
        for check in CATALOGUE {
            let Rule::Person { judge, .. } = check.rule else { continue };
            match judge(context, candidate) {
                Verdict::Clear => {}
                Verdict::HeldBack => *self.held_back.entry(check.id).or_default() += 1,
                Verdict::CannotTell(missing) => {
                    *self.cannot_tell.entry(check.id).or_default().entry(missing).or_default() += 1;
                }
                Verdict::Waste(waste) => found.push(Found::waste(check.id, waste, candidate)),
            }
        }
        found
    }

    /// The outcome of what was folded in so far. With reports still pending nothing is concluded from activity, so that
    /// provisional numbers only ever grow.
    pub fn finish(&self, sources: &Sources) -> Outcome {
        let mut ledger = Ledger::new(&self.shared);
        let mut findings = self.licence_findings(&mut ledger);
        let settled = sources.reports.is_some();
        for &id in COUNTING_ORDER {
            findings.extend(self.people_finding(id, sources, settled, &mut ledger));
        }
        findings.sort_by(|a, b| {
            let money = |finding: &Finding| finding.saving.as_ref().map_or(0, |saving| saving.monthly.amount_minor);
            money(b).cmp(&money(a)).then(a.check.cmp(&b.check)).then_with(|| a.subject.cmp(&b.subject))
        });
        let not_evaluated = self.not_evaluated(sources, &findings);
        Outcome { totals: self.totals(&ledger), findings, not_evaluated }
    }

    /// Findings about licence types.
    fn licence_findings(&self, ledger: &mut Ledger<'_>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (check, sku, verdict) in &self.shared.verdicts {
            let licence = &self.shared.context.licences[sku];
            let mut draft = Draft::default();
            if verdict.saves {
                draft.count(*sku, verdict.seats, Certainty::Certain);
            }
            let holders = self.cases.iter().flat_map(|(id, case)| {
                let of = |found: &&Found| found.check == *check && found.skus[0].sku == *sku;
                case.found.iter().filter(of).map(|found| found.affected(*id, case, BTreeMap::new()))
            });
            let affected: Vec<Affected> = holders.collect();
            let mut evidence = verdict.evidence.clone();
            evidence.extend(ledger.price_evidence(draft.listed.keys()));
            findings.push(Finding {
                check: *check,
                subject: Subject::Sku {
                    sku: *sku,
                    part_number: licence.sku.part_number.clone(),
                    product: licence.product.map(|product| product.name.into()),
                },
                headline: verdict.headline.clone(),
                certainty: Certainty::Certain,
                confidence: Confidence::High,
                saving: ledger.saving(&draft),
                price_missing: ledger.price_missing(&draft.listed),
                seats: verdict.seats,
                affected,
                evidence,
                guards: vec![],
                remedy: verdict.remedy,
                undo: UndoClass::No,
            });
        }
        findings
    }

    /// The finding of a check of people, if it found any.
    fn people_finding(
        &self,
        id: CheckId,
        sources: &Sources,
        settled: bool,
        ledger: &mut Ledger<'_>,
    ) -> Option<Finding> {
        let Rule::Person { headline, held_back, .. } = id.check().rule else { return None };
        let mut draft = Draft::default();
        let mut affected = Vec::new();
        let mut guarded: BTreeMap<GuardId, u32> = BTreeMap::new();
        let mut lost = BTreeSet::new();
        for (person, case) in &self.cases {
            let Some(found) = case.found.iter().find(|found| found.check == id && found.counts(settled)) else {
                continue;
            };
            let elsewhere = case.counted_before(id, settled);
            for license in &found.skus {
                match elsewhere.contains_key(&license.sku) {
                    true => draft.list(license.sku, 1),
                    false => draft.count(license.sku, 1, found.certainty),
                }
            }
            found.guards.iter().for_each(|guard| *guarded.entry(*guard).or_default() += 1);
            lost.extend(found.lost.iter().copied());
            affected.push(found.affected(*person, case, elsewhere));
        }
        if affected.is_empty() {
            return None;
        }
        for one in &mut affected {
            one.skus.iter_mut().for_each(|license| license.monthly = ledger.monthly(license.sku));
        }
        let worth = |one: &Affected| one.skus.iter().filter_map(|l| l.monthly).map(|m| m.amount_minor).sum::<i64>();
        affected.sort_by_key(|one| (std::cmp::Reverse(worth(one)), one.person));
        let count = number(affected.len());
        let mail_lost = lost.contains(&Feature::Mail);
        Some(Finding {
            check: id,
            subject: Subject::Directory,
            headline: headline(count, draft.seats()),
            certainty: affected.iter().map(|one| one.certainty).min()?,
            confidence: affected.iter().map(|one| one.confidence).min()?,
            saving: ledger.saving(&draft),
            price_missing: ledger.price_missing(&draft.listed),
            seats: draft.seats(),
            evidence: self.people_evidence(id, held_back, sources, &draft, ledger),
            guards: self.guards(count, &guarded, lost),
            affected,
            remedy: Remedy::RemoveLicences,
            undo: if mail_lost { UndoClass::Until { days: MAILBOX_UNDO_DAYS } } else { UndoClass::Reversible },
        })
    }

    fn people_evidence(
        &self,
        id: CheckId,
        held_back: &str,
        sources: &Sources,
        draft: &Draft,
        ledger: &Ledger<'_>,
    ) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        if id != CheckId::L10 {
            match sources.reports {
                Some(Ok(refreshed)) => evidence.push(Evidence::new("Usage reports", "read", REPORTS, Some(refreshed))),
                Some(Err(missing)) => {
                    evidence.push(Evidence::new("Usage reports", why_no_reports(missing), REPORTS, None));
                }
                None => {}
            }
        }
        if let Some(count) = self.held_back.get(&id) {
            evidence.push(Evidence::new(held_back, count, "Steward", Some(self.shared.context.today)));
        }
        if self.excluded > 0 {
            evidence.push(Evidence::new(
                "Accounts left out",
                self.excluded,
                "Your settings and kinds of account",
                None,
            ));
        }
        evidence.extend(ledger.price_evidence(draft.listed.keys()));
        evidence
    }

    /// What to look at before taking licences from `count` people.
    fn guards(&self, count: u32, guarded: &BTreeMap<GuardId, u32>, lost: BTreeSet<Feature>) -> Vec<Guard> {
        let mut guards = Vec::new();
        let mut guard = |id, people, text: String, lost| guards.push(Guard { id, text, people, lost });
        let has = |id| guarded.get(&id).copied();
        if let Some(n) = has(GuardId::G1) {
            let text = format!(
                "{} got a licence from a group. It is taken back by leaving the group, which may also give access to \
                 files and apps.",
                people(n)
            );
            guard(GuardId::G1, n, text, vec![]);
        }
        if let Some(n) = has(GuardId::G2) {
            let text = format!(
                "For {} it is not known what the mailbox is for. A shared mailbox needs a licence only above 50 GB, \
                 with an archive or on legal hold.",
                people(n)
            );
            guard(GuardId::G2, n, text, vec![]);
        }
        if let Some(n) = has(GuardId::G3) {
            let text =
                "A legal hold or retention on a mailbox cannot be seen from here. Content on hold cannot be opened \
                        while the mailbox has no licence."
                    .into();
            guard(GuardId::G3, n, text, vec![]);
        }
        let text = "Whether somebody is an administrator is not part of this check. People in your exclusion list are \
                    already left out."
            .into();
        guard(GuardId::G4, count, text, vec![]);
        if let Some(n) = has(GuardId::G5) {
            let text = format!("{} have licences that may depend on each other: take them back together.", people(n));
            guard(GuardId::G5, n, text, vec![]);
        }
        let tenth = u64::from(count) * 100 > u64::from(self.licensed) * CONFIRM_ABOVE_PERCENT;
        if tenth || count > self.shared.context.settings.confirm_above_people {
            let text = format!("This concerns {} of {} with a licence.", people(count), self.licensed);
            guard(GuardId::G6, count, text, vec![]);
        }
        if !lost.is_empty() {
            let words: Vec<&str> = lost.iter().map(|feature| feature.words()).collect();
            let text = format!("Somebody loses: {}.", words.join(", "));
            guard(GuardId::G7, count, text, lost.into_iter().collect());
        }
        let text = format!("This is as of {}. Look at a person again just before a change.", self.shared.context.today);
        guard(GuardId::G8, count, text, vec![]);
        guards
    }

    fn totals(&self, ledger: &Ledger<'_>) -> Totals {
        let licences = &self.shared.context.licences;
        let paid = || licences.values().filter(|licence| licence.is_paid());
        let sum = |of: fn(&LicenceType) -> u32| paid().map(of).fold(0, u32::saturating_add);
        let spend = paid().filter_map(|licence| Some((licence.monthly()?, licence.bought())));
        let missing: BTreeMap<SkuId, u32> = paid()
            .filter(|licence| licence.billing == Billing::PriceMissing)
            .map(|licence| (licence.sku.id, licence.bought()))
            .collect();
        Totals {
            monthly: ledger.money(ledger.certain.saturating_add(ledger.likely)),
            certain_monthly: ledger.money(ledger.certain),
            likely_monthly: ledger.money(ledger.likely),
            annual: ledger.money(ledger.certain.saturating_add(ledger.likely).saturating_mul(12)),
            this_year: ledger.money(ledger.this_year),
            realisable_on: ledger.realisable_on,
            people: self.people,
            licensed_people: self.licensed,
            excluded_people: self.excluded,
            paid_seats_bought: sum(LicenceType::bought),
            assigned: sum(|licence| licence.sku.consumed),
            spend_monthly: ledger.money(spend.fold(0, |sum, (price, seats)| sum.saturating_add(times(price, seats)))),
            price_missing_skus: ledger.price_missing(&missing),
        }
    }

    fn not_evaluated(&self, sources: &Sources, findings: &[Finding]) -> Vec<NotEvaluated> {
        let mut notes = Vec::new();
        if let Err(reason) = self.shared.subscriptions {
            let detail = no_renewal_dates(reason);
            notes.push(NotEvaluated { check: CheckId::L1, reason, extent: Extent::Weaker, people: 0, detail });
        }
        let Some(reports) = sources.reports else { return notes };
        for check in [CheckId::L3, CheckId::L6, CheckId::L7] {
            let unknown = self.cannot_tell.get(&check);
            let people = unknown.map_or(0, |reasons| reasons.values().sum());
            let found = findings.iter().any(|finding| finding.check == check);
            let (extent, reason) = match (reports, sources.sign_ins) {
                // L3 still finds what our own scans have seen blocked.
                (Err(report), Err(sign_in)) if check != CheckId::L3 && !found => {
                    let reason = if report == Missing::NamesConcealed { report } else { sign_in };
                    (Extent::Whole, reason)
                }
                (reports, sign_ins) => {
                    let missing = reports.err().or(sign_ins.err());
                    let commonest = unknown.and_then(|reasons| {
                        reasons.iter().max_by_key(|(missing, count)| (**count, std::cmp::Reverse(**missing)))
                    });
                    match (commonest, missing) {
                        (Some((reason, _)), _) => (Extent::Part, *reason),
                        (None, Some(reason)) if check != CheckId::L3 => (Extent::Weaker, reason),
                        (None, _) => continue,
                    }
                }
            };
            let detail = detail(extent, reports.err(), sources.sign_ins.err(), people);
            notes.push(NotEvaluated { check, reason, extent, people, detail });
        }
        notes
    }
}

impl Found {
    /// Somebody who holds a licence type a check of licence types has found.
    fn holder(check: CheckId, sku: SkuId, person: &Person) -> Self {
        let held = person.licenses.iter().filter(|license| license.sku == sku).take(1);
        let skus = held.map(|license| AffectedSku {
            sku,
            to: None,
            monthly: None,
            counted_in: None,
            direct: license.direct,
            groups: license.groups.clone(),
        });
        Self {
            check,
            certainty: Certainty::Certain,
            confidence: Confidence::High,
            advice: Advice::Keep,
            skus: skus.collect(),
            evidence: vec![],
            guards: vec![],
            lost: BTreeSet::new(),
            from_activity: false,
        }
    }

    fn waste(check: CheckId, waste: Waste, candidate: &Candidate<'_>) -> Self {
        let taken: BTreeSet<SkuId> = waste.skus.iter().copied().collect();
        let (going, staying): (Vec<_>, Vec<_>) =
            candidate.held.iter().copied().partition(|(license, _)| taken.contains(&license.sku));
        let kept: Vec<Content> = staying
            .iter()
            .filter(|(_, licence)| licence.sku.status == SkuStatus::Enabled)
            .map(|(license, licence)| licence.content_of(license).without_empty_rights(license.sku))
            .collect();
        let kept: Vec<&Content> = kept.iter().collect();
        let mut lost = BTreeSet::new();
        for (license, licence) in &going {
            let content = licence.content_of(license).without_empty_rights(license.sku);
            lost.extend(content.missing_in(&kept).filter_map(feature));
        }
        let mail = lost.contains(&Feature::Mail);
        let base_goes = going.iter().any(|(_, licence)| licence.is_suite());
        let add_on_stays = staying.iter().any(|(_, licence)| licence.is_paid() && !licence.is_suite());
        let guards = [
            (GuardId::G1, going.iter().any(|(license, _)| !license.groups.is_empty())),
            (GuardId::G2, mail && candidate.has_unknown_mailbox()),
            (GuardId::G3, mail),
            (GuardId::G5, going.len() > 1 || (base_goes && add_on_stays)),
        ];
        let skus: BTreeMap<SkuId, AffectedSku> = going
            .iter()
            .map(|(license, _)| {
                let (direct, groups) = (license.direct, license.groups.clone());
                (
                    license.sku,
                    AffectedSku { sku: license.sku, to: None, monthly: None, counted_in: None, direct, groups },
                )
            })
            .collect();
        Self {
            check,
            certainty: waste.certainty,
            confidence: waste.confidence,
            advice: waste.advice,
            skus: skus.into_values().collect(),
            evidence: waste.evidence,
            guards: guards.into_iter().filter(|(_, applies)| *applies).map(|(id, _)| id).collect(),
            lost,
            from_activity: waste.from_activity,
        }
    }

    /// Whether it is said yet.
    const fn counts(&self, settled: bool) -> bool {
        settled || !self.from_activity
    }

    fn affected(&self, person: PersonId, case: &Case, counted_in: BTreeMap<SkuId, CheckId>) -> Affected {
        let mut skus = self.skus.clone();
        skus.iter_mut().for_each(|license| license.counted_in = counted_in.get(&license.sku).copied());
        Affected {
            person,
            name: case.name.clone(),
            upn: case.upn.clone(),
            skus,
            certainty: self.certainty,
            confidence: self.confidence,
            advice: self.advice,
            evidence: self.evidence.clone(),
            guards: self.guards.clone(),
        }
    }
}

impl Case {
    /// Licences of this person that a check before `id` counts.
    fn counted_before(&self, id: CheckId, settled: bool) -> BTreeMap<SkuId, CheckId> {
        let mut counted = BTreeMap::new();
        for earlier in COUNTING_ORDER.iter().take_while(|check| **check != id) {
            for found in self.found.iter().filter(|found| found.check == *earlier && found.counts(settled)) {
                found.skus.iter().for_each(|license| {
                    counted.entry(license.sku).or_insert(*earlier);
                });
            }
        }
        counted
    }
}

/// Licences of one finding.
#[derive(Default)]
struct Draft {
    /// Seats listed, counted here or elsewhere.
    listed: BTreeMap<SkuId, u32>,
    /// Seats counted here: certain, then likely.
    counted: BTreeMap<SkuId, [u32; 2]>,
}

impl Draft {
    fn list(&mut self, sku: SkuId, seats: u32) {
        let listed = self.listed.entry(sku).or_default();
        *listed = listed.saturating_add(seats);
    }
    fn count(&mut self, sku: SkuId, seats: u32, certainty: Certainty) {
        self.list(sku, seats);
        let slot = &mut self.counted.entry(sku).or_default()[usize::from(certainty == Certainty::Likely)];
        *slot = slot.saturating_add(seats);
    }
    fn seats(&self) -> u32 {
        self.listed.values().copied().fold(0, u32::saturating_add)
    }
}

/// The money of one outcome: sums, and what is left to give back at each renewal.
struct Ledger<'a> {
    shared: &'a Shared,
    renewals: BTreeMap<SkuId, Vec<Renewal>>,
    certain: i64,
    likely: i64,
    this_year: i64,
    realisable_on: Option<Date>,
}

impl<'a> Ledger<'a> {
    fn new(shared: &'a Shared) -> Self {
        let renewals = shared.context.licences.iter().map(|(sku, licence)| (*sku, licence.renewals.clone())).collect();
        Self { shared, renewals, certain: 0, likely: 0, this_year: 0, realisable_on: None }
    }
    const fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.shared.currency)
    }
    fn monthly(&self, sku: SkuId) -> Option<Money> {
        self.shared.context.licences.get(&sku)?.monthly()
    }

    /// Books what a finding counts; `None` when nothing it lists has a price.
    fn saving(&mut self, draft: &Draft) -> Option<Saving> {
        draft.listed.keys().find_map(|sku| self.monthly(*sku))?;
        let (mut certain, mut likely, mut this_year) = (0i64, 0i64, 0i64);
        let mut parts: BTreeMap<(bool, Option<Date>), (u32, i64)> = BTreeMap::new();
        for (sku, [sure, unsure]) in &draft.counted {
            let Some(price) = self.monthly(*sku) else { continue };
            certain = certain.saturating_add(times(price, *sure));
            likely = likely.saturating_add(times(price, *unsure));
            for part in self.give_back(*sku, sure.saturating_add(*unsure)) {
                let monthly = times(price, part.seats);
                let months = part.on.map_or(0, |on| months_left(on, self.shared.context.today));
                this_year = this_year.saturating_add(monthly.saturating_mul(months));
                let slot = parts.entry((part.on.is_none(), part.on)).or_default();
                *slot = (slot.0.saturating_add(part.seats), slot.1.saturating_add(monthly));
            }
        }
        let first = parts.keys().find_map(|(_, on)| *on);
        self.certain = self.certain.saturating_add(certain);
        self.likely = self.likely.saturating_add(likely);
        self.this_year = self.this_year.saturating_add(this_year);
        self.realisable_on = [self.realisable_on, first].into_iter().flatten().min();
        let monthly = certain.saturating_add(likely);
        let part = |((_, on), (seats, minor))| Realisation { on, seats, monthly: self.money(minor) };
        Some(Saving {
            monthly: self.money(monthly),
            certain_monthly: self.money(certain),
            annual: self.money(monthly.saturating_mul(12)),
            realisable_on: first,
            this_year: self.money(this_year),
            parts: parts.into_iter().map(part).collect(),
        })
    }

    /// Takes `seats` from the renewals of a licence type, the earliest first. What no renewal covers has no day.
    fn give_back(&mut self, sku: SkuId, mut seats: u32) -> Vec<Renewal> {
        let mut parts = Vec::new();
        for renewal in self.renewals.entry(sku).or_default() {
            let taken = renewal.seats.min(seats);
            renewal.seats -= taken;
            seats -= taken;
            if taken > 0 {
                parts.push(Renewal { on: renewal.on, seats: taken });
            }
        }
        if seats > 0 {
            parts.push(Renewal { on: None, seats });
        }
        parts
    }

    /// Those of `seats` whose price is missing.
    fn price_missing(&self, seats: &BTreeMap<SkuId, u32>) -> Vec<PriceMissing> {
        let licences = &self.shared.context.licences;
        let missing = seats.iter().filter_map(|(sku, seats)| {
            let licence = licences.get(sku).filter(|licence| licence.billing == Billing::PriceMissing)?;
            Some(PriceMissing {
                sku: *sku,
                part_number: licence.sku.part_number.clone(),
                product: licence.product.map(|product| product.name.into()),
                seats: *seats,
            })
        });
        missing.collect()
    }

    /// What each licence type costs, where that is from, and how sure it is.
    fn price_evidence<'b>(&self, skus: impl Iterator<Item = &'b SkuId>) -> Vec<Evidence> {
        let line = |sku: &SkuId| {
            let licence = self.shared.context.licences.get(sku)?;
            let what = format!("Price of {}", licence.name());
            Some(match licence.price() {
                Some(price) => {
                    let value = format!("{} a month for a licence; {}", price.monthly, price.confidence.words());
                    Evidence::new(&what, value, &price.source, Some(price.as_of))
                }
                None => Evidence::new(&what, "price missing", "Steward's price list", None),
            })
        };
        skus.filter_map(line).collect()
    }
}

/// What `seats` cost, in minor units.
fn times(price: Money, seats: u32) -> i64 {
    price.amount_minor.saturating_mul(i64::from(seats))
}

/// Whole months of this year from a renewal on.
fn months_left(on: Date, today: Date) -> i64 {
    if on.year() != today.year() {
        return 0;
    }
    i64::from(12 - on.month()) + i64::from(on.day() == 1)
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

const fn why_no_reports(missing: Missing) -> &'static str {
    match missing {
        Missing::NamesConcealed => "Microsoft's usage reports hide names",
        Missing::Permission => "Microsoft refused the usage reports",
        Missing::Licence => "your Microsoft 365 has no usage reports",
        Missing::Error => "the usage reports could not be read",
        Missing::NotCovered => "the usage reports do not cover this",
    }
}

const fn why_no_sign_ins(missing: Missing) -> &'static str {
    match missing {
        Missing::Licence => "sign-in dates need Microsoft Entra ID P1",
        Missing::Permission => "Microsoft refused the sign-in dates",
        Missing::NamesConcealed | Missing::Error => "the sign-in dates could not be read",
        Missing::NotCovered => "the sign-in dates do not cover this",
    }
}

fn detail(extent: Extent, reports: Option<Missing>, sign_ins: Option<Missing>, count: u32) -> String {
    let causes = [reports.map(why_no_reports), sign_ins.map(why_no_sign_ins)];
    let why: Vec<&str> = causes.into_iter().flatten().collect();
    let why = if why.is_empty() { "Microsoft says too little about them".into() } else { why.join(", and ") };
    match extent {
        Extent::Whole => format!("This check cannot be evaluated: {why}. Nobody is called inactive without evidence."),
        Extent::Part => format!("Nothing can be said about {}: {why}.", people(count)),
        Extent::Weaker => format!("This check rests on one source: {why}. Its findings are less sure."),
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
        let directory = Directory {
            skus: vec![sku(BASIC, 10, 6)],
            subscriptions: Ok(vec![
                subscription(BASIC, 3, Some("2026-12-01")),
                subscription(BASIC, 7, Some("2027-05-01")),
            ]),
        };
        let outcome = evaluate(directory, &[leaver(1), leaver(2)]);
        // Four unused, two may stay: two seats at the first renewal. Of the
        // leavers' two, one still fits there.
        assert_eq!(outcome.totals.monthly.amount_minor, 4 * 700);
        assert_eq!(outcome.totals.this_year.amount_minor, 3 * 700);
        assert_eq!(outcome.totals.realisable_on, Some(date(2026, 12, 1)));
        assert_eq!(outcome.totals.spend_monthly.amount_minor, 10 * 700);
    }

    #[test]
    fn months_left_are_whole_months_of_this_year() {
        let today = date(2026, 3, 10);
        let cases = [((2026, 12, 1), 1), ((2026, 12, 2), 0), ((2026, 4, 15), 8), ((2027, 1, 1), 0)];
        for ((year, month, day), months) in cases {
            assert_eq!(months_left(date(year, month, day), today), months);
        }
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
        let price = outcome.findings[0].evidence.iter().find(|e| e.what.starts_with("Price of")).expect("a price");
        assert_eq!(price.as_of, Some(date(2026, 7, 1)));
        assert_eq!(price.value, "$14 a month for a licence; several sources agree");
        assert!(json.contains(r#""check":"L3""#) && json.contains(r#""certainty":"certain""#));
    }
}
