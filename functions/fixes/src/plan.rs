//! What a fix would do, worked out against the directory as it is now. Made twice: for the preview, and again when it is
//! approved; what differs is drift. Nothing here writes.

use std::collections::{BTreeMap, BTreeSet};

use api::{Code, Error, FieldProblem};
use aws_lc_rs::digest::{SHA256, digest};
use checks::{
    CheckId,
    facts::{Sku, Subscription},
    outcome::{Affected, AffectedSku, GuardId, Remedy, UndoClass},
    plans::{Content, Feature},
    products::{self, Kind},
};
use flate2::read::DeflateDecoder;
use graph::{
    BatchRequest, Deadline, Directory,
    now::{GroupNow, PersonNow},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use model::{Assignment, Change, FindingId, GroupId, Money, PersonId, SkuId, State, Tier};
use serde::{Deserialize, Serialize};
use store::{Action, AffectedPart, Connection, ConnectionState, Freed, Licenses, StoredFinding, Tenant};

use crate::{
    Fixes,
    change::Names,
    guard::{Blocked, Doubt, GuardFound, Level, protects, typed},
    live,
    spared::Spared,
};

/// Most people of one fix.
pub const MOST: usize = 500;
/// Days a mailbox is promised to come back in: Microsoft keeps it about 30 (checks.md 1.0.5).
const MAILBOX_DAYS: u16 = 25;
/// How long somebody at a page waits for Microsoft.
const PATIENCE: SignedDuration = SignedDuration::from_secs(24);

/// What a fix is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The finding; `None` for what needs none.
    pub finding: Option<FindingId>,
    /// Some of its people; all of them when `None`.
    pub people: Option<BTreeSet<PersonId>>,
    /// What to do; what the finding advises when `None`.
    pub action: Option<Action>,
    /// When to begin; at once when `None`.
    pub at: Option<Timestamp>,
}

/// One change of a plan, made or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Whom it changes; the directory when `None`.
    pub person: Option<PersonId>,
    /// Their name; hostile text.
    pub name: String,
    /// Their sign-in name; hostile text.
    pub upn: String,
    /// The change; `None` where there is none to make.
    pub change: Option<Change>,
    /// What was found.
    pub before: State,
    /// Why it is not made.
    pub blocked: Option<Blocked>,
    /// What to look at before it is.
    pub doubts: BTreeSet<Doubt>,
    /// What they lose.
    pub lost: BTreeSet<Feature>,
    /// What it saves a month, where there is a price.
    pub monthly: Option<Money>,
}

impl Planned {
    /// Whether it is carried out when the fix is approved.
    pub fn goes(&self) -> bool {
        self.change.is_some() && self.blocked.is_none()
    }
}

/// What a fix would do.
#[derive(Debug)]
pub struct Plan {
    /// What was asked.
    pub ask: Ask,
    /// People of the finding whom it leaves out: more than [`MOST`] are more than one fix.
    pub beyond: u32,
    /// What it does.
    pub action: Action,
    /// The finding's check.
    pub check: Option<CheckId>,
    /// Every change, in the finding's order.
    pub items: Vec<Planned>,
    /// What to look at.
    pub guards: Vec<GuardFound>,
    /// Whether so many people need a typed confirmation.
    pub typed: bool,
    /// Licence types and when they renew.
    pub bought: Bought,
    /// Names.
    pub names: Names,
    /// Whether the company has let Steward change its licences.
    pub granted: bool,
}

/// Licence types and subscriptions as of the last check.
#[derive(Debug, Default)]
pub struct Bought {
    skus: Vec<Sku>,
    subscriptions: Vec<Subscription>,
}

impl Bought {
    /// As stored by the last check.
    ///
    /// # Errors
    /// When the table does not answer or the item does not read.
    pub async fn of(tenant: Tenant<'_>) -> Result<Self, Error> {
        let Some(stored) = tenant.get::<Licenses>(&()).await? else { return Ok(Self::default()) };
        let (skus, subscriptions) =
            serde_json::from_reader(DeflateDecoder::new(stored.value.body.as_slice())).map_err(Error::internal)?;
        Ok(Self { skus, subscriptions })
    }

    fn sku(&self, sku: SkuId) -> Option<&Sku> {
        self.skus.iter().find(|known| known.id == sku)
    }

