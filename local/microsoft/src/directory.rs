//! A customer's directory as Microsoft keeps it: people, licence types, subscriptions, groups, and the rules of
//! changing them. People are small records; JSON is made of them page by page.

use std::collections::{BTreeMap, BTreeSet};

use model::{DirectoryId, GroupId, PersonId, PlanId, SkuId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{bought::Bought, day::Day, generate::Recipe, ledger::Ledger, products, words};

/// A simulated directory, from [`Directory::generate`] or [`Directory::from_folder`].
#[derive(Debug, Clone)]
pub struct Directory {
    pub(crate) id: DirectoryId,
    pub(crate) name: String,
    /// The default verified domain.
    pub(crate) domain: String,
    /// The `….onmicrosoft.com` domain.
    pub(crate) initial_domain: String,
    pub(crate) country: String,
    pub(crate) created: Option<Day>,
    /// Whether it has Entra ID P1: without it Graph refuses `signInActivity`.
    pub(crate) p1: bool,
    /// Graph's `displayConcealedNames`.
    pub(crate) concealed: bool,
    /// In order of their ids.
    pub(crate) people: Vec<Person>,
    pub(crate) skus: Vec<Sku>,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) groups: Vec<Group>,
    /// Sets of disabled plans, so that a licence names one by its place. The first is empty.
    pub(crate) plan_sets: Vec<Vec<PlanId>>,
    pub(crate) ledger: Ledger,
    pub(crate) source: Source,
    /// What a folder of saved answers holds beyond people, licences and groups.
    pub(crate) saved: Option<Box<Saved>>,
}

/// Where a directory came from, to make it again after a restart.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    Recipe(Recipe),
    Folder(std::path::PathBuf),
}

/// Answers served as they were saved.
#[derive(Debug, Clone, Default)]
pub(crate) struct Saved {
    /// Graph's `organization`.
    pub organization: Map<String, Value>,
    /// Report CSVs, by the report's name in lower case.
    pub reports: BTreeMap<&'static str, String>,
    /// Which collections the folder held.
    pub collections: BTreeSet<&'static str>,
}

/// What an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Employee,
    Guest,
    Service,
    Room,
    Shared,
    BreakGlass,
    DirectorySync,
    /// An account its owner administers with and does not work with: Exchange Administrator.
    Admin,
}

/// How an account is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// A given name and a surname, by their places in the word lists.
    Person { given: u16, surname: u16 },
    /// One of the names nobody tests with, by its place in the list.
    Hostile(u8),
    /// Rooms, shared mailboxes, services: by kind and place.
    Thing(u8),
}

/// Last use of a service, as the usage reports tell it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    pub exchange: Option<Day>,
    pub onedrive: Option<Day>,
    pub sharepoint: Option<Day>,
    pub teams: Option<Day>,
    pub apps: Option<Day>,
    /// Desktop activation of the Office apps.
    pub activated: Option<Day>,
    /// Desktop activation of Visio or Project.
    pub drawing: Option<Day>,
    pub copilot: Option<Day>,
}

/// When an account signed in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct SignIn {
    pub successful: Option<Day>,
    /// Counts failed attempts.
    pub interactive: Option<Day>,
    /// Counts failed attempts.
    pub non_interactive: Option<Day>,
}

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub id: PersonId,
    pub name: Name,
    /// Tells namesakes apart in their addresses.
    pub number: u16,
    pub kind: Kind,
    pub enabled: bool,
    pub synced: bool,
    pub global_admin: bool,
    pub deleted: bool,
    pub deleted_on: Option<Day>,
    pub department: u8,
    pub title: u8,
    pub office: u8,
    pub created: Day,
    pub sign_in: SignIn,
    pub usage: Usage,
    pub licenses: Vec<License>,
    /// Graph's `mail`, where an administrator wrote another than the mailbox's.
    pub mail: Option<String>,
    /// The saved answer this account came from; what can change is taken from the fields above.
    pub raw: Option<Box<Map<String, Value>>>,
}

