//! A directory as an administrator sees it, and what changes make of it: by what Microsoft documents and by nothing of
//! Steward's, so that what Steward says can be held against it.

use std::collections::{BTreeMap, BTreeSet};

use local_microsoft::{Assigned, Call, Changeable, Directory};
use model::{GroupId, PersonId, PlanId, SkuId};
use serde_json::Value;

/// Whom a change is about; the directory itself when `None`.
pub type Who = Option<PersonId>;

/// One change, as a preview tells it and as a call of Graph asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    Licences { take: BTreeSet<SkuId>, give: BTreeMap<SkuId, BTreeSet<PlanId>> },
    Leave(GroupId),
    Join(GroupId),
    SignIn(bool),
    Reprocess,
    Names { hidden: bool },
}

/// The part of somebody, or of the directory, that a change is about.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    Direct(BTreeMap<SkuId, Option<BTreeSet<PlanId>>>),
    Member(bool),
    SignIn(bool),
    Failed(BTreeSet<(SkuId, Option<GroupId>)>),
    Hidden(bool),
}

/// How somebody and the directory's setting were at one moment; nobody where they were gone.
#[derive(Debug, Clone)]
pub struct Was {
    pub person: Option<Changeable>,
    pub hides_names: bool,
}

/// All that can be changed.
#[derive(Debug, Clone)]
pub struct World {
    pub people: BTreeMap<PersonId, Changeable>,
    pub hides_names: bool,
    /// Seats nobody holds.
    pub free: BTreeMap<SkuId, i64>,
    /// What each group gives.
    pub given: BTreeMap<GroupId, Vec<SkuId>>,
}

fn id<T: std::str::FromStr>(value: &Value) -> T {
    parsed(value.as_str().unwrap_or_else(|| panic!("no id: {value}")))
}

fn parsed<T: std::str::FromStr>(text: &str) -> T {
    text.parse().unwrap_or_else(|_| panic!("no id: {text}"))
}

fn all<T: std::str::FromStr + Ord>(values: &Value) -> BTreeSet<T> {
    values.as_array().into_iter().flatten().map(id).collect()
}

fn gifts(values: &Value, sku: &str, plans: &str) -> BTreeMap<SkuId, BTreeSet<PlanId>> {
    values.as_array().into_iter().flatten().map(|one| (id(&one[sku]), all(&one[plans]))).collect()
}

/// Where a licence stands that no group gives.
const fn directly(sku: SkuId) -> (SkuId, Option<GroupId>) {
    (sku, None)
}

fn direct(one: &Changeable, sku: SkuId) -> Option<&Assigned> {
    one.licences.get(&directly(sku))
}

/// The licences somebody has use of.
fn held(one: &Changeable) -> BTreeSet<SkuId> {
    one.licences.iter().filter(|(_, row)| !row.failed).map(|((sku, _), _)| *sku).collect()
}

impl Act {
    /// As previews and items tell it.
    pub fn told(change: &Value) -> Self {
        match change["type"].as_str().unwrap_or_default() {
            "licences" => {
                Self::Licences { take: all(&change["remove"]), give: gifts(&change["add"], "sku", "disabled_plans") }
            }
            "leave_group" => Self::Leave(id(&change["group"])),
            "sign_in" => Self::SignIn(change["allowed"].as_bool().unwrap()),
            "reprocess" => Self::Reprocess,
            "report_names" => Self::Names { hidden: change["concealed"].as_bool().unwrap() },
            _ => panic!("an unknown change: {change:#}"),
        }
    }

    /// What a call of Graph asks to be changed; `None` for one that asks for nothing.
    pub fn asked(call: &Call) -> Option<(Who, Self)> {
        let path = call.path.to_lowercase();
        let parts: Vec<&str> = path.strip_prefix("/v1.0/")?.split('/').collect();
        let body = &call.body;
        Some(match (call.method.as_str(), parts.as_slice()) {
            ("GET", _) | ("POST", ["$batch"]) => return None,
            ("POST", ["users", person, "assignlicense"]) => {
                let give = gifts(&body["addLicenses"], "skuId", "disabledPlans");
                (Some(parsed(person)), Self::Licences { take: all(&body["removeLicenses"]), give })
            }
            ("POST", ["users", person, "reprocesslicenseassignment"]) => (Some(parsed(person)), Self::Reprocess),
            ("PATCH", ["users", person]) => {
                (Some(parsed(person)), Self::SignIn(body["accountEnabled"].as_bool().unwrap()))
            }
            ("POST", ["groups", group, "members", "$ref"]) => {
                let person = body["@odata.id"].as_str().unwrap().rsplit('/').next().unwrap();
                (Some(parsed(person)), Self::Join(parsed(group)))
            }
            ("DELETE", ["groups", group, "members", person, "$ref"]) => {
                (Some(parsed(person)), Self::Leave(parsed(group)))
            }
            ("PATCH", ["admin", "reportsettings"]) => {
                (None, Self::Names { hidden: body["displayConcealedNames"].as_bool().unwrap() })
            }
            _ => panic!("nothing that Steward asks of Microsoft: {call:?}"),
        })
    }