    /// When a licence type's next subscription renews, from `today` on.
    pub fn renews_on(&self, sku: SkuId, today: Date) -> Option<Date> {
        let own = self.subscriptions.iter().filter(|subscription| subscription.sku == sku && !subscription.trial);
        own.filter_map(|own| own.next_lifecycle).map(day).filter(|on| *on >= today).min()
    }

    /// Names of the licence types.
    pub fn names(&self) -> BTreeMap<SkuId, String> {
        let name = |sku: &Sku| checks::product_name(sku.id).map_or_else(|| sku.part_number.clone(), str::to_owned);
        self.skus.iter().map(|sku| (sku.id, name(sku))).collect()
    }

    /// Seats that are nobody's once these changes of people are done.
    pub fn freed<'a>(
        &self,
        done: impl Iterator<Item = (Option<PersonId>, &'a Change, &'a State)>,
        today: Date,
    ) -> Vec<Freed> {
        let mut people: BTreeMap<Option<PersonId>, Vec<(&Change, &State)>> = BTreeMap::new();
        done.for_each(|(person, change, before)| people.entry(person).or_default().push((change, before)));
        let mut seats: BTreeMap<SkuId, u32> = BTreeMap::new();
        for changes in people.into_values() {
            Change::all_free(changes).into_iter().for_each(|sku| *seats.entry(sku).or_default() += 1);
        }
        let names = Names { skus: self.names(), ..Names::default() };
        seats
            .into_iter()
            .map(|(sku, seats)| Freed { sku, product: names.sku(sku), seats, renews_on: self.renews_on(sku, today) })
            .collect()
    }

    /// What is in the licences of a state, by licence.
    fn contents(&self, state: &State) -> Vec<Content> {
        let working = state.licences.iter().filter(|held| held.error.is_none());
        working.filter_map(|held| Some(Content::new(&self.sku(held.sku)?.plans, &held.disabled_plans))).collect()
    }

    /// What somebody has before and has not after: by plan and ladder, so that a licence that contains another's plans
    /// loses nothing (G7).
    fn lost(&self, before: &State, after: &State) -> BTreeSet<Feature> {
        let (before, after) = (self.contents(before), self.contents(after));
        let after: Vec<&Content> = after.iter().collect();
        before.iter().flat_map(|had| had.missing_in(&after)).filter_map(checks::plans::feature).collect()
    }

    /// The licence an exchange gives: what was turned off stays off.
    fn instead(&self, to: SkuId, disabled: &[model::PlanId]) -> Assignment {
        let in_it = |plan: &model::PlanId| self.sku(to).is_some_and(|sku| sku.plans.iter().any(|own| own.id == *plan));
        Assignment { sku: to, disabled_plans: disabled.iter().copied().filter(in_it).collect() }
    }
}