/// One row of `licenseAssignmentStates`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct License {
    /// Place in [`Directory::skus`].
    pub sku: u16,
    /// Place in [`Directory::groups`]; `None` when assigned directly.
    pub group: Option<u16>,
    /// Place in [`Directory::plan_sets`].
    pub disabled: u16,
    pub changed: Day,
    /// The assignment failed: the row is there, the licence is not.
    pub failed: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Sku {
    pub id: SkuId,
    pub part_number: String,
    /// Graph's `capabilityStatus`.
    pub status: &'static str,
    /// `false` for `appliesTo: Company`.
    pub for_users: bool,
    pub enabled: u32,
    pub warning: u32,
    pub suspended: u32,
    pub locked_out: u32,
    /// Who holds it; kept as people change.
    pub consumed: u32,
    /// Seats in use that no person here explains, as saved answers may say.
    pub beyond: u32,
    pub plans: Vec<(String, PlanId, bool)>,
    /// The saved answer it came from.
    pub raw: Option<Map<String, Value>>,
}

impl Sku {
    /// One for people, of which there are no seats yet.
    pub fn without_seats(
        id: SkuId,
        part_number: String,
        status: &'static str,
        plans: Vec<(String, PlanId, bool)>,
    ) -> Self {
        Self {
            id,
            part_number,
            status,
            for_users: true,
            enabled: 0,
            warning: 0,
            suspended: 0,
            locked_out: 0,
            consumed: 0,
            beyond: 0,
            plans,
            raw: None,
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Subscription {
    pub id: String,
    pub sku: u16,
    pub created: Day,
    pub next_lifecycle: Option<Day>,
    pub trial: bool,
    pub status: &'static str,
    pub seats: u32,
    /// The partner it was bought through.
    pub owner: Option<DirectoryId>,
    /// The saved answer it came from.
    pub raw: Option<Map<String, Value>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub id: GroupId,
    pub name: String,
    pub skus: Vec<u16>,
    pub synced: bool,
    /// Receives mail and is no Microsoft 365 group: Exchange keeps its members.
    pub mail: bool,
    /// The rule of a dynamic group.
    pub rule: Option<String>,
    /// Ids of its members, in order.
    pub members: Vec<PersonId>,
    /// The saved answer it came from.
    pub raw: Option<Map<String, Value>>,
}

/// An account as the sign-in page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Graph's `id`.
    pub id: PersonId,
    /// Graph's `userPrincipalName`.
    pub upn: String,
    /// Graph's `displayName`; may be hostile.
    pub name: String,
    /// Holds Global Administrator.
    pub global_admin: bool,
}

/// All that writes can change of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changeable {
    /// Graph's `accountEnabled`.
    pub enabled: bool,
    /// Their licences, by type and the group that gives it; directly where there is none.
    pub licences: BTreeMap<(SkuId, Option<GroupId>), Assigned>,
    /// The groups they are in.
    pub groups: BTreeSet<GroupId>,
}

/// A licence as somebody has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// Plans of it that are turned off.
    pub disabled: BTreeSet<PlanId>,
    /// Whether the assignment failed: the row is there, the licence is not.
    pub failed: bool,
}

/// Why Graph refuses a change: the status, its `code` and its `message`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{status} {code}: {message}")]
pub struct Refused {
    /// HTTP status.
    pub status: u16,
    /// Graph's `error.code`.
    pub code: &'static str,
    /// Graph's `error.message`.
    pub message: String,
    /// `error.details[0].code`, where Graph names the violated rule.
    pub detail: Option<&'static str>,
}

impl Refused {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), detail: None }
    }
    pub(crate) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "Request_BadRequest", message)
    }
    fn because(mut self, detail: &'static str) -> Self {
        self.detail = Some(detail);
        self
    }
    pub(crate) fn missing(what: impl std::fmt::Display) -> Self {
        Self::new(
            404,
            "Request_ResourceNotFound",
            format!(
                "Resource '{what}' does not exist or one of its queried reference-property objects are not present."
            ),
        )
    }
}

/// A plan that only works beside one of others, as Graph enforces it: dependent, any of.
const DEPENDS_ON: &[(PlanId, &[PlanId])] = &[(products::MCOEV, &[products::TEAMS1, products::MCOSTANDARD])];