    /// Licence types it gives or takes directly.
    fn skus(&self) -> BTreeSet<SkuId> {
        match self {
            Self::Licences { take, give } => take.iter().chain(give.keys()).copied().collect(),
            _ => BTreeSet::new(),
        }
    }

    /// What puts back what was there; `None` where nothing does.
    pub fn back(&self, was: &Was) -> Option<Self> {
        match self {
            Self::Licences { give, .. } => {
                let person = was.person.as_ref()?;
                let take = give.keys().filter(|sku| direct(person, **sku).is_none()).copied().collect();
                let had = |sku: SkuId| direct(person, sku).map(|row| (sku, row.disabled.clone()));
                Some(Self::Licences { take, give: self.skus().into_iter().filter_map(had).collect() })
            }
            Self::Leave(group) => Some(Self::Join(*group)),
            Self::Join(group) => Some(Self::Leave(*group)),
            Self::SignIn(_) => Some(Self::SignIn(was.person.as_ref()?.enabled)),
            Self::Reprocess => None,
            Self::Names { .. } => Some(Self::Names { hidden: was.hides_names }),
        }
    }

    /// Whether `other` may put this back, where it is not known what exactly was there.
    pub fn may_be_put_back_by(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Licences { .. }, Self::Licences { .. }) => other.skus().is_subset(&self.skus()),
            (Self::Leave(group), Self::Join(other)) | (Self::Join(group), Self::Leave(other)) => group == other,
            (Self::SignIn(_), Self::SignIn(_)) | (Self::Names { .. }, Self::Names { .. }) => true,
            _ => false,
        }
    }

    /// Whether it brings about some of what another one does.
    pub fn shares(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Licences { take, give }, Self::Licences { take: taken, give: given }) => {
                !take.is_disjoint(taken) || give.keys().any(|sku| given.contains_key(sku))
            }
            _ => self == other,
        }
    }

    /// The part it is about; `None` of somebody who is gone.
    pub fn part(&self, was: &Was) -> Option<Part> {
        if let Self::Names { .. } = self {
            return Some(Part::Hidden(was.hides_names));
        }
        let person = was.person.as_ref()?;
        Some(match self {
            Self::Licences { .. } => {
                let plans = |sku: SkuId| (sku, direct(person, sku).map(|row| row.disabled.clone()));
                Part::Direct(self.skus().into_iter().map(plans).collect())
            }
            Self::Leave(group) | Self::Join(group) => Part::Member(person.groups.contains(group)),
            Self::SignIn(_) => Part::SignIn(person.enabled),
            Self::Reprocess | Self::Names { .. } => {
                Part::Failed(person.licences.iter().filter(|(_, row)| row.failed).map(|(key, _)| *key).collect())
            }
        })
    }

    /// That part once the change is made.
    pub fn made(&self) -> Part {
        match self {
            Self::Licences { give, .. } => {
                Part::Direct(self.skus().into_iter().map(|sku| (sku, give.get(&sku).cloned())).collect())
            }
            Self::Leave(_) => Part::Member(false),
            Self::Join(_) => Part::Member(true),
            Self::SignIn(allowed) => Part::SignIn(*allowed),
            Self::Reprocess => Part::Failed(BTreeSet::new()),
            Self::Names { hidden } => Part::Hidden(*hidden),
        }
    }

    /// Whether somebody is as they were when it was decided, in all that speaks for or against it.
    pub fn still_fits(&self, was: &Was, now: &Was) -> bool {
        let (Some(then), Some(here)) = (&was.person, &now.person) else { return was.hides_names == now.hides_names };
        let of = |one: &Changeable, group: GroupId| -> BTreeSet<SkuId> {
            one.licences.keys().filter(|(_, by)| *by == Some(group)).map(|(sku, _)| *sku).collect()
        };
        match self {
            Self::Licences { .. } => then.enabled == here.enabled && then.licences == here.licences,
            Self::Leave(group) | Self::Join(group) => {
                let member = then.groups.contains(group) == here.groups.contains(group);
                member && then.enabled == here.enabled && of(then, *group) == of(here, *group)
            }
            _ => self.part(was) == self.part(now),
        }
    }
}