/// The day of an instant, in UTC.
pub fn day(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

/// What is known of everybody a fix is about, as the directory says now.
struct Live {
    people: BTreeMap<PersonId, PersonNow>,
    groups: BTreeMap<GroupId, GroupNow>,
    members: BTreeSet<(GroupId, PersonId)>,
    /// Who holds a role; `None` where Microsoft does not tell.
    administrators: Option<BTreeSet<PersonId>>,
    /// Free seats of licence types that are given.
    free: BTreeMap<SkuId, u32>,
    concealed: Option<bool>,
}

impl Plan {
    /// Works out what `ask` would do.
    ///
    /// # Errors
    /// [`Code::NotFound`] for no such finding, [`Code::Invalid`] for what it cannot be asked, [`Code::NotConnected`],
    /// [`Code::Unavailable`] when Microsoft does not answer.
    pub async fn of(deps: &Fixes, tenant: Tenant<'_>, ask: Ask) -> Result<Self, Error> {
        let finding = match ask.finding {
            Some(id) => Some(tenant.get::<StoredFinding>(&id).await?.ok_or_else(Error::not_found)?.value),
            None => None,
        };
        let connection = tenant.get_strong::<Connection>(&()).await?.map(|connection| connection.value);
        let connection =
            connection.filter(|connection| connection.state == ConnectionState::Connected).ok_or_else(|| {
                Error::new(Code::NotConnected, "There is nothing to change before Microsoft 365 is connected.")
            })?;
        let action = action(&ask, finding.as_ref())?;
        let (affected, beyond) = match &finding {
            Some(finding) if action != Action::RevealReportNames => affected(tenant, finding, &ask).await?,
            _ => (Vec::new(), 0),
        };
        let until = Deadline::after(&deps.kernel.clock, PATIENCE);
        let directory = deps.reader.directory(connection.directory).until(until);
        let bought = Bought::of(tenant).await?;
        let live = Live::of(&directory, action, &affected).await.map_err(unread)?;
        let names = Names {
            skus: bought.names(),
            groups: live.groups.iter().map(|(id, group)| (*id, group.name.clone())).collect(),
        };
        let check = finding.as_ref().map(|finding| finding.found.check);
        let spared = Spared::of(tenant.terms().await?, ask.finding, check, deps.kernel.clock.today());
        let maker = Maker { action, check, bought: &bought, live: &live, names: &names, spared: &spared };
        let mut items = maker.items(&affected);
        look_at_mailboxes(&directory, &mut items, &affected).await?;
        let licensed = tenant.overview().await?.summary.map_or(0, |summary| summary.value.totals.licensed_people);
        let mut plan = Self {
            granted: connection.tiers.contains_key(&Tier::LicenceWriter),
            typed: typed(going(&items), licensed, spared.settings.confirm_above_people),
            guards: guards(&items),
            ask,
            beyond,
            action,
            check,
            items,
            bought,
            names,
        };
        if plan.typed {
            let people = plan.people();
            let text = format!("{people} people at once are many. Type the number to confirm.");
            plan.guards.push(GuardFound { id: GuardId::G6, level: Level::Inform, text, people });
        }
        Ok(plan)
    }

    /// The changes that are made when it is approved.
    pub fn going(&self) -> impl Iterator<Item = &Planned> {
        self.items.iter().filter(|item| item.goes())
    }

    /// People it changes.
    pub fn people(&self) -> u32 {
        going(&self.items)
    }

    /// Guards that must be confirmed.
    pub fn to_confirm(&self) -> BTreeSet<GuardId> {
        self.guards.iter().filter(|guard| guard.level == Level::Confirm).map(|guard| guard.id).collect()
    }

    /// What it saves a month; `None` where nothing has a price.
    pub fn monthly(&self) -> Option<Money> {
        self.going().filter_map(|item| item.monthly).reduce(|sum, one| sum.plus(one).unwrap_or(sum))
    }

    /// Whether it can be undone.
    pub fn undo(&self) -> UndoClass {
        match self.action {
            Action::Reprocess => UndoClass::No,
            _ if self.going().any(|item| item.lost.contains(&Feature::Mail)) => UndoClass::Until { days: MAILBOX_DAYS },
            _ => UndoClass::Reversible,
        }
    }

    /// Seats it frees.
    pub fn freed(&self, today: Date) -> Vec<Freed> {
        let going = self.going().filter_map(|item| Some((item.person, item.change.as_ref()?, &item.before)));
        self.bought.freed(going, today)
    }

    /// The act in words, number first after the verb: what the button says.
    pub fn headline(&self) -> String {
        let going: Vec<&Change> = self.going().filter_map(|item| item.change.as_ref()).collect();
        let licences: usize = going
            .iter()
            .map(|change| if let Change::Licences { remove, .. } = change { remove.len() } else { 0 })
            .sum();
        let many = |count: usize, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
        let people = many(self.people() as usize, "person", "people");
        match self.action {
            Action::Remove => format!("Remove {}", many(licences, "licence", "licences")),
            Action::Swap => format!("Exchange {}", many(licences, "licence", "licences")),
            Action::RemoveDirect => format!("Remove {}", many(licences, "direct assignment", "direct assignments")),
            Action::LeaveGroup => format!("Take {people} out of groups"),
            Action::Reprocess => format!("Work out the licences of {people} again"),
            Action::BlockSignIn => format!("Block sign-in of {people}"),
            Action::AllowSignIn => format!("Allow sign-in of {people}"),
            Action::RevealReportNames => "Show names in reports".into(),
        }
    }

    /// What the plan rests on: two plans with one hash do the same to the same state.
    ///
    /// # Errors
    /// When it does not serialise.
    pub fn hash(&self) -> Result<[u8; 32], Error> {
        let rows: Vec<_> = self
            .items
            .iter()
            .map(|item| {
                let mut before = item.before.clone();
                before.licences.iter_mut().for_each(|held| held.updated = None);
                (item.person, &item.change, before, &item.blocked, &item.doubts)
            })
            .collect();
        let bytes = serde_json::to_vec(&(self.action, rows, self.typed)).map_err(Error::internal)?;
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, &bytes).as_ref());
        Ok(hash)
    }
}

