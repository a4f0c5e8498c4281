//! Money, acceptance and totals: put on findings as they are stored, without looking at people again.
//!
//! A scan ends with it, and a price or an exception that changes is followed by it alone, to the same result: no check
//! looks at a price (see [`crate::catalogue`]), so a price never changes what is found. Where a check chose the cheaper
//! of two, it chose by Steward's list; the money is always by the prices given here.
//!
//! A pair of a person and a licence type counts its money once, in the surest check that lists it. What is exchanged
//! comes after what is taken: an exchange counts as a whole, if it saves money, if none of its licences is taken or has
//! to stay for something that is taken, and if no other exchange of the same person counts. A share of the price comes
//! last: of the seats that stay once all that counts is gone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use model::{Money, PersonId, SkuId};

use crate::{
    catalogue::{COUNTING_ORDER, CheckId, Rule, Stake},
    evaluation::Directory,
    exceptions::Exceptions,
    licence::{LicenceType, Renewal, licence_types},
    mended::Mended,
    outcome::{
        Affected, AffectedSku, Certainty, Evidence, Finding, FindingState, NotEvaluated, Outcome, PriceMissing,
        Realisation, Saving, Subject, Totals,
    },
    prices::{PriceList, Surcharge, SurchargeSource},
    products::product_name,
    settings::Settings,
};

/// People a finding about a licence type names at most of those who could do without it: evidence is read, not searched.
const MOST_NAMED: usize = 20;

/// What of a scan is needed beside its findings.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    /// What was bought.
    pub directory: Directory,
    /// The settings the scan ran with.
    pub settings: Settings,
    /// People seen.
    pub people: u32,
    /// People with a paid licence.
    pub licensed_people: u32,
    /// People no check speaks of.
    pub excluded_people: u32,
    /// Checks that did not say all.
    pub not_evaluated: Vec<NotEvaluated>,
}

impl Basis {
    /// From what is kept of a scan.
    pub fn of(directory: Directory, settings: Settings, totals: &Totals, not_evaluated: Vec<NotEvaluated>) -> Self {
        let Totals { people, licensed_people, excluded_people, .. } = *totals;
        Self { directory, settings, people, licensed_people, excluded_people, not_evaluated }
    }
}

/// Puts money, acceptance, what fixes have done and totals on the findings of a scan, whatever was on them before.
/// `today` decides which renewals are still to come and which exceptions still count.
pub fn settle(
    findings: Vec<Finding>,
    basis: &Basis,
    prices: &PriceList,
    exceptions: &Exceptions,
    mended: &Mended,
    today: Date,
) -> Outcome {
    let licences = licence_types(&basis.directory, &basis.settings, today);
    let mut book = Book::new(&licences, prices, today);
    let findings = book.settle(findings, exceptions, mended);
    Outcome {
        totals: book.totals(basis.people, basis.licensed_people, basis.excluded_people),
        findings,
        not_evaluated: basis.not_evaluated.clone(),
    }
}

/// Licences of one finding.
#[derive(Default)]
struct Draft {
    /// Seats listed, neither accepted nor fixed, counted here or elsewhere.
    listed: BTreeMap<SkuId, u32>,
    /// Seats of what people get in exchange.
    targets: BTreeMap<SkuId, u32>,
    /// All licence types in it, accepted ones too.
    named: BTreeSet<SkuId>,
    /// Seats counted here: certain, then likely, by licence type and what one seat saves, in minor units.
    counted: BTreeMap<(SkuId, i64), [u32; 2]>,
    /// What everything listed costs; `None` while nothing in it has a price.
    worth: Option<i64>,
    /// What of it is accepted.
    accepted: i64,
}

impl Draft {
    fn count(&mut self, sku: SkuId, unit: i64, seats: u32, certainty: Certainty) {
        let slot = &mut self.counted.entry((sku, unit)).or_default()[usize::from(certainty == Certainty::Likely)];
        *slot = slot.saturating_add(seats);
    }
    fn list(&mut self, sku: SkuId, seats: u32, unit: Option<i64>, settled: bool) {
        self.named.insert(sku);
        if !settled {
            let listed = self.listed.entry(sku).or_default();
            *listed = listed.saturating_add(seats);
        }
        if let Some(unit) = unit {
            self.worth = Some(self.worth.unwrap_or(0).saturating_add(unit.saturating_mul(i64::from(seats))));
        }
    }
}

