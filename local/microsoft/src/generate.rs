//! A directory from a seed: a company of the wanted size as one meets them, with waste planted where the ledger says
//! and traps that only look like waste.

mod directory_only;
mod usage;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use directory_only::Plant;
use jiff::Timestamp;
use model::{DirectoryId, GroupId, PersonId, PlanId, SkuId};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    day::Day,
    directory::{Directory, Group, Kind, License, Name, Person, SignIn, Sku, Source, Subscription, Usage},
    ledger::{Department, Drives, Ledger, Planted},
    products as p, reports, words,
};

/// What to generate. The same recipe makes the same directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// Everything random follows from it, the ids too.
    pub seed: u64,
    /// The time the directory is as of: every date lies before it, renewals after it.
    pub now: Timestamp,
    /// Accounts of all kinds, 20 to 100,000.
    pub people: u32,
    /// The company's name; one of a list when `None`.
    pub name: Option<String>,
    /// Whether it has Entra ID P1, without which Graph refuses `signInActivity`. A directory without holds no product
    /// that contains P1 (so no Business Premium, no Microsoft 365 E3).
    pub p1: bool,
    /// Whether the usage reports hide names (`displayConcealedNames`).
    pub concealed: bool,
    /// Whether people are synchronised from an Active Directory on premises.
    pub hybrid: bool,
    /// Whether subscriptions were bought through a partner.
    pub partner: bool,
    /// Whether it has a past: one licence type is bought by the month and in use all year, somebody works with a product
    /// that Microsoft has retired since, and who left has left files.
    #[serde(default)]
    pub aged: bool,
    /// Whether owners are to look at it: who would have a hostile name has an ordinary one, and nothing else differs.
    #[serde(default)]
    pub shown: bool,
    /// What to plant beside ordinary people.
    pub oddities: Oddities,
}

/// What to plant. All on by default; each costs a handful of accounts in a small directory and about 1 % in a large
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oddities {
    /// Waste: what the ledger lists. Off: a tidy company with an empty ledger.
    pub waste: bool,
    /// What looks like waste and is none.
    pub traps: bool,
    /// Display names that are formulas, markup, control characters.
    pub hostile_names: bool,
    /// Licences given by groups, one of them dynamic, some people licensed twice.
    pub groups: bool,
    /// A licence type no product table knows.
    pub unlisted_sku: bool,
}

impl Oddities {
    /// Everything planted.
    pub const ALL: Self = Self { waste: true, traps: true, hostile_names: true, groups: true, unlisted_sku: true };
    /// Nothing planted.
    pub const NONE: Self =
        Self { waste: false, traps: false, hostile_names: false, groups: false, unlisted_sku: false };
}

impl Recipe {
    /// A company of `people` accounts with everything planted, Entra ID P1 and readable reports.
    pub fn new(seed: u64, now: Timestamp, people: u32) -> Self {
        Self {
            seed,
            now,
            people,
            name: None,
            p1: true,
            concealed: false,
            hybrid: false,
            partner: false,
            aged: false,
            shown: false,
            oddities: Oddities::ALL,
        }
    }
}

/// What becomes of an account: decides its dates and what the ledger says of its licences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// At work.
    Active,
    /// L3: blocked, last active long ago or never.
    Blocked,
    /// Trap: blocked, active some days ago.
    JustBlocked,
    /// Blocked and without licences, as it should be.
    Left,
    /// L6: last active more than 90 days ago.
    Inactive,
    /// L6: dormant, while somebody guesses its password.
    SprayedDormant,
    /// L7: created and licensed long ago, never used.
    NeverUsed,
    /// Trap: created some days ago, not used yet.
    JustCreated,
    /// Trap: old account, licensed some days ago, not used yet.
    JustLicensed,
    /// Trap: only failed sign-ins, and no record of successful ones to tell.
    SprayedUnclear,
    /// Trap: no sign-in for long, mail read every day.
    MailOnly,
    /// Trap: a service that signs in without a person.
    Service,
}

/// The longest a free or trial seat count a synthetic cap may claim.
const FLOW_FREE_SEATS: u32 = 10_000;
const POWER_BI_FREE_SEATS: u32 = 1_000_000;
/// Usage reports remember half a year.
const REPORT_MEMORY: u16 = 175;
/// The licence type that an aged company buys by the month, by its place: as many are bought as used.
const BY_MONTH: usize = 1;

struct Dice(ChaCha8Rng);

impl Dice {
    /// 0 to `n - 1`.
    fn below(&mut self, n: usize) -> usize {
        // The high half of a product: even enough for names and dates.
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }
    /// `low` to `high`, both included.
    fn between(&mut self, low: u16, high: u16) -> u16 {
        low + u16::try_from(self.below(usize::from(high - low) + 1)).unwrap_or(0)
    }
    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }
    fn byte(&mut self, below: usize) -> u8 {
        u8::try_from(self.below(below.min(256))).unwrap_or(0)
    }
    fn guid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// An account in the making.