impl Directory {
    /// Its id, the `tid` of tokens.
    pub fn id(&self) -> DirectoryId {
        self.id
    }
    /// Graph's `organization.displayName`.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The default verified domain.
    pub fn domain(&self) -> &str {
        &self.domain
    }
    /// What the generator planted; empty for a directory from a folder.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
    /// How many accounts, deleted ones left out.
    pub fn len(&self) -> usize {
        self.people.iter().filter(|person| !person.deleted).count()
    }
    /// Whether it has no account.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Every account, in the order Graph lists them.
    pub fn accounts(&self) -> impl Iterator<Item = Account> {
        self.people.iter().filter(|person| !person.deleted).map(|person| self.account(person))
    }
    /// The Global Administrators who can sign in, emergency accounts last.
    pub fn administrators(&self) -> Vec<Account> {
        let mut admins: Vec<&Person> =
            self.people.iter().filter(|p| p.global_admin && p.enabled && !p.deleted).collect();
        admins.sort_by_key(|person| person.kind == Kind::BreakGlass);
        admins.into_iter().map(|person| self.account(person)).collect()
    }
    /// Whether somebody is at work here: an employee who can sign in and has a licence.
    pub fn works_here(&self, person: PersonId) -> bool {
        self.person(person).is_some_and(|p| p.kind == Kind::Employee && p.enabled && !p.licenses.is_empty())
    }
    /// The guests who can sign in.
    pub fn guests(&self) -> Vec<Account> {
        let guests = self.people.iter().filter(|p| p.kind == Kind::Guest && p.enabled && !p.deleted);
        guests.map(|person| self.account(person)).collect()
    }
    /// Seats of a licence type held by people (Graph's `consumedUnits`).
    pub fn consumed(&self, sku: SkuId) -> Option<u32> {
        self.skus.iter().find(|s| s.id == sku).map(|s| s.consumed)
    }
    /// The licence types a person holds, each once.
    pub fn licenses(&self, person: PersonId) -> Vec<SkuId> {
        self.person(person).map(|p| self.held(p).into_iter().map(|at| self.skus[at].id).collect()).unwrap_or_default()
    }

    /// All that writes can change of somebody; `None` for who is not there.
    pub fn changeable(&self, person: PersonId) -> Option<Changeable> {
        let found = self.person(person)?;
        let row = |license: &License| {
            let group = license.group.map(|group| self.groups[usize::from(group)].id);
            let disabled = self.plan_sets[usize::from(license.disabled)].iter().copied().collect();
            ((self.skus[usize::from(license.sku)].id, group), Assigned { disabled, failed: license.failed })
        };
        let groups = self.groups.iter().filter(|group| group.members.binary_search(&person).is_ok());
        Some(Changeable {
            enabled: found.enabled,
            licences: found.licenses.iter().map(row).collect(),
            groups: groups.map(|group| group.id).collect(),
        })
    }
    /// Graph's `displayConcealedNames`.
    pub fn hides_names(&self) -> bool {
        self.concealed
    }
    /// Seats nobody holds, by licence type; negative where more are held than bought.
    pub fn free(&self) -> BTreeMap<SkuId, i64> {
        self.skus.iter().enumerate().map(|(at, sku)| (sku.id, self.free_seats(at))).collect()
    }
    /// The licence types each group gives.
    pub fn given(&self) -> BTreeMap<GroupId, Vec<SkuId>> {
        let skus = |group: &Group| group.skus.iter().map(|sku| self.skus[usize::from(*sku)].id).collect();
        self.groups.iter().map(|group| (group.id, skus(group))).collect()
    }
    /// The plans of a licence type.
    pub fn plans(&self, sku: SkuId) -> Vec<PlanId> {
        let found = self.skus.iter().find(|one| one.id == sku);
        found.map(|sku| sku.plans.iter().map(|(_, id, _)| *id).collect()).unwrap_or_default()
    }

    pub(crate) fn account(&self, person: &Person) -> Account {
        Account {
            id: person.id,
            upn: self.upn(person),
            name: self.display_name(person),
            global_admin: person.global_admin,
        }
    }
    pub(crate) fn person(&self, id: PersonId) -> Option<&Person> {
        let at = self.people.binary_search_by_key(&id, |p| p.id).ok()?;
        Some(&self.people[at]).filter(|p| !p.deleted)
    }
    fn person_mut(&mut self, id: PersonId) -> Result<&mut Person, Refused> {
        match self.people.binary_search_by_key(&id, |p| p.id) {
            Ok(at) if !self.people[at].deleted => Ok(&mut self.people[at]),
            _ => Err(Refused::missing(id)),
        }
    }
    /// A person by id or `userPrincipalName`, as Graph's `/users/{id}` takes both.
    pub(crate) fn find(&self, key: &str) -> Option<&Person> {
        match key.parse() {
            Ok(id) => self.person(id),
            Err(_) => self.people.iter().find(|p| !p.deleted && self.upn(p).eq_ignore_ascii_case(key)),
        }
    }
    pub(crate) fn group(&self, id: GroupId) -> Option<(usize, &Group)> {
        self.groups.iter().enumerate().find(|(_, group)| group.id == id)
    }