fn going(items: &[Planned]) -> u32 {
    let people: BTreeSet<Option<PersonId>> = items.iter().filter(|item| item.goes()).map(|item| item.person).collect();
    u32::try_from(people.len()).unwrap_or(u32::MAX)
}

fn invalid(pointer: &str, code: &str, told: &str) -> Error {
    Error::invalid(vec![FieldProblem::new(pointer, code, told)])
}

/// What is to be done, if the finding lets it.
fn action(ask: &Ask, finding: Option<&StoredFinding>) -> Result<Action, Error> {
    let Some(finding) = finding else {
        return match ask.action {
            Some(Action::RevealReportNames) => Ok(Action::RevealReportNames),
            _ => Err(invalid("/finding", "needed", "Say which finding this is about.")),
        };
    };
    let advised = match finding.found.remedy {
        Remedy::RemoveLicences => Some(Action::Remove),
        Remedy::SwapLicences => Some(Action::Swap),
        Remedy::RemoveDirect => Some(Action::RemoveDirect),
        Remedy::Reprocess => Some(Action::Reprocess),
        Remedy::RevealReportNames => Some(Action::RevealReportNames),
        Remedy::Guided | Remedy::ReduceAtMicrosoft | Remedy::ReduceAtReseller | Remedy::RenewOrMove => None,
    };
    let fits = |action: Action| match action {
        Action::LeaveGroup => advised == Some(Action::Remove),
        Action::BlockSignIn | Action::AllowSignIn => finding.people > 0,
        other => advised == Some(other),
    };
    match (ask.action, advised) {
        (Some(action), _) if fits(action) => Ok(action),
        (Some(_), _) => Err(invalid("/action", "does_not_fit", "This finding is not mended in this way.")),
        (None, Some(action)) => Ok(action),
        (None, None) => {
            let told = "Steward cannot do this for you: the finding says which steps to take at Microsoft.";
            Err(Error::new(Code::NothingToDo, told))
        }
    }
}

/// The people of a finding that a fix is about, and how many of them are left for the next one.
async fn affected(tenant: Tenant<'_>, finding: &StoredFinding, ask: &Ask) -> Result<(Vec<Affected>, u32), Error> {
    let mut people: Vec<Affected> = Vec::new();
    for part in tenant.all_under::<AffectedPart>(&finding.finding.to_string()).await? {
        let part: Vec<Affected> =
            serde_json::from_reader(DeflateDecoder::new(part.value.people.as_slice())).map_err(Error::internal)?;
        people.extend(part);
    }
    if let Some(wanted) = &ask.people {
        people.retain(|person| wanted.contains(&person.person));
        if people.len() < wanted.len() {
            return Err(invalid("/people", "not_in_finding", "Choose people of this finding. Look at it again."));
        }
    }
    let beyond = people.len().saturating_sub(MOST);
    if beyond > 0 {
        // Those behind come up once the ones before them are done.
        people.sort_by_key(|person| person.skus.iter().all(AffectedSku::is_settled));
        people.truncate(MOST);
    }
    Ok((people, u32::try_from(beyond).unwrap_or(u32::MAX)))
}