/// What is decided of one person's licences so far.
#[derive(Default)]
struct Claims {
    /// Licences whose money is counted, and where.
    counted: Vec<(SkuId, CheckId)>,
    /// Licences that have to stay, because something counted is contained in them.
    kept: Vec<(SkuId, CheckId)>,
    /// Accepted licences: their money is told once.
    accepted: Vec<SkuId>,
    /// Where an exchange is counted.
    exchanged: Option<CheckId>,
    /// Licences that fixes have taken since the scan.
    freed: Vec<SkuId>,
}

impl Claims {
    fn counted(&self, sku: SkuId) -> Option<CheckId> {
        self.counted.iter().find(|(counted, _)| *counted == sku).map(|(_, check)| *check)
    }
    /// What speaks against exchanging a licence.
    fn against(&self, sku: SkuId) -> Option<CheckId> {
        let kept = || self.kept.iter().find(|(kept, _)| *kept == sku).map(|(_, check)| *check);
        self.exchanged.or_else(|| self.counted(sku)).or_else(kept)
    }
    fn freed(&mut self, sku: SkuId) {
        if !self.freed.contains(&sku) {
            self.freed.push(sku);
        }
    }
    /// Licences that are gone, or will be: each once.
    fn gone(&self) -> impl Iterator<Item = SkuId> {
        let counted = self.counted.iter().map(|(sku, _)| *sku).filter(|sku| !self.freed.contains(sku));
        self.freed.iter().copied().chain(counted)
    }
}

/// The money of one outcome: sums, and what is left to give back at each renewal.
pub(crate) struct Book<'a> {
    licences: &'a BTreeMap<SkuId, LicenceType>,
    prices: &'a PriceList,
    today: Date,
    renewals: BTreeMap<SkuId, Vec<Renewal>>,
    certain: i64,
    likely: i64,
    this_year: i64,
    accepted: i64,
    cost: i64,
    realisable_on: Option<Date>,
}

impl<'a> Book<'a> {
    pub fn new(licences: &'a BTreeMap<SkuId, LicenceType>, prices: &'a PriceList, today: Date) -> Self {
        let renewals = licences.iter().map(|(sku, licence)| (*sku, licence.renewals.clone())).collect();
        Self {
            licences,
            prices,
            today,
            renewals,
            certain: 0,
            likely: 0,
            this_year: 0,
            accepted: 0,
            cost: 0,
            realisable_on: None,
        }
    }