    /// Places of the licence types a person holds, each once, in order.
    pub(crate) fn held(&self, person: &Person) -> Vec<usize> {
        let mut held: Vec<usize> = person.licenses.iter().filter(|l| !l.failed).map(|l| usize::from(l.sku)).collect();
        held.sort_unstable();
        held.dedup();
        held
    }
    /// Plans disabled in a person's licence: only those that every way of assigning it disables.
    pub(crate) fn disabled(&self, person: &Person, sku: usize) -> Vec<PlanId> {
        let mut rows = person.licenses.iter().filter(|l| !l.failed && usize::from(l.sku) == sku);
        let Some(first) = rows.next() else { return Vec::new() };
        let mut disabled = self.plan_sets[usize::from(first.disabled)].clone();
        for row in rows {
            let other = &self.plan_sets[usize::from(row.disabled)];
            disabled.retain(|plan| other.contains(plan));
        }
        disabled
    }

    pub(crate) fn display_name(&self, person: &Person) -> String {
        if let Some(raw) = &person.raw {
            return raw.get("displayName").and_then(Value::as_str).unwrap_or_default().to_owned();
        }
        match person.name {
            Name::Person { given, surname } => {
                format!("{} {}", words::GIVEN[usize::from(given)], words::SURNAMES[usize::from(surname)])
            }
            Name::Hostile(at) => words::HOSTILE[usize::from(at)].0.to_owned(),
            Name::Thing(at) => {
                let list = words::things(person.kind);
                let base = list[usize::from(at) % list.len()];
                match person.number {
                    0 => base.to_owned(),
                    n => format!("{base} {}", n + 1),
                }
            }
        }
    }
    pub(crate) fn given_and_surname(&self, person: &Person) -> Option<(&'static str, &'static str)> {
        match person.name {
            Name::Person { given, surname } => {
                Some((words::GIVEN[usize::from(given)], words::SURNAMES[usize::from(surname)]))
            }
            _ => None,
        }
    }
    pub(crate) fn upn(&self, person: &Person) -> String {
        if let Some(raw) = &person.raw {
            return raw.get("userPrincipalName").and_then(Value::as_str).unwrap_or_default().to_owned();
        }
        let mut local = match person.name {
            Name::Person { given, surname } => format!(
                "{}.{}",
                words::fold(words::GIVEN[usize::from(given)]),
                words::fold(words::SURNAMES[usize::from(surname)])
            ),
            Name::Hostile(at) => words::HOSTILE[usize::from(at)].1.to_owned(),
            Name::Thing(at) => {
                let list = words::things(person.kind);
                words::fold(list[usize::from(at) % list.len()])
            }
        };
        if person.number > 0 {
            local.push_str(&(person.number + 1).to_string());
        }
        match person.kind {
            Kind::Guest => format!("{local}_partner.example#EXT#@{}", self.initial_domain),
            Kind::BreakGlass | Kind::DirectorySync => format!("{local}@{}", self.initial_domain),
            _ => format!("{local}@{}", self.domain),
        }
    }
    /// Who a person's manager is: the first at work in their department, who has none.
    pub(crate) fn manager_of(&self, person: &Person) -> Option<&Person> {
        let at_work = |one: &&Person| one.kind == Kind::Employee && one.enabled && !one.deleted;
        let head = self.people.iter().filter(at_work).find(|one| one.department == person.department)?;
        (head.id != person.id).then_some(head)
    }
    pub(crate) fn has_mailbox(&self, person: &Person) -> bool {
        matches!(person.kind, Kind::Room | Kind::Shared)
            || self.held(person).into_iter().any(|sku| {
                let disabled = self.disabled(person, sku);
                self.skus[sku].plans.iter().any(|(name, id, _)| is_mailbox(name) && !disabled.contains(id))
            })
    }

