//! A directory from a seed: a company of the wanted size as one meets them, with waste planted where the ledger says
//! and traps that only look like waste.

mod directory_only;
mod licences;
mod planted;
mod seats;
mod usage;

use std::collections::HashMap;

use directory_only::Plant;
use jiff::Timestamp;
use model::{DirectoryId, GroupId, PersonId, PlanId, SkuId};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    day::Day,
    directory::{Directory, Group, Kind, Name, Person, SignIn, Sku, Source, Usage},
    words,
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
            mail: None,
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
}

/// Seats a company may leave free beside those in use: two, or one in twenty of all, rounded up.
fn slack(used: u32) -> u32 {
    used.div_ceil(19).max(2)
}