impl Live {
    async fn of(directory: &Directory, action: Action, affected: &[Affected]) -> Result<Self, graph::Error> {
        let ids: Vec<PersonId> = affected.iter().map(|person| person.person).collect();
        let mut live = Self {
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            members: BTreeSet::new(),
            administrators: None,
            free: BTreeMap::new(),
            concealed: None,
        };
        if action == Action::RevealReportNames {
            live.concealed = directory.report_settings().await?.display_concealed_names;
            return Ok(live);
        }
        for (person, now) in ids.iter().zip(directory.people_now(&ids).await?) {
            match now {
                Ok(now) => _ = live.people.insert(*person, now),
                Err(graph::Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let touched: BTreeSet<SkuId> = affected.iter().flat_map(|one| one.skus.iter().map(|sku| sku.sku)).collect();
        let by_group = |person: &PersonNow| -> Vec<GroupId> {
            let rows = person.assignments.iter().filter(|row| touched.contains(&row.sku));
            rows.filter_map(|row| row.group).collect()
        };
        let groups: BTreeSet<GroupId> = live.people.values().flat_map(by_group).collect();
        let groups: Vec<GroupId> = groups.into_iter().collect();
        for group in directory.groups_now(&groups).await? {
            match group {
                Ok(group) => _ = live.groups.insert(group.id, group),
                Err(graph::Error::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        if action == Action::LeaveGroup {
            let pairs: BTreeSet<(GroupId, PersonId)> =
                live.people.values().flat_map(|p| by_group(p).into_iter().map(|group| (group, p.id))).collect();
            let pairs: Vec<_> = pairs.into_iter().collect();
            for (pair, member) in pairs.iter().zip(directory.members_now(&pairs).await?) {
                if member? {
                    live.members.insert(*pair);
                }
            }
        }
        if action == Action::Swap {
            for sku in directory.subscribed_skus().await?.into_iter().filter_map(graph::facts::sku) {
                let usable = sku.seats.enabled + sku.seats.warning;
                live.free.insert(sku.id, usable.saturating_sub(sku.consumed));
            }
        }
        // Where Microsoft does not tell, nobody is known to be an administrator, and that is to be confirmed.
        live.administrators = match directory.role_assignments().await {
            Ok(roles) => Some(roles.into_iter().filter_map(|role| role.principal_id.map(PersonId)).collect()),
            Err(
                graph::Error::PermissionMissing(_)
                | graph::Error::LicenceMissing(_)
                | graph::Error::NotFound(_)
                | graph::Error::Refused(_),
            ) => None,
            Err(error) => return Err(error),
        };
        Ok(live)
    }
}

/// Asks what the mailboxes are for that would go. Where the customer did not grant that, the last check's doubt stands.
async fn look_at_mailboxes(directory: &Directory, items: &mut [Planned], affected: &[Affected]) -> Result<(), Error> {
    let loses = |item: &&mut Planned| item.goes() && item.lost.contains(&Feature::Mail);
    let doubted =
        |person: PersonId| affected.iter().any(|known| known.person == person && known.guards.contains(&GuardId::G2));
    let losing: Vec<PersonId> = items.iter_mut().filter(loses).filter_map(|item| item.person).collect();
    let requests: Vec<_> = losing.iter().map(|person| BatchRequest::mailbox_purpose(*person)).collect();
    let mut shared = BTreeSet::new();
    match directory.batch(&requests).await {
        Ok(answers) => {
            for (person, answer) in losing.iter().zip(answers) {
                let purpose = answer.ok().and_then(|body| serde_json::from_value(body).ok());
                let purpose = purpose.and_then(|settings| graph::facts::purpose(&settings));
                if purpose.is_some_and(|purpose| !purpose.is_person()) {
                    shared.insert(*person);
                }
            }
        }
        Err(error) => return Err(unread(error)),
    }
    for item in items.iter_mut().filter(loses) {
        item.doubts.insert(Doubt::MailboxGoes);
        if item.person.is_some_and(|person| shared.contains(&person) || doubted(person)) {
            item.doubts.insert(Doubt::MailboxOfNobody);
        }
    }
    Ok(())
}

/// Guards of a whole fix, from those of its items.
fn guards(items: &[Planned]) -> Vec<GuardFound> {
    let mut doubts: BTreeMap<Doubt, u32> = BTreeMap::new();
    for doubt in items.iter().filter(|item| item.goes()).flat_map(|item| &item.doubts) {
        *doubts.entry(*doubt).or_default() += 1;
    }
    let mut guards: Vec<GuardFound> = doubts
        .into_iter()
        .map(|(doubt, people)| GuardFound {
            id: doubt.guard(),
            level: doubt.level(),
            text: doubt.words(people),
            people,
        })
        .collect();
    let lost: BTreeSet<Feature> =
        items.iter().filter(|item| item.goes()).flat_map(|item| item.lost.iter().copied()).collect();
    if !lost.is_empty() {
        let losing = items.iter().filter(|item| item.goes() && !item.lost.is_empty()).count();
        let lost: Vec<&str> = lost.into_iter().map(Feature::words).collect();
        guards.push(GuardFound {
            id: GuardId::G7,
            level: Level::Inform,
            text: format!("What goes with it: {}.", lost.join(", ")),
            people: u32::try_from(losing).unwrap_or(u32::MAX),
        });
    }
    let mut blocked: BTreeMap<(GuardId, &str), u32> = BTreeMap::new();
    for block in items.iter().filter_map(|item| item.blocked.as_ref()) {
        *blocked.entry((block.guard, block.reason.as_str())).or_default() += 1;
    }
    guards.extend(blocked.into_iter().map(|((id, reason), people)| {
        let who = if people == 1 { "1 person is".into() } else { format!("{people} people are") };
        let text = format!("{who} left alone: {}", crate::reason::words(reason));
        GuardFound { id, level: Level::Block, text, people }
    }));
    guards
}

/// Makes the changes of a plan.
struct Maker<'a> {
    action: Action,
    check: Option<CheckId>,
    bought: &'a Bought,
    live: &'a Live,
    names: &'a Names,
    spared: &'a Spared,
}

impl Maker<'_> {
    fn items(&self, affected: &[Affected]) -> Vec<Planned> {
        if self.action == Action::RevealReportNames {
            return vec![self.names_shown()];
        }
        let mut free = self.live.free.clone();
        affected.iter().flat_map(|person| self.of(person, &mut free)).collect()
    }

    fn names_shown(&self) -> Planned {
        let before = State { concealed: self.live.concealed, ..State::default() };
        let shown = before.concealed == Some(false);
        Planned {
            person: None,
            name: "Usage reports".into(),
            upn: String::new(),
            change: Some(Change::ReportNames { concealed: false }),
            blocked: shown.then(|| Blocked::by(GuardId::G8, "already_so", "Reports show names already.")),
            before,
            doubts: BTreeSet::new(),
            lost: BTreeSet::new(),
            monthly: None,
        }
    }

    /// The changes of one person.
    fn of(&self, affected: &Affected, free: &mut BTreeMap<SkuId, u32>) -> Vec<Planned> {
        let blank = Planned {
            person: Some(affected.person),
            name: affected.name.clone(),
            upn: affected.upn.clone(),
            change: None,
            before: State::default(),
            blocked: None,
            doubts: BTreeSet::new(),
            lost: BTreeSet::new(),
            monthly: None,
        };
        let stop = |blocked: Blocked, before: State| vec![Planned { blocked: Some(blocked), before, ..blank.clone() }];
        let Some(now) = self.live.people.get(&affected.person) else {
            let gone = Blocked::by(GuardId::G8, "person_gone", "The account was deleted from your Microsoft 365.");
            return stop(gone, State::default());
        };
        let blank = Planned { name: now.name.clone(), upn: now.upn.clone(), ..blank.clone() };
        let before = live::state(now);
        let spared = |sku| self.spared.licence(affected.person, sku);
        let (mut open, mut alone) = (Vec::new(), None);
        for known in &affected.skus {
            match spared(Some(known.sku)) {
                Some(why) => alone = Some(why),
                None => open.push(known.clone()),
            }
        }
        // An exchange is of all its licences, and an account is one: what is to stay keeps the rest.
        let whole = matches!(self.action, Action::Swap | Action::BlockSignIn);
        let alone = alone.filter(|_| whole || open.is_empty()).or_else(|| spared(None));
        if let Some(why) = self.spared.person(affected.person).or(alone) {
            return stop(why.blocked(), before);
        }
        let affected = &Affected { skus: open, ..affected.clone() };
        // What was waste because they had left is none when they are back.
        if self.check == Some(CheckId::L3) && now.enabled == Some(true) && self.action != Action::BlockSignIn {
            let told = "The account may sign in again since the last check, so somebody may need the licence.";
            return stop(Blocked::by(GuardId::G8, "changed_since_preview", told), before);
        }
        let changes = match self.action {
            Action::Remove | Action::Swap | Action::RemoveDirect => vec![self.licences(affected, now, free)],
            Action::LeaveGroup => self.groups(affected, now),
            Action::BlockSignIn | Action::AllowSignIn => vec![self.sign_in(now)],
            Action::Reprocess => vec![reprocess(&before)],
            Action::RevealReportNames => Vec::new(),
        };
        // What is left after the changes so far: a seat that two groups give is free once both are left.
        let mut left = before.clone();
        changes
            .into_iter()
            .map(|change| match change {
                Ok(change) => self.with(&blank, &before, &mut left, change, affected),
                Err(blocked) => Planned { blocked: Some(blocked), before: before.clone(), ..blank.clone() },
            })
            .collect()
    }

    /// A change with what it costs and saves.
    fn with(&self, blank: &Planned, before: &State, left: &mut State, change: Change, affected: &Affected) -> Planned {
        let mut before = before.clone();
        if let Change::LeaveGroup { group } = &change {
            before.groups.insert(*group);
        }
        let after = change.applied(left);
        let lost = self.bought.lost(left, &after);
        let freed = change.frees(left);
        let counted: Vec<Option<Money>> =
            affected.skus.iter().filter(|sku| freed.contains(&sku.sku)).map(|sku| sku.monthly).collect();
        let monthly = counted.into_iter().flatten().reduce(|sum, one| sum.plus(one).unwrap_or(sum));
        let mut doubts = BTreeSet::new();
        if lost.iter().any(|feature| protects(*feature)) {
            doubts.insert(Doubt::ProtectionGoes);
        }
        if let Change::LeaveGroup { group } = &change
            && self.live.groups.get(group).is_some_and(GroupNow::opens_more)
        {
            doubts.insert(Doubt::GroupOpensMore);
        }
        let takes =
            matches!(change, Change::Licences { .. } | Change::LeaveGroup { .. } | Change::SignIn { allowed: false });
        match (&self.live.administrators, affected.person) {
            (Some(known), person) if takes && known.contains(&person) => _ = doubts.insert(Doubt::Administrator),
            (None, _) if takes => _ = doubts.insert(Doubt::RolesUnknown),
            _ => {}
        }
        let is = |sku: &SkuId, kind: Kind| products::product(*sku).is_some_and(|product| product.kind == kind);
        if freed.iter().any(|sku| is(sku, Kind::Suite)) && after.skus().iter().any(|sku| is(sku, Kind::AddOn)) {
            doubts.insert(Doubt::AddOnStays);
        }
        *left = after;
        Planned { change: Some(change), before, doubts, lost, monthly, ..blank.clone() }
    }

    fn licences(
        &self,
        affected: &Affected,
        now: &PersonNow,
        free: &mut BTreeMap<SkuId, u32>,
    ) -> Result<Change, Blocked> {
        let (mut remove, mut add) = (Vec::new(), Vec::new());
        let mut why = None;
        for known in &affected.skus {
            let groups: Vec<String> = now.groups(known.sku).map(|group| self.names.group(group)).collect();
            let Some(held) = now.direct(known.sku) else {
                why = Some(if groups.is_empty() {
                    Blocked::by(GuardId::G8, "not_assigned", "They do not have this licence any more.")
                } else {
                    let told = format!(
                        "The licence comes from the group {}. Take them out of the group instead.",
                        groups.join(", ")
                    );
                    Blocked::by(GuardId::G1, "comes_from_a_group", told)
                });
                continue;
            };
            match self.action {
                Action::RemoveDirect if groups.is_empty() => {
                    let told = "No group gives them the licence any more, so they would lose it.";
                    why = Some(Blocked::by(GuardId::G8, "changed_since_preview", told));
                }
                Action::Remove | Action::Swap if !groups.is_empty() => {
                    let told = format!(
                        "They also get it from the group {}, so nothing would be saved. Take them out of the group first.",
                        groups.join(", ")
                    );
                    why = Some(Blocked::by(GuardId::G1, "comes_from_a_group", told));
                }
                Action::Swap => match known.to {
                    Some(to) if now.assignments.iter().any(|row| row.sku == to) => remove.push(known.sku),
                    Some(to) => {
                        self.may_give(to, now, free)?;
                        remove.push(known.sku);
                        add.push(self.bought.instead(to, &held.disabled_plans));
                    }
                    None => {
                        let told = "There is no smaller licence to exchange it for.";
                        why = Some(Blocked::by(GuardId::G8, "nothing_instead", told));
                    }
                },
                _ => remove.push(known.sku),
            }
        }
        match why {
            Some(blocked) if remove.is_empty() => Err(blocked),
            _ => Ok(Change::Licences { remove, add }),
        }
    }

    fn may_give(&self, to: SkuId, now: &PersonNow, free: &mut BTreeMap<SkuId, u32>) -> Result<(), Blocked> {
        if now.usage_location.is_none() {
            let told = "The account has no country set, without which Microsoft gives no licence. Set it at Microsoft.";
            return Err(Blocked::by(GuardId::G5, "not_in_this_country", told));
        }
        match free.get_mut(&to) {
            Some(left) if *left > 0 => {
                *left -= 1;
                Ok(())
            }
            _ => {
                let told = format!(
                    "No {} is free. Buy one first: the freed licence saves at its renewal.",
                    self.names.sku(to)
                );
                Err(Blocked::by(GuardId::G5, "no_free_licence", told))
            }
        }
    }

    fn groups(&self, affected: &Affected, now: &PersonNow) -> Vec<Result<Change, Blocked>> {
        let groups: BTreeSet<GroupId> = affected.skus.iter().flat_map(|known| now.groups(known.sku)).collect();
        if groups.is_empty() {
            let told = "No group gives them this licence.";
            return vec![Err(Blocked::by(GuardId::G8, "not_assigned", told))];
        }
        groups.into_iter().map(|group| self.leave(group, now)).collect()
    }

    fn leave(&self, group: GroupId, now: &PersonNow) -> Result<Change, Blocked> {
        let name = self.names.group(group);
        let Some(known) = self.live.groups.get(&group) else {
            return Err(Blocked::by(GuardId::G8, "not_found", "The group is not there any more."));
        };
        if known.dynamic {
            let told = format!("A rule decides who is in the group {name}. Change the rule at Microsoft.");
            return Err(Blocked::by(GuardId::G1, "group_has_a_rule", told));
        }
        if known.synced {
            let told = format!("The group {name} is kept in your own Active Directory. Take them out there.");
            return Err(Blocked::by(GuardId::G1, "kept_in_active_directory", told));
        }
        if known.assignable_to_role {
            let told = format!("The group {name} gives administrator roles, which Steward never changes.");
            return Err(Blocked::by(GuardId::G4, "administrator", told));
        }
        let given = now.assignments.iter().filter(|row| row.group == Some(group));
        if let Some(why) = given.into_iter().find_map(|row| self.spared.licence(now.id, Some(row.sku))) {
            return Err(why.blocked());
        }
        if !self.live.members.contains(&(group, now.id)) {
            let told = format!("They are in the group {name} only by way of another group. Change it at Microsoft.");
            return Err(Blocked::by(GuardId::G1, "member_by_way", told));
        }
        Ok(Change::LeaveGroup { group })
    }

    fn sign_in(&self, now: &PersonNow) -> Result<Change, Blocked> {
        let allowed = self.action == Action::AllowSignIn;
        if now.synced {
            let told = "Whether they may sign in is kept in your own Active Directory. Change it there.";
            return Err(Blocked::by(GuardId::G1, "kept_in_active_directory", told));
        }
        if now.enabled == Some(allowed) {
            return Err(Blocked::by(GuardId::G8, "already_so", "It is so already."));
        }
        // Microsoft protects administrators from apps, and nobody wants to be locked out by a click.
        if self.live.administrators.as_ref().is_some_and(|known| known.contains(&now.id)) {
            let told = "They may administer your Microsoft 365. Change this at Microsoft, not here.";
            return Err(Blocked::by(GuardId::G4, "administrator", told));
        }
        Ok(Change::SignIn { allowed })
    }
}

fn reprocess(before: &State) -> Result<Change, Blocked> {
    if before.licences.iter().all(|held| held.error.is_none()) {
        return Err(Blocked::by(GuardId::G8, "already_so", "No licence of theirs is in error any more."));
    }
    Ok(Change::Reprocess)
}

/// Why the directory could not be read, for somebody who waits.
fn unread(error: graph::Error) -> Error {
    let problem = match &error {
        graph::Error::ConsentLost { .. } => {
            Error::new(Code::NotConnected, "Microsoft no longer lets Steward in. Connect Microsoft 365 again.")
        }
        graph::Error::PermissionMissing(_) | graph::Error::LicenceMissing(_) => {
            Error::new(Code::ConsentNeeded, "A permission to read is missing. Connect Microsoft 365 again to grant it.")
        }
        _ => Error::new(Code::Unavailable, "Microsoft does not answer as it should. Try again in a minute."),
    };
    match error.pause().map(|wait| u32::try_from(wait.as_secs().max(1)).unwrap_or(60)) {
        Some(seconds) => problem.retry_after(seconds).because(error),
        None => problem.because(error),
    }
}