struct Draft {
    person: Person,
    fate: Fate,
    suite: Option<SkuId>,
    /// An add-on its suite already contains.
    redundant: Option<SkuId>,
    /// What else was planted on it.
    planted: Vec<Plant>,
    /// What was planted that only usage tells.
    uses: Option<usage::Use>,
    /// L26: a shared mailbox that somebody signs in to, without a licence.
    signed_in_to: bool,
}

struct Generator<'a> {
    recipe: &'a Recipe,
    dice: Dice,
    today: Day,
    skus: Vec<Sku>,
    plan_sets: Vec<Vec<PlanId>>,
    /// Namesakes so far.
    namesakes: HashMap<(u16, u16), u16>,
    hostile: u8,
    drafts: Vec<Draft>,
}

impl Directory {
    /// Makes a directory of a recipe. Deterministic: equal recipes make equal directories.
    pub fn generate(recipe: &Recipe) -> Self {
        let today = Day::at(recipe.now).unwrap_or(crate::simulation::FIRST_DAY);
        let recipe = &Recipe { people: recipe.people.clamp(20, 100_000), ..recipe.clone() };
        let dice = Dice(ChaCha8Rng::seed_from_u64(recipe.seed));
        Generator {
            recipe,
            dice,
            today,
            skus: Vec::new(),
            plan_sets: vec![Vec::new()],
            namesakes: HashMap::new(),
            hostile: 0,
            drafts: Vec::with_capacity(recipe.people as usize),
        }
        .run()
    }
}