    /// Counts who holds what, from the people.
    pub(crate) fn recount(&mut self) {
        let mut consumed = vec![0; self.skus.len()];
        for person in self.people.iter().filter(|p| !p.deleted) {
            for sku in self.held(person) {
                consumed[sku] += 1;
            }
        }
        for (sku, consumed) in self.skus.iter_mut().zip(consumed) {
            sku.consumed = consumed + sku.beyond;
        }
    }
    fn free_seats(&self, sku: usize) -> i64 {
        let sku = &self.skus[sku];
        i64::from(sku.enabled) + i64::from(sku.warning) - i64::from(sku.consumed)
    }
    fn plan_set(&mut self, mut plans: Vec<PlanId>) -> Result<u16, Refused> {
        plans.sort_unstable();
        plans.dedup();
        let at = self.plan_sets.iter().position(|set| *set == plans).unwrap_or_else(|| {
            self.plan_sets.push(plans);
            self.plan_sets.len() - 1
        });
        u16::try_from(at).map_err(|_| Refused::bad("Too many different sets of disabled plans."))
    }

    /// Graph's `POST /users/{id}/assignLicense`: removals first, then additions, all or nothing.
    pub(crate) fn assign(
        &mut self,
        id: PersonId,
        add: &[(SkuId, Vec<PlanId>)],
        remove: &[SkuId],
        today: Day,
    ) -> Result<(), Refused> {
        let person = self.person(id).ok_or_else(|| Refused::missing(id))?;
        let held = self.held(person);
        let mut licenses = person.licenses.clone();
        let mut freed = BTreeSet::new();
        for sku in remove {
            let at = self.sku_at(*sku)?;
            let direct = licenses.iter().position(|l| usize::from(l.sku) == at && l.group.is_none());
            let Some(direct) = direct else {
                return Err(match held.contains(&at) {
                    true => Refused::bad(
                        "User license is inherited from a group membership and it cannot be removed directly from \
                         the user.",
                    ),
                    false => Refused::bad("User does not have a corresponding license."),
                });
            };
            licenses.remove(direct);
            freed.insert(at);
        }
        if !add.is_empty() && self.usage_location(person).is_none() {
            return Err(Refused::bad("License assignment cannot be done for user with invalid usage location."));
        }
        for (sku, disabled) in add {
            let at = self.sku_at(*sku)?;
            if let Some(plan) = disabled.iter().find(|plan| !self.skus[at].plans.iter().any(|(_, id, _)| id == *plan)) {
                return Err(Refused::bad(format!(
                    "License assignment failed because service plan {plan} is not part of the license {sku}."
                )));
            }
            let holds = held.contains(&at);
            if self.skus[at].status == "Suspended" || (!holds && self.free_seats(at) <= 0) {
                return Err(Refused::bad(format!("Subscription with SKU {sku} does not have any available licenses."))
                    .because("CountViolation"));
            }
            let disabled = self.plan_set(disabled.clone())?;
            licenses.retain(|l| usize::from(l.sku) != at || l.group.is_some());
            let sku = u16::try_from(at).map_err(|_| Refused::bad("Too many licence types."))?;
            licenses.push(License { sku, group: None, disabled, changed: today, failed: false });
        }
        self.check_dependencies(&licenses)?;
        self.person_mut(id)?.licenses = licenses;
        self.recount_for(&held, id);
        Ok(())
    }

    fn recount_for(&mut self, before: &[usize], id: PersonId) {
        let after = self.person(id).map(|p| self.held(p)).unwrap_or_default();
        for &sku in before {
            self.skus[sku].consumed = self.skus[sku].consumed.saturating_sub(1);
        }
        for sku in after {
            self.skus[sku].consumed += 1;
        }
    }

    fn sku_at(&self, sku: SkuId) -> Result<usize, Refused> {
        self.skus
            .iter()
            .position(|s| s.id == sku)
            .ok_or_else(|| Refused::bad(format!("License {sku} does not correspond to a valid company License.")))
    }