impl World {
    /// A directory as it is.
    pub fn of(directory: &Directory) -> Self {
        let person = |id| Some((id, directory.changeable(id)?));
        Self {
            people: directory.accounts().filter_map(|account| person(account.id)).collect(),
            hides_names: directory.hides_names(),
            free: directory.free(),
            given: directory.given(),
        }
    }

    /// Somebody now.
    pub fn was(&self, who: Who) -> Was {
        Was { person: who.and_then(|id| self.people.get(&id).cloned()), hides_names: self.hides_names }
    }

    /// Whether no seat is left of a licence that a change gives, to one who does not have it.
    pub fn is_short(&self, act: &Act) -> bool {
        let Act::Licences { give, .. } = act else { return false };
        give.keys().any(|sku| self.free.get(sku).is_none_or(|free| *free <= 0))
    }

    /// What Microsoft makes of it when it does what it is asked.
    pub fn make(&mut self, who: Who, act: &Act) {
        if let Act::Names { hidden } = act {
            self.hides_names = *hidden;
            return;
        }
        let Some(id) = who else { return };
        let Some(person) = self.people.get_mut(&id) else { return };
        let before = held(person);
        let free = |sku: &SkuId| self.free.get(sku).is_some_and(|free| *free > 0);
        match act {
            Act::Licences { take, give } => {
                person.licences.retain(|(sku, by), _| by.is_some() || !take.contains(sku));
                for (sku, disabled) in give {
                    let row = Assigned { disabled: disabled.clone(), failed: false };
                    person.licences.insert(directly(*sku), row);
                }
            }
            Act::Leave(group) => {
                person.groups.remove(group);
                person.licences.retain(|(_, by), _| *by != Some(*group));
            }
            Act::Join(group) => {
                person.groups.insert(*group);
                for sku in self.given.get(group).into_iter().flatten() {
                    let failed = !before.contains(sku) && !free(sku);
                    person.licences.insert((*sku, Some(*group)), Assigned { disabled: BTreeSet::new(), failed });
                }
            }
            Act::SignIn(allowed) => person.enabled = *allowed,
            Act::Reprocess => {
                for ((sku, _), row) in &mut person.licences {
                    row.failed &= !before.contains(sku) && !free(sku);
                }
            }
            Act::Names { .. } => {}
        }
        let after = held(person);
        for sku in before.difference(&after) {
            *self.free.entry(*sku).or_default() += 1;
        }
        for sku in after.difference(&before) {
            *self.free.entry(*sku).or_default() -= 1;
        }
    }

    /// Who is not the same in another world, and how; but for some. Of `unsettled` ones it does not count whether a
    /// group's licence found a seat: that hangs on who came first.
    pub fn differences(&self, other: &Self, but: &BTreeSet<Who>, unsettled: &BTreeSet<Who>) -> BTreeMap<Who, String> {
        let mut found = BTreeMap::new();
        if self.hides_names != other.hides_names && !but.contains(&None) {
            found.insert(None, format!("names are hidden: {}", other.hides_names));
        }
        let all: BTreeSet<PersonId> = self.people.keys().chain(other.people.keys()).copied().collect();
        for id in all.into_iter().filter(|id| !but.contains(&Some(*id))) {
            let of = |world: &Self| {
                let mut one = world.people.get(&id).cloned();
                if unsettled.contains(&Some(id)) {
                    let rows = one.iter_mut().flat_map(|one| &mut one.licences);
                    rows.filter(|((_, by), _)| by.is_some()).for_each(|(_, row)| row.failed = false);
                }
                one
            };
            let (own, others) = (of(self), of(other));
            if own != others {
                found.insert(Some(id), format!("{own:#?}, and there {others:#?}"));
            }
        }
        found
    }
}