impl Generator<'_> {
    fn run(mut self) -> Directory {
        let id = DirectoryId(self.dice.guid());
        let company = self.dice.below(words::COMPANIES.len());
        let name = self.recipe.name.clone().unwrap_or_else(|| words::COMPANIES[company].to_owned());
        let slug: String = words::fold(&name).chars().filter(char::is_ascii_alphanumeric).collect();
        let slug = if slug.is_empty() { "company".to_owned() } else { slug };
        let country = words::COUNTRIES[self.dice.below(words::COUNTRIES.len())].to_owned();

        self.people();
        self.licenses();
        let (groups, synced) = self.groups();
        let subscriptions = self.seats();
        // Last, so that whoever was deleted moves nothing else.
        self.deleted_people();
        let ledger = self.ledger(&subscriptions);

        let mut people: Vec<Person> = self.drafts.into_iter().map(|draft| draft.person).collect();
        people.sort_unstable_by_key(|person| person.id);
        let mut groups = groups;
        for (at, group) in groups.iter_mut().enumerate() {
            let member = |person: &&Person| person.licenses.iter().any(|l| l.group.map(usize::from) == Some(at));
            group.members = people.iter().filter(member).map(|person| person.id).collect();
            group.synced = synced && group.rule.is_none() && at == 0;
        }
        let mut directory = Directory {
            id,
            name,
            domain: format!("{slug}.example"),
            initial_domain: format!("{slug}.onmicrosoft.com"),
            country,
            created: Some(self.today.before(2500)),
            p1: self.recipe.p1,
            concealed: self.recipe.concealed,
            people,
            skus: self.skus,
            subscriptions,
            groups,
            plan_sets: self.plan_sets,
            ledger,
            source: Source::Recipe(self.recipe.clone()),
            saved: None,
        };
        directory.recount();
        directory
    }

    /// One in `per` accounts, at least `least`.
    fn share(&self, per: u32, least: u32) -> u32 {
        (self.recipe.people / per).max(least)
    }

    fn people(&mut self) {
        let odd = self.recipe.oddities;
        let large = self.recipe.people >= 40;
        let mut plan: Vec<(Kind, Fate, u32)> = vec![
            (Kind::BreakGlass, Fate::NeverUsed, 1),
            (Kind::Guest, Fate::Active, self.share(20, 1)),
            (Kind::Room, Fate::Left, self.share(60, 1) + u32::from(large)),
            (Kind::Shared, Fate::Left, self.share(50, 1) + u32::from(large)),
            (Kind::Employee, Fate::Left, self.share(60, 1)),
        ];
        if self.recipe.hybrid {
            plan.push((Kind::DirectorySync, Fate::Service, 1));
        }
        if odd.waste {
            plan.push((Kind::Employee, Fate::Blocked, self.share(50, 1)));
            plan.push((Kind::Employee, Fate::Inactive, self.share(25, 1)));
            plan.push((Kind::Employee, Fate::NeverUsed, self.share(60, 1)));
            if large && !self.recipe.concealed && self.recipe.p1 {
                plan.push((Kind::Admin, Fate::Service, 1));
            }
            if self.recipe.p1 && large {
                plan.push((Kind::Employee, Fate::SprayedDormant, self.share(300, 1)));
            }
        }
        if odd.traps {
            plan.push((Kind::Service, Fate::Service, self.share(100, 1)));
            plan.push((Kind::Employee, Fate::JustBlocked, self.share(100, 1)));
            plan.push((Kind::Employee, Fate::JustCreated, self.share(60, 1)));
            if large {
                plan.push((Kind::Employee, Fate::JustLicensed, self.share(200, 1)));
            }
            if self.recipe.p1 && large {
                plan.push((Kind::Employee, Fate::SprayedUnclear, self.share(300, 1)));
            }
            // With names concealed nobody could tell that they read their mail.
            if self.recipe.p1 && large && !self.recipe.concealed {
                plan.push((Kind::Employee, Fate::MailOnly, self.share(150, 1)));
            }
        }
        let special: u32 = plan.iter().map(|(_, _, count)| count).sum();
        plan.push((Kind::Employee, Fate::Active, self.recipe.people.saturating_sub(special).max(3)));
        for (kind, fate, count) in plan {
            for nth in 0..count {
                let draft = self.draft(kind, fate, nth);
                self.drafts.push(draft);
            }
        }
        // The last are the active employees: two run the directory.
        for draft in self.drafts.iter_mut().rev().take(2) {
            draft.person.global_admin = true;
            draft.person.synced = false;
        }
    }

    fn draft(&mut self, kind: Kind, fate: Fate, nth: u32) -> Draft {
        let today = self.today;
        let ago = |days| today.before(days);
        let (name, number) = match kind {
            Kind::Employee | Kind::Guest => self.name(kind),
            _ => {
                let names = u32::try_from(words::things(kind).len()).unwrap_or(1);
                (Name::Thing(u8::try_from(nth % names).unwrap_or(0)), u16::try_from(nth / names).unwrap_or(u16::MAX))
            }
        };
        let created = match fate {
            Fate::JustCreated => ago(self.dice.between(3, 18)),
            // Where only the reports tell, never is known of accounts no older than they look back: 90 days.
            Fate::NeverUsed if !self.recipe.p1 => ago(self.dice.between(70, 90)),
            Fate::JustLicensed | Fate::NeverUsed => ago(self.dice.between(70, 500)),
            _ => ago(self.dice.between(200, 2200)),
        };
        let (sign_in, usage) = self.activity(fate, kind, created);
        let (sign_in, usage) = match kind {
            // Nobody signs in to them; mail arrives.
            Kind::Room | Kind::Shared => {
                (SignIn::default(), Usage { exchange: Some(ago(self.dice.between(1, 60))), ..Usage::default() })
            }
            _ => (sign_in, usage),
        };
        let enabled = !matches!(fate, Fate::Blocked | Fate::JustBlocked | Fate::Left);
        let person = Person {
            id: PersonId(self.dice.guid()),
            name,
            number,
            kind,
            enabled,
            synced: self.recipe.hybrid && kind == Kind::Employee && self.dice.percent(85),
            global_admin: kind == Kind::BreakGlass,
            deleted: false,
            deleted_on: None,
            department: self.dice.byte(words::DEPARTMENTS.len()),
            title: self.dice.byte(words::TITLES.len()),
            office: self.dice.byte(words::OFFICES.len()),
            created,
            sign_in,
            usage,
            licenses: Vec::new(),
            raw: None,
        };
        Draft { person, fate, suite: None, redundant: None, planted: Vec::new(), uses: None, signed_in_to: false }
    }

    fn name(&mut self, kind: Kind) -> (Name, u16) {
        if self.recipe.oddities.hostile_names
            && kind == Kind::Employee
            && usize::from(self.hostile) < words::HOSTILE.len()
            && self.dice.percent(if self.recipe.people < 200 { 15 } else { 2 })
        {
            self.hostile += 1;
            let at = self.hostile - 1;
            // Without dice: what comes after stays as it is.
            return if self.recipe.shown { self.called(u16::from(at), u16::from(at)) } else { (Name::Hostile(at), 0) };
        }
        let given = u16::try_from(self.dice.below(words::GIVEN.len())).unwrap_or(0);
        let surname = u16::try_from(self.dice.below(words::SURNAMES.len())).unwrap_or(0);
        self.called(given, surname)
    }

    /// A name, with the number it has among namesakes.
    fn called(&mut self, given: u16, surname: u16) -> (Name, u16) {
        let number = self.namesakes.entry((given, surname)).or_insert(0);
        *number += 1;
        (Name::Person { given, surname }, *number - 1)
    }

    /// Dates that make a fate true, in days before today.
    fn activity(&mut self, fate: Fate, kind: Kind, created: Day) -> (SignIn, Usage) {
        let p1 = self.recipe.p1;
        let today = self.today;
        let ago = |days: u16| today.before(days).max(created);
        // Without sign-in dates only the reports tell, and they forget.
        let longest = |p1_days| if p1 { p1_days } else { 160 };
        let last = match fate {
            Fate::Active if kind == Kind::Guest && self.dice.percent(50) => return Default::default(),
            Fate::Active => self.dice.between(1, 20),
            Fate::JustBlocked => self.dice.between(4, 16),
            Fate::Left => self.dice.between(60, 400),
            Fate::Blocked if self.dice.percent(20) => return Default::default(),
            Fate::Blocked => self.dice.between(45, longest(400)),
            Fate::Inactive | Fate::SprayedDormant => self.dice.between(105, longest(700)),
            Fate::NeverUsed | Fate::JustCreated | Fate::JustLicensed => return Default::default(),
            Fate::SprayedUnclear => {
                let sign_in = SignIn { interactive: Some(ago(self.dice.between(1, 9))), ..SignIn::default() };
                return (sign_in, Usage::default());
            }
            Fate::MailOnly => {
                let last = ago(self.dice.between(120, 190));
                let sign_in = SignIn { successful: Some(last), interactive: Some(last), non_interactive: None };
                let usage = Usage { exchange: Some(ago(self.dice.between(2, 9))), ..Usage::default() };
                return (sign_in, usage);
            }
            Fate::Service => {
                let last = Some(ago(self.dice.between(1, 3)));
                // Where no sign-in date can be read, the mail it sends must show that it is in use.
                let usage = Usage { exchange: last.filter(|_| !p1), ..Usage::default() };
                return (SignIn { successful: last, interactive: None, non_interactive: last }, usage);
            }
        };
        let used = |dice: &mut Dice, chance: usize| {
            let days = last.saturating_add(dice.between(0, 6));
            (dice.percent(chance) && days <= REPORT_MEMORY).then(|| ago(days))
        };
        let dice = &mut self.dice;
        // The day's latest trace is a sign-in with P1, a mail without.
        let usage = Usage {
            exchange: (last <= REPORT_MEMORY).then(|| ago(last)),
            onedrive: used(dice, 60),
            sharepoint: used(dice, 50),
            teams: used(dice, 80),
            apps: used(dice, 70),
            activated: dice.percent(70).then(|| today.before(dice.between(200, 800)).max(created)),
            ..Usage::default()
        };
        let mut sign_in = SignIn {
            successful: Some(ago(last)),
            interactive: Some(ago(last.saturating_add(dice.between(0, 15)))),
            non_interactive: dice.percent(80).then(|| ago(last)),
        };
        if fate == Fate::SprayedDormant {
            sign_in.interactive = Some(ago(dice.between(1, 9)));
        }
        (sign_in, usage)
    }

    // Licences

    fn sku(&mut self, id: SkuId) -> u16 {
        if let Some(at) = self.skus.iter().position(|sku| sku.id == id) {
            return u16::try_from(at).unwrap_or(0);
        }
        let (part_number, plans) = match p::product(id) {
            Some(product) => (
                product.part_number,
                // Graph says Company of the plans that every product of a service carries.
                product.plans().map(|(name, id)| (name.to_owned(), id, !name.ends_with("_FOUNDATION"))).collect(),
            ),
            None => (p::UNLISTED.1, vec![(p::UNLISTED.3.to_owned(), p::UNLISTED.2, true)]),
        };
        self.skus.push(Sku {
            id,
            part_number: part_number.to_owned(),
            status: "Enabled",
            for_users: true,
            enabled: 0,
            warning: 0,
            suspended: 0,
            locked_out: 0,
            consumed: 0,
            beyond: 0,
            plans,
            raw: None,
        });
        u16::try_from(self.skus.len() - 1).unwrap_or(0)
    }

    fn give(&mut self, at: usize, sku: SkuId, disabled: u16) {
        let sku = self.sku(sku);
        let draft = &self.drafts[at];
        if draft.person.licenses.iter().any(|l| l.sku == sku) {
            return;
        }
        let changed = match draft.fate {
            Fate::JustCreated => draft.person.created,
            Fate::JustLicensed => self.today.before(self.dice.between(3, 18)),
            _ => {
                let age = u16::try_from(draft.person.created.until(self.today)).unwrap_or(0);
                self.today.before(self.dice.between(45.min(age), age.max(45)))
            }
        };
        let changed = changed.max(draft.person.created);
        self.drafts[at].person.licenses.push(License { sku, group: None, disabled, changed, failed: false });
    }

    /// Suites of a company like this, and out of a hundred how many hold each.
    fn mix(&self) -> &'static [(SkuId, usize)] {
        match (self.recipe.people <= 300, self.recipe.p1) {
            (true, true) => &[(p::BUSINESS_PREMIUM, 55), (p::BUSINESS_STANDARD, 30), (p::BUSINESS_BASIC, 15)],
            (true, false) => &[(p::BUSINESS_STANDARD, 60), (p::BUSINESS_BASIC, 40)],
            (false, true) => &[(p::MICROSOFT_E3, 62), (p::MICROSOFT_E5, 14), (p::MICROSOFT_F3, 24)],
            (false, false) => &[(p::OFFICE_E3, 70), (p::OFFICE_E1, 30)],
        }
    }

    fn licenses(&mut self) {
        let mix = self.mix();
        // The company's first suite comes first among its licence types.
        for (suite, _) in mix {
            self.sku(*suite);
        }
        for at in 0..self.drafts.len() {
            let (kind, fate) = (self.drafts[at].person.kind, self.drafts[at].fate);
            match kind {
                Kind::Employee if fate != Fate::Left => self.license_employee(at, mix),
                Kind::Service if fate == Fate::Service => self.give(at, p::EXCHANGE_P1, 0),
                _ => {}
            }
        }
        self.add_ons();
        self.usage();
    }

    fn license_employee(&mut self, at: usize, mix: &[(SkuId, usize)]) {
        let mut draw = self.dice.below(100);
        let mut suite = mix[0].0;
        for (candidate, weight) in mix {
            suite = *candidate;
            if draw < *weight {
                break;
            }
            draw -= weight;
        }
        self.drafts[at].suite = Some(suite);
        self.give(at, suite, 0);
        if self.dice.percent(40) {
            self.give(at, p::FLOW_FREE, 0);
        }
        if self.dice.percent(15) {
            self.give(at, p::POWER_BI_FREE, 0);
        }
        // Paid extras of people at work, none of which a suite of theirs contains.
        if self.drafts[at].fate == Fate::Active && self.recipe.people >= 40 {
            let extras: &[(SkuId, usize)] =
                &[(p::VISIO_P2, 3), (p::COPILOT, 6), (p::POWER_BI_PRO, 5), (p::TEAMS_PHONE, 4)];
            for (extra, chance) in extras {
                let contained = suite == p::MICROSOFT_E5 && (*extra == p::POWER_BI_PRO || *extra == p::TEAMS_PHONE);
                let without_teams = suite == p::MICROSOFT_F3 && *extra == p::TEAMS_PHONE;
                // Beside Power BI it would make a larger suite cheaper: no extra of a tidy company.
                let dearer = suite == p::MICROSOFT_E3 && *extra == p::TEAMS_PHONE && !self.recipe.oddities.waste;
                if self.dice.percent(*chance) && !contained && !without_teams && !dearer {
                    self.give(at, *extra, 0);
                }
            }
        }
    }

    /// Active employees on one of `suites` that nothing was planted on yet, `count` of them.
    fn pick(&mut self, suites: &[SkuId], count: u32) -> Vec<usize> {
        let mut picked = Vec::new();
        let start = self.dice.below(self.drafts.len());
        for step in 0..self.drafts.len() {
            let at = (start + step) % self.drafts.len();
            let draft = &self.drafts[at];
            let plain = draft.fate == Fate::Active
                && draft.redundant.is_none()
                && draft.planted.is_empty()
                && draft.uses.is_none()
                && !draft.person.global_admin
                && draft.suite.is_some_and(|suite| suites.contains(&suite))
                && !draft.person.licenses.iter().any(|l| l.disabled != 0)
                && !self
                    .holds_any(draft, &[p::EXCHANGE_P1, p::EXCHANGE_P2, p::ENTRA_P1, p::POWER_BI_PRO, p::PROJECT_P3]);
            if plain {
                picked.push(at);
                if picked.len() == count as usize {
                    break;
                }
            }
        }
        picked
    }

    fn holds_any(&self, draft: &Draft, skus: &[SkuId]) -> bool {
        draft.person.licenses.iter().any(|l| skus.contains(&self.skus[usize::from(l.sku)].id))
    }

    fn add_ons(&mut self) {
        let odd = self.recipe.oddities;
        let with_mail = [p::BUSINESS_STANDARD, p::BUSINESS_BASIC, p::BUSINESS_PREMIUM, p::OFFICE_E3, p::MICROSOFT_E3];
        if odd.waste {
            // L10: Exchange beside a suite that has it, for those at work and for some who are gone.
            let mut holders = self.pick(&with_mail, self.share(50, 1));
            let gone = |d: &Draft| d.fate == Fate::Inactive && d.suite.is_some_and(|suite| with_mail.contains(&suite));
            holders.extend(self.drafts.iter().position(gone));
            for at in holders {
                self.plant_redundant(at, p::EXCHANGE_P1);
            }
            if self.recipe.p1 {
                for at in self.pick(&[p::BUSINESS_PREMIUM, p::MICROSOFT_E3], self.share(80, 1)) {
                    self.plant_redundant(at, p::ENTRA_P1);
                }
                for at in self.pick(&[p::MICROSOFT_E5], self.share(120, 1)) {
                    self.plant_redundant(at, p::POWER_BI_PRO);
                }
            }
            // L20: people on a subscription that lapsed.
            for at in self.pick(&with_mail, self.share(100, 2)) {
                self.give(at, p::PROJECT_P3, 0);
            }
            self.plant_directory_only();
            if self.recipe.aged {
                self.retired_products();
            }
        }
        if odd.traps {
            // A larger mailbox is no duplicate.
            for at in self.pick(&[p::BUSINESS_STANDARD, p::BUSINESS_PREMIUM], self.share(60, 1)) {
                self.give(at, p::EXCHANGE_P2, 0);
            }
            for at in self.pick(&[p::MICROSOFT_F3], self.share(100, 1)) {
                self.give(at, p::EXCHANGE_P1, 0);
            }
            // The suite's own Exchange is turned off: the add-on is the mailbox.
            for at in self.pick(&with_mail, self.share(80, 1)) {
                self.turn_off(at, &[p::EXCHANGE_S_STANDARD, p::EXCHANGE_S_ENTERPRISE]);
                self.give(at, p::EXCHANGE_P1, 0);
            }
            // Entra ID P1 where the suite lacks it.
            if self.recipe.p1 {
                for at in self.pick(&[p::BUSINESS_BASIC, p::BUSINESS_STANDARD], self.share(60, 1)) {
                    self.give(at, p::ENTRA_P1, 0);
                }
            }
            // A trial, held by people at work and by one who is gone.
            let mut holders = self.pick(&with_mail, 3);
            holders.extend(self.drafts.iter().position(|draft| draft.fate == Fate::Inactive));
            for at in holders {
                self.give(at, p::TEAMS_PREMIUM, 0);
            }
            // A guest who works with us, licensed.
            let guest = |d: &Draft| d.person.kind == Kind::Guest && d.person.sign_in.successful.is_some();
            if let Some(at) = self.drafts.iter().position(guest) {
                // The reports do not list guests by an address we know: the sign-in must show it, or nothing could.
                if self.recipe.p1 {
                    self.give(at, p::POWER_BI_PRO, 0);
                }
            }
            // A shared mailbox with an archive, blocked as it should be, and receiving mail.
            if !self.recipe.concealed
                && let Some(at) = self.drafts.iter().position(|d| d.person.kind == Kind::Shared)
            {
                self.drafts[at].person.usage.exchange = Some(self.today.before(3));
                self.give(at, p::EXCHANGE_P2, 0);
            }
            // A meeting room that signs in by itself; the licence contains P1.
            if self.recipe.p1
                && let Some(at) = self.drafts.iter().position(|d| d.person.kind == Kind::Room)
            {
                let person = &mut self.drafts[at].person;
                person.enabled = true;
                let last = Some(self.today.before(1));
                person.sign_in = SignIn { successful: last, interactive: None, non_interactive: last };
                self.give(at, p::TEAMS_ROOMS_PRO, 0);
            }
        }
        if odd.unlisted_sku {
            for at in self.pick(&with_mail, self.share(200, 2)) {
                self.give(at, p::UNLISTED.0, 0);
            }
        }
    }

    /// Turns plans of somebody's suite off for them.
    fn turn_off(&mut self, at: usize, plans: &[PlanId]) {
        let suite = self.drafts[at].suite.unwrap_or(p::BUSINESS_STANDARD);
        let sku = usize::from(self.sku(suite));
        let off = self.skus[sku].plans.iter().map(|(_, id, _)| *id).filter(|id| plans.contains(id));
        let mut off: Vec<PlanId> = off.collect();
        off.sort_unstable();
        let set = match self.plan_sets.iter().position(|set| *set == off) {
            Some(set) => set,
            None => {
                self.plan_sets.push(off);
                self.plan_sets.len() - 1
            }
        };
        let set = u16::try_from(set).unwrap_or(0);
        for license in self.drafts[at].person.licenses.iter_mut().filter(|l| usize::from(l.sku) == sku) {
            license.disabled = set;
        }
    }

    fn plant_redundant(&mut self, at: usize, sku: SkuId) {
        self.give(at, sku, 0);
        self.drafts[at].redundant = Some(sku);
    }

    /// Groups that give the company's suites; the licences they give are theirs from here on.
    fn groups(&mut self) -> (Vec<Group>, bool) {
        if !self.recipe.oddities.groups || self.recipe.people < 40 {
            return (Vec::new(), false);
        }
        let mix = self.mix();
        let mut groups = Vec::new();
        for (at, (suite, _)) in mix.iter().take(2).enumerate() {
            let sku = self.sku(*suite);
            let part = self.skus[usize::from(sku)].part_number.clone();
            groups.push(Group {
                id: GroupId(self.dice.guid()),
                name: match at {
                    0 => format!("Licence {part}"),
                    _ => format!("=\"Licences\"&<b>{part}</b>"),
                },
                skus: vec![sku],
                synced: false,
                mail: false,
                rule: (at == 1).then(|| "(user.department -ne \"External\")".to_owned()),
                members: Vec::new(),
                raw: None,
            });
        }
        // A third, small and cloud-only: leaving it is a fix.
        let third = mix[0].0;
        let sku = self.sku(third);
        groups.push(Group {
            id: GroupId(self.dice.guid()),
            name: "Licence pilots".to_owned(),
            skus: vec![sku],
            synced: false,
            mail: false,
            rule: None,
            members: Vec::new(),
            raw: None,
        });
        for draft in &mut self.drafts {
            let draw = self.dice.below(100);
            let mut twice = None;
            for license in draft.person.licenses.iter_mut().filter(|l| l.disabled == 0 && !l.failed) {
                let group = match groups.iter().position(|group| group.skus.contains(&license.sku)) {
                    Some(0) if draw < 25 => Some(0),
                    Some(0) if draw < 40 => Some(2),
                    Some(1) if draw < 40 => Some(1),
                    _ => None,
                };
                if let Some(group) = group {
                    // Some keep the direct licence of old beside the group's: one seat all the same.
                    if draw.is_multiple_of(10) {
                        twice = Some(*license);
                    }
                    license.group = Some(group);
                }
            }
            draft.person.licenses.extend(twice);
        }
        (groups, self.recipe.hybrid)
    }

    // Seats and subscriptions

    /// L29: a company that is about to outgrow its Business plan bought ahead. Nobody else fits into it then.
    fn buys_ahead(&self) -> bool {
        self.recipe.oddities.waste && (280..=300).contains(&self.recipe.people)
    }

    fn seats(&mut self) -> Vec<Subscription> {
        let odd = self.recipe.oddities;
        if odd.traps {
            // Lapsed and empty: nothing to tell.
            let unused = if self.recipe.people <= 300 { p::OFFICE_E1 } else { p::BUSINESS_BASIC };
            self.sku(unused);
        }
        let consumed = self.used();
        let buys_ahead = self.buys_ahead();
        let owner = self.recipe.partner.then(|| DirectoryId(self.dice.guid()));
        let mut subscriptions = Vec::new();
        for (at, used) in consumed.into_iter().enumerate() {
            let id = self.skus[at].id;
            let more = self.dice.between(3, 7);
            let in_grace = self.dice.percent(50);
            let sku = &mut self.skus[at];
            let mut status = "Enabled";
            match id {
                p::FLOW_FREE => sku.enabled = FLOW_FREE_SEATS,
                p::POWER_BI_FREE => sku.enabled = POWER_BI_FREE_SEATS,
                p::TEAMS_PREMIUM => sku.enabled = used.max(25),
                _ if id == p::UNLISTED.0 => sku.enabled = used,
                p::PROJECT_P3 if in_grace => (status, sku.warning) = ("Warning", used + 1),
                p::PROJECT_P3 => (status, sku.suspended) = ("Suspended", used + 1),
                _ if used == 0 && at >= 3 => (status, sku.suspended) = ("Suspended", 25),
                // Bought for more people than came: the first suite, and Copilot.
                _ if odd.waste && (at == 0 || id == p::COPILOT) => {
                    let wasted = u32::from(more) + used / 12;
                    let ahead = if at == 0 && buys_ahead { 270 } else { 0 };
                    sku.enabled = (used + wasted).max(ahead);
                    while sku.enabled - used < slack(sku.enabled) + wasted {
                        sku.enabled += 1;
                    }
                }
                // More were assigned than bought: somebody cut the number at the last renewal.
                p::VISIO_P2 if odd.waste && used > 1 => sku.enabled = used - 1,
                // Seats for the next hires, to the last that is still slack.
                _ if odd.traps && at % 2 == 0 => {
                    sku.enabled = used;
                    while sku.enabled + 1 - used <= slack(sku.enabled + 1) {
                        sku.enabled += 1;
                    }
                }
                _ => sku.enabled = used,
            }
            sku.status = status;
            let seats = sku.enabled.max(sku.warning).max(sku.suspended);
            // The first suite was bought twice, with a renewal each.
            let parts = if at == 0 && seats >= 10 { vec![seats - seats / 3, seats / 3] } else { vec![seats] };
            let trial = id == p::TEAMS_PREMIUM;
            let free = matches!(id, p::FLOW_FREE | p::POWER_BI_FREE);
            for (nth, seats) in parts.into_iter().enumerate() {
                let offset = if nth == 0 { self.dice.between(20, 340) } else { self.dice.between(8, 19) };
                // A trial that ends soon is told of.
                let offset = match (trial, odd.waste) {
                    (true, true) => self.dice.between(5, 25),
                    (true, false) => self.dice.between(35, 55),
                    (false, _) => offset,
                };
                let next = self.today.after(offset);
                // A year's term, some renewals old; a trial runs for 60 days.
                let created = if trial { next.before(60) } else { next.before(365 * self.dice.between(1, 3)) };
                // By the month: none of the second suite is to spare.
                let by_month = self.recipe.aged && at == BY_MONTH;
                let (created, next) = match by_month {
                    true => (self.today.before(10), self.today.after(20)),
                    false => (created, next),
                };
                subscriptions.push(Subscription {
                    id: self.dice.guid().to_string(),
                    sku: u16::try_from(at).unwrap_or(0),
                    created,
                    next_lifecycle: (!free).then_some(next),
                    trial,
                    status,
                    seats,
                    owner: owner.filter(|_| !free && !trial),
                    raw: None,
                });
            }
        }
        subscriptions
    }

    // Ledger

    /// How many people hold each licence type.
    fn used(&self) -> Vec<u32> {
        let holds = |d: &Draft, at| {
            !d.person.deleted && d.person.licenses.iter().any(|l| usize::from(l.sku) == at && !l.failed)
        };
        let count = |at| self.drafts.iter().filter(|draft| holds(draft, at)).count();
        (0..self.skus.len()).map(|at| u32::try_from(count(at)).unwrap_or(u32::MAX)).collect()
    }

    fn ledger(&self, subscriptions: &[Subscription]) -> Ledger {
        if !self.recipe.oddities.waste {
            return Ledger::default();
        }
        let mut entries = Vec::new();
        let seen = self.recipe.p1 || !self.recipe.concealed;
        let free = [p::FLOW_FREE, p::POWER_BI_FREE, p::TEAMS_PREMIUM];
        let planted = |d: &&Draft| !d.person.deleted && (d.person.kind == Kind::Employee || d.uses.is_some());
        for draft in self.drafts.iter().filter(planted) {
            let held = draft.person.licenses.iter().filter(|l| !l.failed);
            let mut skus: Vec<SkuId> = held.map(|l| self.skus[usize::from(l.sku)].id).collect();
            skus.sort_unstable();
            skus.dedup();
            for sku in skus.into_iter().filter(|sku| !free.contains(sku)) {
                let found = match draft.fate {
                    _ if draft.person.kind != Kind::Employee => None,
                    Fate::Blocked if seen => Some(("L3", false)),
                    _ if draft.redundant == Some(sku) => Some(("L10", true)),
                    Fate::NeverUsed if seen => Some(("L7", false)),
                    Fate::Inactive | Fate::SprayedDormant if seen => Some(("L6", false)),
                    _ => None,
                };
                match found {
                    Some((check, certain)) => {
                        let person = Some(draft.person.id);
                        entries.push(Planted { check, sku, to: None, person, seats: 1, certain });
                    }
                    None => entries.extend(Self::entry_of(draft, sku)),
                }
            }
        }
        let used = self.used();
        for (at, (sku, used)) in self.skus.iter().zip(&used).enumerate() {
            let (check, seats) = match sku.id {
                p::PROJECT_P3 => ("L20", *used),
                id if at == 0 || id == p::COPILOT => ("L1", sku.enabled - used - slack(sku.enabled)),
                _ => continue,
            };
            entries.push(Planted { check, sku: sku.id, to: None, person: None, seats, certain: true });
        }
        entries.extend(self.directory_only_entries(subscriptions, &used));
        entries.sort_unstable();
        let mut accounts: Vec<_> =
            self.drafts.iter().filter(|d| d.signed_in_to).map(|d| ("L26", d.person.id)).collect();
        accounts.sort_unstable();
        let after_a_year = match used.get(BY_MONTH).copied().filter(|used| self.recipe.aged && *used > 0) {
            Some(seats) => {
                let sku = self.skus[BY_MONTH].id;
                vec![Planted { check: "L22", sku, to: None, person: None, seats, certain: true }]
            }
            None => Vec::new(),
        };
        Ledger { entries, accounts, after_a_year, departments: self.departments(), drives: self.drives() }
    }

    /// L27: paid licences by department. Trials, free ones and what has lapsed are paid by nobody.
    fn departments(&self) -> Vec<Department> {
        let unpaid = [p::FLOW_FREE, p::POWER_BI_FREE, p::TEAMS_PREMIUM];
        let paid = |sku: &&Sku| !unpaid.contains(&sku.id) && ["Enabled", "Warning"].contains(&sku.status);
        let mut departments: BTreeMap<Option<&'static str>, Department> = BTreeMap::new();
        for draft in self.drafts.iter().filter(|draft| !draft.person.deleted) {
            let held = draft.person.licenses.iter().filter(|license| !license.failed);
            let held = held.map(|license| &self.skus[usize::from(license.sku)]).filter(paid);
            let held: BTreeSet<SkuId> = held.map(|sku| sku.id).collect();
            if held.is_empty() {
                continue;
            }
            let employee = draft.person.kind == Kind::Employee;
            let name = employee.then(|| words::DEPARTMENTS[usize::from(draft.person.department)]);
            let department = departments.entry(name).or_insert_with(|| Department { name, ..Department::default() });
            department.people += 1;
            held.into_iter().for_each(|sku| *department.seats.entry(sku).or_default() += 1);
        }
        departments.into_values().collect()
    }

    /// L28: what people without a licence left in OneDrive and nobody used for 90 days before the report.
    fn drives(&self) -> Drives {
        let refreshed = self.today.before(reports::LAG);
        let old = |person: &&Person| person.usage.onedrive.is_some_and(|day| day.until(refreshed) > 90);
        let left = self.drafts.iter().map(|draft| &draft.person).filter(|person| reports::left_drive(person));
        left.filter(old).fold(Drives::default(), |sum, person| Drives {
            count: sum.count + 1,
            used_mib: sum.used_mib + (reports::drive_bytes(person) >> 20),
        })
    }
}

/// Seats a company may leave unused: two, or one in twenty rounded up.
fn slack(enabled: u32) -> u32 {
    enabled.div_ceil(20).max(2)
}