    fn check_dependencies(&self, licenses: &[License]) -> Result<(), Refused> {
        let enabled: BTreeSet<PlanId> = licenses
            .iter()
            .filter(|l| !l.failed)
            .flat_map(|l| {
                let off = &self.plan_sets[usize::from(l.disabled)];
                self.skus[usize::from(l.sku)].plans.iter().map(|(_, id, _)| *id).filter(move |id| !off.contains(id))
            })
            .collect();
        for (dependent, bases) in DEPENDS_ON {
            if enabled.contains(dependent) && !bases.iter().any(|base| enabled.contains(base)) {
                let bases: Vec<String> = bases.iter().map(ToString::to_string).collect();
                return Err(Refused::bad(format!(
                    "License assignment failed because service plan {dependent} depends on the service plan(s) {}",
                    bases.join(", ")
                ))
                .because("DependencyViolation"));
            }
        }
        Ok(())
    }

    pub(crate) fn usage_location(&self, person: &Person) -> Option<String> {
        match &person.raw {
            Some(raw) => raw.get("usageLocation").and_then(Value::as_str).map(str::to_owned),
            // It stays when a licence goes: what is undone must find it again.
            None => Some(self.country.clone()),
        }
    }

    /// Graph's `PATCH /users/{id}` of `accountEnabled`.
    pub(crate) fn enable(&mut self, id: PersonId, enabled: bool) -> Result<(), Refused> {
        let person = self.person_mut(id)?;
        if person.synced {
            return Err(Refused::bad(
                "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects \
                 currently undergoing migration.",
            ));
        }
        if person.global_admin {
            return Err(Refused::new(
                403,
                "Authorization_RequestDenied",
                "Insufficient privileges to complete the operation.",
            ));
        }
        person.enabled = enabled;
        Ok(())
    }

    /// Makes somebody an administrator.
    pub(crate) fn appoint(&mut self, id: PersonId) -> Result<(), Refused> {
        self.person_mut(id)?.global_admin = true;
        Ok(())
    }

    /// Makes somebody's mailbox one that several people share.
    pub(crate) fn share_mailbox(&mut self, id: PersonId) -> Result<(), Refused> {
        self.person_mut(id)?.kind = Kind::Shared;
        Ok(())
    }

    /// Somebody signs in, on that day.
    pub(crate) fn sign_in(&mut self, id: PersonId, today: Day) -> Result<(), Refused> {
        let seen = &mut self.person_mut(id)?.sign_in;
        (seen.successful, seen.interactive) = (Some(today), Some(today));
        Ok(())
    }

    /// Graph's `PATCH /users/{id}` of `mail`.
    pub(crate) fn set_mail(&mut self, id: PersonId, mail: &str) -> Result<(), Refused> {
        self.person_mut(id)?.mail = Some(mail.to_owned());
        Ok(())
    }

    /// Takes a person out of a group, and with it the licences the group gave.
    pub(crate) fn leave(&mut self, group: GroupId, id: PersonId) -> Result<(), Refused> {
        let at = self.changeable_group(group)?;
        let place = self.groups[at].members.binary_search(&id).map_err(|_| Refused::missing(id))?;
        let before = self.person(id).map(|p| self.held(p)).ok_or_else(|| Refused::missing(id))?;
        self.groups[at].members.remove(place);
        self.person_mut(id)?.licenses.retain(|l| l.group.map(usize::from) != Some(at));
        self.recount_for(&before, id);
        Ok(())
    }

    /// Puts a person into a group; its licences follow where seats are left, and an error row where not.
    pub(crate) fn join(&mut self, group: GroupId, id: PersonId, today: Day) -> Result<(), Refused> {
        let at = self.changeable_group(group)?;
        let before = self.person(id).map(|p| self.held(p)).ok_or_else(|| Refused::missing(id))?;
        let Err(place) = self.groups[at].members.binary_search(&id) else {
            return Err(Refused::bad(
                "One or more added object references already exist for the following modified properties: 'members'.",
            ));
        };
        self.groups[at].members.insert(place, id);
        let by = u16::try_from(at).map_err(|_| Refused::bad("Too many groups."))?;
        for sku in self.groups[at].skus.clone() {
            let failed = !before.contains(&usize::from(sku)) && self.free_seats(usize::from(sku)) <= 0;
            let row = License { sku, group: Some(by), disabled: 0, changed: today, failed };
            self.person_mut(id)?.licenses.push(row);
        }
        self.recount_for(&before, id);
        Ok(())
    }

