//! Which changes a fix makes of each person, and why not: the guards G1 to G8 (checks.md 1.0), by what the directory shows.

use std::collections::{BTreeMap, BTreeSet};

use checks::{
    CheckId,
    outcome::{Affected, AffectedSku, GuardId},
    products::{self, Kind},
};
use graph::now::PersonNow;
use jiff::civil::Date;
use model::{Assignment, Change, GroupId, Money, PersonId, SkuId, State};
use store::{Action, Doubt};

use crate::{
    back,
    bought::Bought,
    change::Names,
    doubt,
    guard::{Blocked, protects},
    live::{self, Live},
    plan::Planned,
    reason,
    spared::{Spared, Why},
};

/// Makes the changes of a plan.
pub struct Maker<'a> {
    /// What is to be done.
    pub action: Action,
    /// The finding's check.
    pub check: Option<CheckId>,
    /// The day it is made on.
    pub today: Date,
    /// What is in licences.
    pub bought: &'a Bought,
    /// What the directory shows.
    pub live: &'a Live,
    /// Names, for the reasons.
    pub names: &'a Names,
    /// What the company decided to leave alone.
    pub spared: &'a Spared,
}

impl Maker<'_> {
    /// What is to be changed, in the order of `affected`, made or not.
    pub fn items(&self, affected: &[Affected]) -> Vec<Planned> {
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
            undo_need: None,
        }
    }

    /// The changes of one person.
    fn of(&self, affected: &Affected, free: &mut BTreeMap<SkuId, i64>) -> Vec<Planned> {
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
            undo_need: None,
        };
        let stop = |blocked: Blocked, before: State| vec![Planned { blocked: Some(blocked), before, ..blank.clone() }];
        let Some(now) = self.live.people.get(&affected.person) else {
            let gone = Blocked::by(GuardId::G8, "person_gone", "The account was deleted from your Microsoft 365.");
            return stop(gone, State::default());
        };
        let blank = Planned { name: now.name.clone(), upn: now.upn.clone(), ..blank.clone() };
        let before = live::state(now);
        let spared = |sku| self.spared.licence(affected.person, sku);
        let (mut open, mut alone) = (Vec::new(), Vec::new());
        for known in &affected.skus {
            match spared(Some(known.sku)) {
                Some(why) => alone.push((known.sku, why)),
                None => open.push(known.clone()),
            }
        }
        // An exchange is of all its licences, and an account is one: what is to stay keeps the rest.
        let whole = matches!(self.action, Action::Swap | Action::BlockSignIn);
        let why = alone.last().map(|(_, why)| *why).filter(|_| whole || open.is_empty()).or_else(|| spared(None));
        if let Some(why) = self.spared.person(affected.person).or(why) {
            return stop(why.blocked(), before);
        }
        // What stays while something else goes is told by name.
        let several = affected.skus.len() > 1;
        let affected = &Affected { skus: open, ..affected.clone() };
        // What was waste because they had left is none when they are back.
        if self.check == Some(CheckId::L3) && now.enabled == Some(true) && self.action != Action::BlockSignIn {
            let told = "The account may sign in again since the last check, so somebody may need the licence.";
            return stop(Blocked::by(GuardId::G8, "changed_since_preview", told), before);
        }
        if let Some(on) = self.came_back(affected.person) {
            let told = format!("They signed in on {on}, so somebody may need it.");
            return stop(Blocked::by(GuardId::G8, reason::SIGNED_IN, told), before);
        }
        let stays = |(sku, why): (SkuId, Why<'_>)| Err(self.named(sku, why.blocked()));
        let changes = match self.action {
            Action::Remove | Action::Swap | Action::RemoveDirect => {
                let mut changes = self.licences(affected, several, now, free);
                changes.extend(alone.into_iter().map(stays));
                changes
            }
            Action::LeaveGroup => {
                let mut changes = self.groups(affected, now);
                // A group that gives something else as well was looked at with that.
                let left: BTreeSet<GroupId> = affected.skus.iter().flat_map(|known| now.groups(known.sku)).collect();
                alone.retain(|(sku, _)| now.groups(*sku).any(|group| !left.contains(&group)));
                changes.extend(alone.into_iter().map(stays));
                changes
            }
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

    /// The day somebody signed in who was found because they do not.
    fn came_back(&self, person: PersonId) -> Option<Date> {
        let last = self.live.sign_ins.as_ref()?.get(&person).copied();
        back::came_back(self.check, last, &self.spared.settings, self.today)
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
        if let Change::LeaveGroup { group } = &change {
            doubts.extend(self.live.groups.get(group).and_then(doubt::of_group));
        }
        doubts.extend(doubt::of_roles(&change, Some(affected.person), self.live.administrators.as_ref()));
        if back::matters(self.check, self.action) && self.live.sign_ins.is_none() {
            doubts.insert(Doubt::SignInsUnknown);
        }
        let is = |sku: &SkuId, kind: Kind| products::product(*sku).is_some_and(|product| product.kind == kind);
        if freed.iter().any(|sku| is(sku, Kind::Suite)) && after.skus().iter().any(|sku| is(sku, Kind::AddOn)) {
            doubts.insert(Doubt::AddOnStays);
        }
        *left = after;
        Planned { change: Some(change), before, doubts, lost, monthly, ..blank.clone() }
    }

    /// The change of somebody's licences, and those of them that are left alone.
    fn licences(
        &self,
        affected: &Affected,
        several: bool,
        now: &PersonNow,
        free: &mut BTreeMap<SkuId, i64>,
    ) -> Vec<Result<Change, Blocked>> {
        let (mut remove, mut add, mut alone) = (Vec::new(), Vec::new(), Vec::new());
        for known in &affected.skus {
            match self.licence(known, affected, now, &add, free) {
                Ok(given) => {
                    remove.push(known.sku);
                    add.extend(given);
                }
                Err(blocked) if several => alone.push(self.named(known.sku, blocked)),
                Err(blocked) => alone.push(blocked),
            }
        }
        // Half an exchange would pay for the new licence and keep an old one.
        if self.action == Action::Swap
            && let Some(blocked) = alone.pop()
        {
            add.iter().for_each(|given| *free.entry(given.sku).or_default() += 1);
            return vec![Err(blocked)];
        }
        let change = (!remove.is_empty()).then_some(Change::Licences { remove, add });
        change.into_iter().map(Ok).chain(alone.into_iter().map(Err)).collect()
    }

    /// Whether somebody's licence is taken, and what they are given for it beside what is `given` already.
    fn licence(
        &self,
        known: &AffectedSku,
        affected: &Affected,
        now: &PersonNow,
        given: &[Assignment],
        free: &mut BTreeMap<SkuId, i64>,
    ) -> Result<Option<Assignment>, Blocked> {
        let rows = |sku| now.assignments.iter().filter(move |row| row.sku == sku);
        let groups: Vec<String> = now.groups(known.sku).map(|group| self.names.group(group)).collect();
        let Some(held) = now.direct(known.sku) else {
            if groups.is_empty() {
                return Err(Blocked::by(GuardId::G8, "not_assigned", "They do not have this licence any more."));
            }
            let told =
                format!("The licence comes from the group {}. Take them out of the group instead.", groups.join(", "));
            return Err(Blocked::by(GuardId::G1, "comes_from_a_group", told));
        };
        match self.action {
            // A group whose licence is in error gives none.
            Action::RemoveDirect if !rows(known.sku).any(|row| row.group.is_some() && row.error.is_none()) => {
                let told = "No group gives them the licence any more, so they would lose it.";
                Err(Blocked::by(GuardId::G8, "changed_since_preview", told))
            }
            Action::Remove | Action::Swap if !groups.is_empty() => {
                let told = format!(
                    "They also get it from the group {}, so nothing would be saved. Take them out of the group first.",
                    groups.join(", ")
                );
                Err(Blocked::by(GuardId::G1, "comes_from_a_group", told))
            }
            Action::Swap => match known.to {
                Some(to) if rows(to).any(|row| row.error.is_none()) => Ok(None),
                // Two of theirs become one.
                Some(to) if given.iter().any(|given| given.sku == to) => Ok(None),
                // Taken for it, the one they have would leave them with none, and no undo brings an error back.
                Some(to) if rows(to).next().is_some() => {
                    let told = format!("{} is in error for them. Mend that first.", self.names.sku(to));
                    Err(Blocked::by(GuardId::G5, "instead_in_error", told))
                }
                Some(to) => {
                    self.may_give(to, now, free)?;
                    Ok(Some(self.bought.instead(to, &held.disabled_plans)))
                }
                // One licence replaces several: the others go with the one it is given for.
                None if affected.skus.iter().any(|other| other.to.is_some()) => Ok(None),
                None => {
                    let told = "There is no smaller licence to exchange it for.";
                    Err(Blocked::by(GuardId::G8, "nothing_instead", told))
                }
            },
            _ => Ok(None),
        }
    }

    /// Why a licence is left alone, with its name: others of the same person may not be.
    fn named(&self, sku: SkuId, blocked: Blocked) -> Blocked {
        Blocked { text: format!("{}: {}", self.names.sku(sku), blocked.text), ..blocked }
    }

    fn may_give(&self, to: SkuId, now: &PersonNow, free: &mut BTreeMap<SkuId, i64>) -> Result<(), Blocked> {
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
        if known.mail && !known.microsoft_365 {
            let told = format!("The group {name} receives mail, so only Exchange can take them out. Do it there.");
            return Err(Blocked::by(GuardId::G1, "kept_in_exchange", told));
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