    const fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.prices.currency())
    }
    /// What a seat costs a month, in minor units, where it is paid for and the price is known.
    fn price(&self, sku: SkuId) -> Option<i64> {
        let paid = self.licences.get(&sku).is_none_or(LicenceType::is_paid);
        self.prices.price(sku).filter(|_| paid).map(|price| price.monthly.amount_minor)
    }

    /// What a seat of what comes instead costs a month: it is bought, whatever has become of the seats there were.
    fn price_of_new(&self, sku: SkuId) -> Option<i64> {
        self.prices.price(sku).map(|price| price.monthly.amount_minor)
    }

    /// Settles findings: their money, what of them is accepted or fixed, and their order.
    pub fn settle(&mut self, mut findings: Vec<Finding>, exceptions: &Exceptions, mended: &Mended) -> Vec<Finding> {
        let rank = |finding: &Finding| {
            let of_people = COUNTING_ORDER.iter().position(|check| *check == finding.check);
            // Seats nobody has first: they are the first to be given back at a renewal.
            (of_people, finding.check)
        };
        findings.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.subject.cmp(&b.subject)));
        let prepare = |finding: &mut Finding| self.prepare(finding, exceptions, mended);
        let mut drafts: Vec<Draft> = findings.iter_mut().map(prepare).collect();
        let mut people = HashMap::new();
        for exchanges in [false, true] {
            for (finding, draft) in findings.iter_mut().zip(&mut drafts) {
                self.count_people(finding, draft, &mut people, exchanges);
            }
        }
        let mut gone: BTreeMap<SkuId, u32> = BTreeMap::new();
        people.values().flat_map(Claims::gone).for_each(|sku| *gone.entry(sku).or_default() += 1);
        for (finding, draft) in findings.iter().zip(&mut drafts) {
            self.count_share(finding, draft, &gone);
        }
        for (finding, draft) in findings.iter_mut().zip(&mut drafts) {
            self.account_for_accepted(finding, draft, &mut people);
            self.book(finding, draft);
        }
        self.name_spare(&mut findings);
        findings.sort_by(|a, b| {
            let money = |finding: &Finding| finding.saving.as_ref().map_or(0, |saving| saving.monthly.amount_minor);
            money(b).cmp(&money(a)).then(a.check.cmp(&b.check)).then_with(|| a.subject.cmp(&b.subject))
        });
        findings
    }

    /// Says in each finding of a licence type given to more people than it was bought for (L2) who could do without it,
    /// by the finding that says so: each once, the surest first. What is accepted as it is, what is gone and what is
    /// only exchanged is left out. `findings` have to be in counting order.
    fn name_spare(&self, findings: &mut [Finding]) {
        const WHAT: &str = "Could be taken back from";
        let said = |value, source| Evidence::new(WHAT, value, source, Some(self.today));
        let spare = |sku: SkuId, findings: &[Finding]| {
            let (mut named, mut evidence) = (BTreeSet::new(), Vec::new());
            for finding in findings.iter().filter(|finding| COUNTING_ORDER.contains(&finding.check)) {
                let frees = |own: &AffectedSku| own.sku == sku && own.accepted.is_none() && own.fixed.is_none();
                let spare = |one: &&Affected| !one.is_swap() && one.skus.iter().any(frees);
                for one in finding.affected.iter().filter(spare) {
                    if named.insert(one.person) && named.len() <= MOST_NAMED {
                        evidence.push(said(format!("{} ({})", one.name, one.upn), finding.check.check().text.title));
                    }
                }
            }
            let more = named.len().saturating_sub(MOST_NAMED);
            evidence.extend((more > 0).then(|| said(format!("{more} more"), "Steward")));
            evidence
        };
        for at in 0..findings.len() {
            let Subject::Sku { sku, .. } = findings[at].subject else { continue };
            if findings[at].check == CheckId::L2 {
                let evidence = spare(sku, findings);
                findings[at].evidence.retain(|one| one.what != WHAT);
                findings[at].evidence.extend(evidence);
            }
        }
    }

    /// Puts prices, exceptions and fixes on what a finding lists.
    fn prepare(&self, finding: &mut Finding, exceptions: &Exceptions, mended: &Mended) -> Draft {
        let (check, mut draft) = (finding.check, Draft::default());
        let of_people = matches!(check.check().rule, Rule::Person { .. });
        let at_stake = check.check().stake;
        let own = match &finding.subject {
            Subject::Sku { sku, .. } => Some(*sku),
            Subject::Directory => None,
        };
        finding.accepted = exceptions.covers(check, &finding.subject, None, own, self.today);
        for one in &mut finding.affected {
            let exchange = one.is_swap();
            for license in &mut one.skus {
                let person = Some(one.person);
                (license.counted_in, license.counts) = (None, false);
                license.fixed = mended.by(check, one.person, license.sku);
                license.accepted = match license.fixed {
                    // What is gone is not lived with.
                    Some(_) => None,
                    None => exceptions.covers(check, &finding.subject, person, Some(license.sku), self.today),
                };
                let unit = match license.to {
                    Some(to) => self.price(license.sku).and_then(|price| Some(price - self.price_of_new(to)?)),
                    None => self.price(license.sku),
                };
                let counts = of_people && at_stake != Stake::Nothing;
                license.monthly = unit.filter(|_| counts).map(|unit| self.money(unit));
            }
            // An exchange is of all its licences: one that is to stay keeps the others.
            let keep = one.skus.iter().find_map(|license| license.accepted).filter(|_| exchange);
            if keep.is_some() {
                one.skus.iter_mut().filter(|own| own.fixed.is_none()).for_each(|own| own.accepted = keep);
            }
            for license in one.skus.iter().filter(|_| of_people && at_stake != Stake::Nothing) {
                let unit = license.monthly.map(|money| money.amount_minor);
                draft.list(license.sku, 1, unit, license.is_settled());
                if let Some(to) = license.to {
                    draft.named.insert(to);
                    *draft.targets.entry(to).or_default() += u32::from(!license.is_settled());
                }
            }
        }
        if let (false, Some(sku)) = (of_people || at_stake == Stake::Nothing, own) {
            let unit = match at_stake {
                Stake::Share { percent } => {
                    let extra = self.surcharge(sku, percent);
                    let assumed = extra.is_some_and(|extra| extra.source == SurchargeSource::OwnOfSomeTerm);
                    finding.certainty = if assumed { Certainty::Likely } else { Certainty::Certain };
                    extra.map(|extra| extra.minor)
                }
                // A trial is not paid for: the price is what it would cost.
                Stake::Cost => self.prices.price(sku).map(|price| price.monthly.amount_minor),
                _ => self.price(sku),
            };
            draft.list(sku, finding.seats, unit, finding.accepted.is_some());
            match (at_stake, unit) {
                (Stake::Saving, Some(unit)) if finding.accepted.is_none() => {
                    draft.count(sku, unit, finding.seats, finding.certainty);
                }
                (Stake::Saving, Some(_)) => draft.accepted = draft.worth.unwrap_or(0),
                // A share is counted when it is known which seats stay.
                _ => {}
            }
        }
        let done = |one: &&Affected| !one.skus.is_empty() && one.skus.iter().all(|license| license.fixed.is_some());
        finding.fixed = u32::try_from(finding.affected.iter().filter(done).count()).unwrap_or(u32::MAX);
        finding.state = state(finding);
        draft
    }

    /// Counts what people in a finding of people have: what is taken, or what is exchanged.
    fn count_people(
        &self,
        finding: &mut Finding,
        draft: &mut Draft,
        people: &mut HashMap<PersonId, Claims>,
        exchanges: bool,
    ) {
        let (check, rule) = (finding.check, finding.check.check());
        if !matches!(rule.rule, Rule::Person { .. }) || !matches!(rule.stake, Stake::Saving) {
            return;
        }
        for one in finding.affected.iter_mut().filter(|one| one.is_swap() == exchanges) {
            let claims = people.entry(one.person).or_default();
            if exchanges {
                let fixed = one.skus.iter().filter(|license| license.fixed.is_some());
                fixed.for_each(|license| claims.freed(license.sku));
                exchange(check, one, claims, draft);
                continue;
            }
            for license in &mut one.skus {
                if license.fixed.is_some() {
                    claims.freed(license.sku);
                    // It was taken because these stay.
                    claims.kept.extend(license.within.iter().map(|sku| (*sku, check)));
                    continue;
                }
                license.counted_in = claims.counted(license.sku);
                if license.counted_in.is_some() || license.accepted.is_some() {
                    continue;
                }
                license.counts = true;
                claims.counted.push((license.sku, check));
                claims.kept.extend(license.within.iter().map(|sku| (*sku, check)));
                if let Some(monthly) = license.monthly {
                    draft.count(license.sku, monthly.amount_minor, 1, one.certainty);
                }
            }
        }
    }

    /// What a seat of a monthly term costs a month beyond one for a year, where it is paid for and has a price.
    fn surcharge(&self, sku: SkuId, percent: u8) -> Option<Surcharge> {
        self.price(sku).and_then(|_| self.prices.surcharge(sku, percent))
    }

    /// Counts a share of the price, of seats that stay: what somebody is to lose is counted in full by another check.
    fn count_share(&self, finding: &Finding, draft: &mut Draft, gone: &BTreeMap<SkuId, u32>) {
        let Stake::Share { percent } = finding.check.check().stake else { return };
        let Subject::Sku { sku, .. } = finding.subject else { return };
        let Some(unit) = self.surcharge(sku, percent).map(|extra| extra.minor) else { return };
        let used = self.licences.get(&sku).map_or(0, |licence| licence.sku.consumed);
        let staying = used.saturating_sub(gone.get(&sku).copied().unwrap_or(0));
        let seats = finding.seats.min(staying);
        match finding.accepted {
            None if seats > 0 => draft.count(sku, unit, seats, finding.certainty),
            None => {}
            Some(_) => draft.accepted = unit.saturating_mul(i64::from(seats)),
        }
    }

    /// Tells the money of what is accepted, once for each licence and only where nothing counts it.
    fn account_for_accepted(&self, finding: &mut Finding, draft: &mut Draft, people: &mut HashMap<PersonId, Claims>) {
        let check = finding.check;
        for one in finding.affected.iter_mut().filter(|_| check.check().stake == Stake::Saving) {
            let exchange = one.is_swap();
            let Some(claims) = people.get_mut(&one.person) else { continue };
            for license in one.skus.iter_mut().filter(|license| license.accepted.is_some()) {
                license.counted_in = claims.counted(license.sku).filter(|counted| *counted != check);
            }
            let untold = |license: &&AffectedSku| {
                license.accepted.is_some() && license.counted_in.is_none() && !claims.accepted.contains(&license.sku)
            };
            let (untold, told): (Vec<_>, Vec<_>) = one.skus.iter().partition(untold);
            if exchange && !told.is_empty() {
                continue;
            }
            let minor: i64 = untold.iter().filter_map(|license| license.monthly).map(|money| money.amount_minor).sum();
            claims.accepted.extend(untold.iter().map(|license| license.sku));
            draft.accepted = draft.accepted.saturating_add(minor.max(0));
        }
    }

    /// Writes the money of a finding into it and into the sums.
    fn book(&mut self, finding: &mut Finding, draft: &Draft) {
        let worth = |one: &Affected| one.skus.iter().filter_map(|l| l.monthly).map(|m| m.amount_minor).sum::<i64>();
        finding.affected.sort_by_cached_key(|one| (std::cmp::Reverse(worth(one)), one.person));
        let saves = matches!(finding.check.check().stake, Stake::Saving | Stake::Share { .. });
        finding.listed_monthly = draft.worth.map(|minor| self.money(minor));
        finding.saving = draft.worth.filter(|_| saves).map(|_| self.saving(draft));
        finding.accepted_monthly = (draft.accepted > 0).then(|| self.money(draft.accepted));
        self.accepted = self.accepted.saturating_add(draft.accepted);
        let cost = draft.worth.filter(|_| finding.check.check().stake == Stake::Cost && finding.accepted.is_none());
        finding.cost_monthly = cost.map(|minor| self.money(minor));
        self.cost = self.cost.saturating_add(cost.unwrap_or(0));
        let targets = draft.targets.iter().filter(|(sku, _)| !draft.listed.contains_key(sku));
        finding.price_missing = self.price_missing(draft.listed.iter().chain(targets).map(|(sku, n)| (*sku, *n)));
        finding.prices = draft.named.iter().filter_map(|sku| self.price_evidence(*sku)).collect();
        let surcharge = self.surcharge_evidence(finding);
        finding.prices.extend(surcharge);
        let spent = finding.costs.iter().flat_map(|cost| &cost.seats).map(|seats| seats.sku);
        finding.price_basis = self.prices.used(draft.named.iter().copied().chain(spent));
        for cost in &mut finding.costs {
            let priced = |seats: &crate::outcome::SkuSeats| Some(self.price(seats.sku)? * i64::from(seats.seats));
            let minor: Vec<i64> = cost.seats.iter().filter_map(priced).collect();
            cost.price_missing = minor.len() < cost.seats.len();
            cost.monthly = (!minor.is_empty()).then(|| self.money(minor.iter().sum()));
        }
    }

    fn saving(&mut self, draft: &Draft) -> Saving {
        let (mut certain, mut likely, mut this_year) = (0i64, 0i64, 0i64);
        let mut parts: BTreeMap<(bool, Option<Date>), (u32, i64)> = BTreeMap::new();
        for ((sku, unit), [sure, unsure]) in &draft.counted {
            let times = |seats: u32| unit.saturating_mul(i64::from(seats));
            certain = certain.saturating_add(times(*sure));
            likely = likely.saturating_add(times(*unsure));
            for part in self.give_back(*sku, sure.saturating_add(*unsure)) {
                let monthly = times(part.seats);
                let months = part.on.map_or(0, |on| months_left(on, self.today));
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
        Saving {
            monthly: self.money(monthly),
            certain_monthly: self.money(certain),
            annual: self.money(monthly.saturating_mul(12)),
            realisable_on: first,
            this_year: self.money(this_year),
            parts: parts.into_iter().map(part).collect(),
        }
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

    /// Those licence types of `seats` whose price is missing.
    fn price_missing(&self, seats: impl Iterator<Item = (SkuId, u32)>) -> Vec<PriceMissing> {
        let missing = seats.filter(|(sku, _)| self.prices.price(*sku).is_none());
        let row = |(sku, seats): (SkuId, u32)| {
            let owned = self.licences.get(&sku);
            owned.is_none_or(LicenceType::is_paid).then(|| PriceMissing {
                sku,
                part_number: owned.map(|licence| licence.sku.part_number.clone()).unwrap_or_default(),
                product: product_name(sku).map(str::to_owned),
                seats,
            })
        };
        missing.filter_map(row).collect()
    }

    /// What a licence type costs, where that is from, and how sure it is.
    fn price_evidence(&self, sku: SkuId) -> Option<Evidence> {
        let name = match self.licences.get(&sku) {
            Some(licence) => licence.name(),
            None => product_name(sku)?.to_owned(),
        };
        let what = format!("Price of {name}");
        Some(match self.prices.price(sku) {
            Some(price) => {
                let value = format!("{} a month for a licence; {}", price.monthly, price.confidence.words());
                Evidence::new(&what, value, &price.source, Some(price.as_of))
            }
            None => Evidence::new(&what, "price missing", "Steward's price list", None),
        })
    }

    /// What of a price is for going month by month, and how that is known.
    fn surcharge_evidence(&self, finding: &Finding) -> Option<Evidence> {
        let Stake::Share { percent } = finding.check.check().stake else { return None };
        let Subject::Sku { sku, .. } = &finding.subject else { return None };
        let extra = self.surcharge(*sku, percent)?;
        let value = format!("{} a month for a licence; {}", self.money(extra.minor), extra.source.words()?);
        let rule = format!("Rule of thumb: a monthly term costs {percent} % more than a year's");
        Some(Evidence::new("Paid for going month by month", value, &rule, None))
    }

    /// Sums over what was settled, and over the directory.
    pub fn totals(&self, people: u32, licensed_people: u32, excluded_people: u32) -> Totals {
        let paid = || self.licences.values().filter(|licence| licence.is_paid());
        let sum = |of: fn(&LicenceType) -> u32| paid().map(of).fold(0, u32::saturating_add);
        let cost =
            |licence: &LicenceType| self.price(licence.sku.id).unwrap_or(0).saturating_mul(i64::from(licence.bought()));
        let saving = self.certain.saturating_add(self.likely);
        Totals {
            monthly: self.money(saving),
            certain_monthly: self.money(self.certain),
            likely_monthly: self.money(self.likely),
            annual: self.money(saving.saturating_mul(12)),
            this_year: self.money(self.this_year),
            accepted_monthly: self.money(self.accepted),
            cost_monthly: self.money(self.cost),
            realisable_on: self.realisable_on,
            people,
            licensed_people,
            excluded_people,
            paid_seats_bought: sum(LicenceType::bought),
            assigned: sum(|licence| licence.sku.consumed),
            spend_monthly: self.money(paid().map(cost).fold(0, i64::saturating_add)),
            price_basis: self.prices.used(paid().map(|licence| licence.sku.id)),
            price_missing_skus: self.price_missing(paid().map(|licence| (licence.sku.id, licence.bought()))),
            price_missing_more: 0,
        }
    }
}

/// Counts the exchange of a person's licences as a whole, if nothing speaks against it and it saves money.
fn exchange(check: CheckId, one: &mut Affected, claims: &mut Claims, draft: &mut Draft) {
    let elsewhere = one.skus.iter().find_map(|license| claims.against(license.sku));
    one.skus.iter_mut().for_each(|license| license.counted_in = elsewhere);
    let settled = one.skus.iter().any(AffectedSku::is_settled);
    let saves: Option<i64> = one.skus.iter().map(|license| Some(license.monthly?.amount_minor)).sum();
    let (None, false, Some(saves @ 1..)) = (elsewhere, settled, saves) else { return };
    claims.exchanged = Some(check);
    claims.counted.extend(one.skus.iter().map(|license| (license.sku, check)));
    one.skus.iter_mut().for_each(|license| license.counts = true);
    // Its money stands under the licence that is exchanged: it is there once that one renews.
    if let Some(license) = one.skus.iter().find(|license| license.to.is_some()) {
        draft.count(license.sku, saves, 1, one.certainty);
    }
}

fn state(finding: &Finding) -> FindingState {
    let licences = || finding.affected.iter().flat_map(|one| &one.skus);
    let accepted = licences().filter(|license| license.accepted.is_some()).count();
    let fixed = licences().filter(|license| license.fixed.is_some()).count();
    let all = licences().count();
    match finding.accepted {
        Some(_) => FindingState::Accepted,
        None if accepted + fixed == all && fixed > 0 => FindingState::Fixed,
        None if accepted == all && all > 0 => FindingState::Accepted,
        None if accepted > 0 => FindingState::PartlyAccepted,
        None => FindingState::Open,
    }
}

/// Whole months of this year from a renewal on.
fn months_left(on: Date, today: Date) -> i64 {
    if on.year() != today.year() {
        return 0;
    }
    i64::from(12 - on.month()) + i64::from(on.day() == 1)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn months_left_are_whole_months_of_this_year() {
        let today = date(2026, 3, 10);
        let cases = [((2026, 12, 1), 1), ((2026, 12, 2), 0), ((2026, 4, 15), 8), ((2027, 1, 1), 0)];
        for ((year, month, day), months) in cases {
            assert_eq!(months_left(date(year, month, day), today), months);
        }
    }
}