    /// Graph's `POST /groups/{id}/assignLicense`: members lose what is removed and get what is added, where seats are
    /// left, and an error row where not. The members.
    pub(crate) fn assign_to_group(
        &mut self,
        id: GroupId,
        add: &[SkuId],
        remove: &[SkuId],
        today: Day,
    ) -> Result<Vec<PersonId>, Refused> {
        let at = self.group(id).map(|(at, _)| at).ok_or_else(|| Refused::missing(id))?;
        let by = u16::try_from(at).map_err(|_| Refused::bad("Too many groups."))?;
        let place = |sku: &SkuId| {
            let place = self.sku_at(*sku)?;
            u16::try_from(place).map_err(|_| Refused::bad("Too many licence types."))
        };
        let add = add.iter().map(place).collect::<Result<Vec<u16>, _>>()?;
        let remove = remove.iter().map(place).collect::<Result<Vec<u16>, _>>()?;
        let gives = &mut self.groups[at].skus;
        gives.retain(|sku| !remove.contains(sku));
        let add: Vec<u16> = add.into_iter().filter(|sku| !gives.contains(sku)).collect();
        gives.extend_from_slice(&add);
        let members = self.groups[at].members.clone();
        for &member in &members {
            let Some(before) = self.person(member).map(|p| self.held(p)) else { continue };
            let row = |&sku: &u16| {
                let failed = !before.contains(&usize::from(sku)) && self.free_seats(usize::from(sku)) <= 0;
                License { sku, group: Some(by), disabled: 0, changed: today, failed }
            };
            let rows: Vec<License> = add.iter().map(row).collect();
            let licenses = &mut self.person_mut(member)?.licenses;
            licenses.retain(|l| l.group != Some(by) || !remove.contains(&l.sku));
            licenses.extend(rows);
            self.recount_for(&before, member);
        }
        Ok(members)
    }

    /// Graph's `POST /users/{id}/reprocessLicenseAssignment`: what groups could not give for want of seats is tried again.
    pub(crate) fn reprocess(&mut self, id: PersonId) -> Result<(), Refused> {
        let before = self.person(id).map(|p| self.held(p)).ok_or_else(|| Refused::missing(id))?;
        let free: Vec<bool> = (0..self.skus.len()).map(|sku| self.free_seats(sku) > 0).collect();
        for license in &mut self.person_mut(id)?.licenses {
            let sku = usize::from(license.sku);
            license.failed &= !(free[sku] || before.contains(&sku));
        }
        self.recount_for(&before, id);
        Ok(())
    }

    /// Makes a group one that receives mail.
    pub(crate) fn give_address(&mut self, id: GroupId) -> Result<(), Refused> {
        let at = self.group(id).map(|(at, _)| at).ok_or_else(|| Refused::missing(id))?;
        self.groups[at].mail = true;
        Ok(())
    }

    fn changeable_group(&self, id: GroupId) -> Result<usize, Refused> {
        let (at, group) = self.group(id).ok_or_else(|| Refused::missing(id))?;
        if group.rule.is_some() {
            return Err(Refused::bad("Members of a dynamic group cannot be changed: its membership rule decides."));
        }
        if group.synced {
            return Err(Refused::bad(
                "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects \
                 currently undergoing migration.",
            ));
        }
        if group.mail {
            return Err(Refused::bad("Cannot Update a mail-enabled security groups and or distribution list."));
        }
        Ok(at)
    }

    /// Deletes a person. The groups they were in.
    pub(crate) fn delete(&mut self, id: PersonId) -> Result<Vec<GroupId>, Refused> {
        let before = self.person(id).map(|p| self.held(p)).ok_or_else(|| Refused::missing(id))?;
        self.person_mut(id)?.deleted = true;
        let mut left = Vec::new();
        for group in &mut self.groups {
            if let Ok(place) = group.members.binary_search(&id) {
                group.members.remove(place);
                left.push(group.id);
            }
        }
        self.recount_for(&before, id);
        Ok(left)
    }

    /// A copy of what writes can change of a person, to keep over a restart.
    pub(crate) fn change_of(&self, id: PersonId) -> Option<PersonChange> {
        let at = self.people.binary_search_by_key(&id, |p| p.id).ok()?;
        let person = &self.people[at];
        let licenses = person.licenses.iter().map(|l| LicenseChange {
            sku: self.skus[usize::from(l.sku)].id,
            group: l.group.map(|g| self.groups[usize::from(g)].id),
            disabled: self.plan_sets[usize::from(l.disabled)].clone(),
            changed: l.changed.date(),
            failed: l.failed,
        });
        Some(PersonChange { enabled: person.enabled, deleted: person.deleted, licenses: licenses.collect() })
    }

