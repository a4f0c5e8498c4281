//! What a fix would do, worked out against the directory as it is now. Made twice: for the preview, and again when it is
//! approved; what differs is drift. Nothing here writes.

use std::collections::{BTreeMap, BTreeSet};

use api::{Code, Error, FieldProblem};
use aws_lc_rs::digest::{SHA256, digest};
use checks::{
    CheckId,
    outcome::{Affected, AffectedSku, GuardId, Remedy, UndoClass},
    plans::Feature,
};
use graph::{Deadline, Directory};
use jiff::{SignedDuration, Timestamp, civil::Date};
use model::{Change, DirectoryId, FindingId, Money, PersonId, State, Tier};
use serde::{Deserialize, Serialize};
use store::{Action, Connection, ConnectionState, Doubt, Freed, Grant, StoredFinding, Tenant, UndoCondition, UndoNeed};

use crate::{
    Fixes,
    bought::Bought,
    change::{Names, write},
    doubt,
    guard::{Blocked, GuardFound, Level, level, typed, words},
    live::Live,
    maker::Maker,
    promise,
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

impl Ask {
    /// The same of what the finding names by now: since it was previewed some of its people may be found no more.
    ///
    /// # Errors
    /// [`Code::NothingToDo`] where nothing of it is left.
    pub async fn still_found(self, tenant: Tenant<'_>) -> Result<Self, Error> {
        let gone = || Error::new(Code::NothingToDo, "The last check does not find this any more. Nothing was changed.");
        let Some(id) = self.finding else { return Ok(self) };
        tenant.get::<StoredFinding>(&id).await?.ok_or_else(gone)?;
        let Some(mut people) = self.people else { return Ok(self) };
        let found: BTreeSet<PersonId> = tenant.affected(id).await?.into_iter().map(|one| one.person).collect();
        people.retain(|person| found.contains(person));
        if people.is_empty() { Err(gone()) } else { Ok(Self { people: Some(people), ..self }) }
    }
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
    /// What Microsoft asks for before it puts it back.
    pub undo_need: Option<UndoNeed>,
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
    /// The directory it is about.
    pub directory: DirectoryId,
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
    /// What it needs and the company has not allowed.
    pub lacks: Option<Lack>,
    /// What was asked of Microsoft to make it: calls by code.
    pub calls: BTreeMap<String, u32>,
}

/// What a fix needs and the company has not allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Changing anything.
    Tier,
    /// One permission of Microsoft's, which can be left out beside the others.
    Permission(&'static str),
}

impl Lack {
    fn of(grant: Option<&Grant>, items: &[Planned]) -> Option<Self> {
        let Some(grant) = grant else { return Some(Self::Tier) };
        let going = items.iter().filter(|item| item.goes());
        let writes = going.filter_map(|item| write(item.person, item.change.as_ref()?));
        let mut needed = writes.flat_map(|write| write.endpoint().permissions);
        needed.find(|needed| !grant.granted.iter().any(|granted| granted == *needed)).map(|one| Self::Permission(one))
    }

    /// In plain words, with what to do.
    pub fn words(self) -> String {
        match self {
            Self::Tier => {
                "Steward may only read your Microsoft 365. An administrator has to allow it to change licences \
                           first."
                    .into()
            }
            Self::Permission(name) => format!(
                "This needs the permission {name}, which Microsoft has not given to Steward. An administrator can allow \
                 it, where whoever runs this Steward asks for it."
            ),
        }
    }
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
        let check = finding.as_ref().map(|finding| finding.found.check);
        let live = Live::of(&directory, action, check, &affected).await.map_err(unread)?;
        let names = Names {
            skus: bought.names(),
            groups: live.groups.iter().map(|(id, group)| (*id, group.name.clone())).collect(),
        };
        let today = deps.kernel.clock.today();
        let spared = Spared::of(tenant.terms().await?, ask.finding, check, today);
        let maker = Maker { action, check, today, bought: &bought, live: &live, names: &names, spared: &spared };
        let mut items = maker.items(&affected);
        promise::promise(&mut items, &live, &bought);
        look_at_mailboxes(&directory, check, &mut items, &affected).await?;
        let licensed = tenant.overview().await?.summary.map_or(0, |summary| summary.value.totals.licensed_people);
        let mut plan = Self {
            calls: directory.calls().into_iter().map(|call| (call.code.to_owned(), call.count)).collect(),
            lacks: Lack::of(connection.tiers.get(&Tier::LicenceWriter), &items),
            typed: typed(going(&items), licensed, spared.settings.confirm_above_people),
            guards: guards(&items),
            ask,
            directory: connection.directory,
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

    /// What Microsoft asks for before it puts back what this changes.
    pub fn undo_needs(&self) -> Vec<UndoCondition> {
        promise::conditions(self.going())
    }

    /// Whether Microsoft does not tell who signed in since the last check, where it is about that.
    pub fn sign_ins_unknown(&self) -> bool {
        self.going().any(|item| item.doubts.contains(&Doubt::SignInsUnknown))
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
                (item.person, &item.change, before, &item.blocked, &item.doubts, item.undo_need)
            })
            .collect();
        let bytes = serde_json::to_vec(&(self.directory, self.action, rows, self.typed)).map_err(Error::internal)?;
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
    let mut people = tenant.affected(finding.finding).await?;
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

/// Asks what the mailboxes are for that would go. Where the customer did not grant that, the last check's word stands.
async fn look_at_mailboxes(
    directory: &Directory,
    check: Option<CheckId>,
    items: &mut [Planned],
    affected: &[Affected],
) -> Result<(), Error> {
    let loses = |item: &&mut Planned| item.goes() && item.lost.contains(&Feature::Mail);
    let losing: Vec<PersonId> = items.iter_mut().filter(loses).filter_map(|item| item.person).collect();
    let purposes = doubt::purposes(directory, &losing).await.map_err(unread)?;
    for item in items.iter_mut().filter(loses) {
        let Some(person) = item.person else { continue };
        let noted = affected.iter().any(|known| known.person == person && known.guards.contains(&GuardId::G2));
        let doubts = doubt::of_mailbox(purposes.get(&person).copied(), check, noted);
        if doubts.contains(&Doubt::MailboxStays) {
            item.lost.remove(&Feature::Mail);
        }
        item.doubts.extend(doubts);
    }
    Ok(())
}

/// Guards of a whole fix, from those of its items.
fn guards(items: &[Planned]) -> Vec<GuardFound> {
    let mut doubts: BTreeMap<Doubt, BTreeSet<Option<PersonId>>> = BTreeMap::new();
    for item in items.iter().filter(|item| item.goes()) {
        for doubt in &item.doubts {
            doubts.entry(*doubt).or_default().insert(item.person);
        }
    }
    let mut guards: Vec<GuardFound> = doubts
        .into_iter()
        .map(|(doubt, people)| {
            let people = u32::try_from(people.len()).unwrap_or(u32::MAX);
            GuardFound { id: doubt.guard(), level: level(doubt), text: words(doubt, people), people }
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
    let changed: BTreeSet<Option<PersonId>> = items.iter().filter(|item| item.goes()).map(|item| item.person).collect();
    let mut blocked: BTreeMap<(GuardId, &str, bool), BTreeSet<Option<PersonId>>> = BTreeMap::new();
    for item in items {
        let Some(block) = &item.blocked else { continue };
        let in_part = changed.contains(&item.person);
        blocked.entry((block.guard, block.reason.as_str(), in_part)).or_default().insert(item.person);
    }
    guards.extend(blocked.into_iter().map(|((id, reason, in_part), people)| {
        let people = u32::try_from(people.len()).unwrap_or(u32::MAX);
        let who = if people == 1 { "1 person is".into() } else { format!("{people} people are") };
        let part = if in_part { " in part" } else { "" };
        let text = format!("{who} left alone{part}: {}", crate::reason::words(reason));
        GuardFound { id, level: Level::Block, text, people }
    }));
    guards
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