    /// Everything writes can change, as bytes: equal bytes are equal directories. Left out is the day an assignment was
    /// last changed, because Microsoft dates each anew and no undo brings the old day back.
    pub(crate) fn fingerprint(&self) -> Vec<u8> {
        let mut text = format!("names concealed: {}\n", self.concealed);
        for person in &self.people {
            let mut licenses: Vec<String> = person
                .licenses
                .iter()
                .map(|l| {
                    let group = l.group.map(|group| self.groups[usize::from(group)].id);
                    let mut disabled = self.plan_sets[usize::from(l.disabled)].clone();
                    disabled.sort_unstable();
                    let sku = self.skus[usize::from(l.sku)].id;
                    format!("{sku} by {group:?} without {disabled:?} failed {}", l.failed)
                })
                .collect();
            licenses.sort_unstable();
            let Person { id, enabled, deleted, .. } = person;
            text.push_str(&format!("{id} enabled {enabled} deleted {deleted} {licenses:?}\n"));
        }
        for group in &self.groups {
            text.push_str(&format!("{} {:?} {:?} {:?}\n", group.id, group.rule, group.skus, group.members));
        }
        for sku in &self.skus {
            text.push_str(&format!("{} {} of {}\n", sku.id, sku.consumed, sku.enabled));
        }
        text.into_bytes()
    }

    /// Puts kept changes back after the directory was made again.
    pub(crate) fn restore(&mut self, changes: &Changes) -> Result<(), Refused> {
        if let Some(concealed) = changes.concealed {
            self.concealed = concealed;
        }
        for (id, change) in &changes.people {
            let mut licenses = Vec::with_capacity(change.licenses.len());
            for license in &change.licenses {
                let sku = u16::try_from(self.sku_at(license.sku)?).map_err(|_| Refused::bad("Too many skus."))?;
                let group = match license.group {
                    Some(group) => {
                        let (at, _) = self.group(group).ok_or_else(|| Refused::missing(group))?;
                        Some(u16::try_from(at).map_err(|_| Refused::bad("Too many groups."))?)
                    }
                    None => None,
                };
                let disabled = self.plan_set(license.disabled.clone())?;
                let changed = Day::of(license.changed).ok_or_else(|| Refused::bad("No such day."))?;
                licenses.push(License { sku, group, disabled, changed, failed: license.failed });
            }
            let person = self.person_mut(*id)?;
            person.enabled = change.enabled;
            person.deleted = change.deleted;
            person.licenses = licenses;
        }
        for (id, members) in &changes.groups {
            let (at, _) = self.group(*id).ok_or_else(|| Refused::missing(id))?;
            self.groups[at].members.clone_from(members);
        }
        for (id, bought) in &changes.subscriptions {
            self.set_bought(id, *bought)?;
        }
        self.recount();
        Ok(())
    }
}

/// Whether a plan comes with a mailbox of one's own.
fn is_mailbox(name: &str) -> bool {
    name.starts_with("EXCHANGE_S_") && !name.contains("FOUNDATION") && !name.contains("ARCHIVE")
}

/// What writes changed in a directory, as it is kept over a restart.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Changes {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concealed: Option<bool>,
    #[serde(default)]
    pub people: BTreeMap<PersonId, PersonChange>,
    #[serde(default)]
    pub groups: BTreeMap<GroupId, Vec<PersonId>>,
    #[serde(default)]
    pub subscriptions: BTreeMap<String, Bought>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PersonChange {
    pub enabled: bool,
    pub deleted: bool,
    pub licenses: Vec<LicenseChange>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LicenseChange {
    pub sku: SkuId,
    pub group: Option<GroupId>,
    pub disabled: Vec<PlanId>,
    pub changed: jiff::civil::Date,
    pub failed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_thousand_people_fit_into_twenty_megabytes() {
        // A person and three licences.
        assert!(size_of::<Person>() + 3 * size_of::<License>() <= 200, "{}", size_of::<Person>());
    }
}
