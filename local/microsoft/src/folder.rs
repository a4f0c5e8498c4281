//! A directory from a folder of saved Graph answers: what a real company's Graph said, served again.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use model::{DirectoryId, GroupId, PersonId, PlanId, SkuId};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    day::Day,
    directory::{
        Directory, Group, Kind, License, Name, Person, Refused, Saved, SignIn, Sku, Source, Subscription, Usage,
    },
    ledger::Ledger,
    reports,
    simulation::FIRST_DAY,
};

/// Why a folder cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file cannot be read.
    #[error("cannot read {0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// A `.json` file is no JSON.
    #[error("{0} is not JSON: {1}")]
    Json(PathBuf, #[source] serde_json::Error),
    /// A `.csv` file is no usage report Steward knows.
    #[error("{0} is not a usage report known here: its header says {1}")]
    Report(PathBuf, String),
    /// An item has no id, or one of the wrong form.
    #[error("{0}: an item without a usable {1}")]
    Item(PathBuf, &'static str),
    /// There is nothing in it.
    #[error("{0} holds no answer of Graph")]
    Empty(PathBuf),
}

/// Which collection an answer is of, by its `@odata.context`.
fn collection(context: &str) -> Option<&'static str> {
    let set = context.split_once("$metadata#")?.1;
    let name = set.split(['(', '/']).next()?;
    match name {
        "users" => Some("users"),
        "groups" => Some("groups"),
        "subscribedSkus" => Some("subscribedSkus"),
        "organization" => Some("organization"),
        "directory" if set.starts_with("directory/subscriptions") => Some("subscriptions"),
        "subscriptions" | "Collection" if set.contains("ubscription") => Some("subscriptions"),
        _ => None,
    }
}

impl Directory {
    /// Reads a folder of saved answers: `.json` files by their `@odata.context` (organization, subscribedSkus,
    /// directory/subscriptions, users, groups; the pages of one collection in any files, in order of the files' names)
    /// and usage reports as `.csv` by their header. What is not in the folder is answered with 404. Its directory's id
    /// is the organization's, or made from the folder's name.
    ///
    /// The first two enabled members count as its administrators.
    ///
    /// # Errors
    /// When a file cannot be read or is not what its name says.
    pub fn from_folder(folder: &Path) -> Result<Self, FolderError> {
        let file_error = |path: &Path| {
            let path = path.to_owned();
            move |error| FolderError::File(path, error)
        };
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder).map_err(file_error(folder))? {
            paths.push(entry.map_err(file_error(folder))?.path());
        }
        paths.sort();
        let mut items: BTreeMap<&'static str, Items> = BTreeMap::new();
        let mut saved = Saved::default();
        for path in paths {
            let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
            match extension.as_str() {
                "json" => {
                    let text = fs::read(&path).map_err(file_error(&path))?;
                    let answer: Value =
                        serde_json::from_slice(&text).map_err(|error| FolderError::Json(path.clone(), error))?;
                    let Some(kind) = answer["@odata.context"].as_str().and_then(collection) else {
                        tracing::warn!(path = %path.display(), "not served: no collection the simulation knows");
                        continue;
                    };
                    saved.collections.insert(kind);
                    let found = match answer {
                        Value::Object(mut page) => match page.remove("value") {
                            Some(Value::Array(values)) => values,
                            _ => vec![Value::Object(page)],
                        },
                        _ => Vec::new(),
                    };
                    let objects = found.into_iter().filter_map(|value| match value {
                        Value::Object(object) => Some((path.clone(), object)),
                        _ => None,
                    });
                    items.entry(kind).or_default().extend(objects);
                }
                "csv" => {
                    let text = fs::read_to_string(&path).map_err(file_error(&path))?;
                    let header = text.lines().next().unwrap_or_default();
                    let name = reports::recognise(header)
                        .ok_or_else(|| FolderError::Report(path.clone(), header.chars().take(200).collect()))?;
                    saved.reports.insert(name, text);
                }
                _ => {}
            }
        }
        if items.is_empty() && saved.reports.is_empty() {
            return Err(FolderError::Empty(folder.to_owned()));
        }
        let mut take = |kind| items.remove(kind).unwrap_or_default();
        saved.organization = take("organization").into_iter().next().map(|(_, object)| object).unwrap_or_default();
        let directory = Self::empty(folder, saved);
        directory.filled(take("subscribedSkus"), take("subscriptions"), take("groups"), take("users"))
    }

    fn empty(folder: &Path, saved: Saved) -> Self {
        let organization = &saved.organization;
        let text = |name: &str| organization.get(name).and_then(Value::as_str);
        let label = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let id = text("id").and_then(|id| id.parse().ok()).unwrap_or_else(|| {
            let hash = crate::credential::sha256(label.as_bytes());
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&hash[..16]);
            DirectoryId(uuid::Builder::from_random_bytes(bytes).into_uuid())
        });
        let domains = organization.get("verifiedDomains").and_then(Value::as_array).cloned().unwrap_or_default();
        let domain = |flag: &str| {
            let found = domains.iter().find(|domain| domain[flag] == true);
            found.and_then(|domain| domain["name"].as_str()).map(str::to_owned)
        };
        Self {
            id,
            name: text("displayName").map_or_else(|| label.clone(), str::to_owned),
            domain: domain("isDefault").unwrap_or_else(|| format!("{}.example", id.0.simple())),
            initial_domain: domain("isInitial").unwrap_or_else(|| format!("{}.onmicrosoft.com", id.0.simple())),
            country: text("countryLetterCode").unwrap_or("US").to_owned(),
            created: day(organization, "createdDateTime"),
            p1: false,
            concealed: false,
            people: Vec::new(),
            skus: Vec::new(),
            subscriptions: Vec::new(),
            groups: Vec::new(),
            plan_sets: vec![Vec::new()],
            ledger: Ledger::default(),
            source: Source::Folder(folder.to_owned()),
            saved: Some(Box::new(saved)),
        }
    }

    fn filled(mut self, skus: Items, subscriptions: Items, groups: Items, users: Items) -> Result<Self, FolderError> {
        for (path, raw) in skus {
            let id = guid(&raw, "skuId").map(SkuId).ok_or(FolderError::Item(path, "skuId"))?;
            let seats = raw.get("prepaidUnits").cloned().unwrap_or_default();
            let count = |name: &str| seats[name].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
            let plans = raw.get("servicePlans").and_then(Value::as_array).cloned().unwrap_or_default();
            let plans = plans.iter().filter_map(|plan| {
                let id = plan["servicePlanId"].as_str()?.parse().ok()?;
                Some((plan["servicePlanName"].as_str()?.to_owned(), PlanId(id), plan["appliesTo"] != "Company"))
            });
            self.skus.push(Sku {
                id,
                part_number: string(&raw, "skuPartNumber"),
                status: status(&string(&raw, "capabilityStatus")),
                for_users: raw.get("appliesTo").is_none_or(|to| to != "Company"),
                enabled: count("enabled"),
                warning: count("warning"),
                suspended: count("suspended"),
                locked_out: count("lockedOut"),
                consumed: 0,
                beyond: 0,
                plans: plans.collect(),
                raw: Some(raw),
            });
        }
        for (path, raw) in groups {
            let id = guid(&raw, "id").map(GroupId).ok_or(FolderError::Item(path, "id"))?;
            let skus = licenses_of(&raw).map(|sku| self.sku_place(sku)).collect();
            let types = raw.get("groupTypes").and_then(Value::as_array);
            let unified = types.is_some_and(|types| types.iter().any(|kind| kind == "Unified"));
            self.groups.push(Group {
                id,
                name: string(&raw, "displayName"),
                skus,
                synced: raw.get("onPremisesSyncEnabled").is_some_and(|synced| synced == true),
                mail: !unified && raw.get("mailEnabled").is_some_and(|mail| mail == true),
                rule: raw.get("membershipRule").and_then(Value::as_str).map(str::to_owned),
                members: Vec::new(),
                raw: Some(raw),
            });
        }
        for (path, raw) in users {
            let id = guid(&raw, "id").map(PersonId).ok_or(FolderError::Item(path, "id"))?;
            self.p1 |= raw.contains_key("signInActivity");
            let licenses = self.licenses_from(&raw);
            self.people.push(person(id, licenses, raw));
        }
        for (path, raw) in subscriptions {
            let sku = guid(&raw, "skuId").map(SkuId).ok_or(FolderError::Item(path, "skuId"))?;
            let sku = self.sku_place(sku);
            self.subscriptions.push(Subscription {
                id: string(&raw, "id"),
                sku,
                created: day(&raw, "createdDateTime").unwrap_or(FIRST_DAY),
                next_lifecycle: day(&raw, "nextLifecycleDateTime"),
                trial: raw.get("isTrial").is_some_and(|trial| trial == true),
                status: status(&string(&raw, "status")),
                seats: 0,
                owner: None,
                raw: Some(raw),
            });
        }
        self.people.sort_by_key(|person| person.id);
        self.people.dedup_by_key(|person| person.id);
        // Saved answers do not say who administers, and somebody must be able to consent.
        for person in self.people.iter_mut().filter(|p| p.enabled && p.kind != Kind::Guest).take(2) {
            person.global_admin = true;
        }
        for (at, group) in self.groups.iter_mut().enumerate() {
            let member = |p: &&Person| p.licenses.iter().any(|l| l.group.map(usize::from) == Some(at));
            group.members = self.people.iter().filter(member).map(|p| p.id).collect();
        }
        self.recount();
        for sku in &mut self.skus {
            let said = sku.raw.as_ref().and_then(|raw| raw.get("consumedUnits")?.as_u64());
            let said = said.and_then(|n| u32::try_from(n).ok()).unwrap_or(sku.consumed);
            sku.beyond = said.saturating_sub(sku.consumed);
        }
        self.recount();
        Ok(self)
    }

    /// The place of a licence type; one that people hold and `subscribedSkus` lacks gets a place that is not listed.
    fn sku_place(&mut self, id: SkuId) -> u16 {
        let at = self.skus.iter().position(|sku| sku.id == id).unwrap_or_else(|| {
            self.skus.push(Sku::without_seats(id, String::new(), "Deleted", Vec::new()));
            self.skus.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    fn licenses_from(&mut self, raw: &Map<String, Value>) -> Vec<License> {
        let states = raw.get("licenseAssignmentStates").and_then(Value::as_array);
        let rows =
            states.or_else(|| raw.get("assignedLicenses").and_then(Value::as_array)).cloned().unwrap_or_default();
        let mut licenses = Vec::with_capacity(rows.len());
        for row in &rows {
            let Some(sku) = row["skuId"].as_str().and_then(|id| id.parse().ok()) else { continue };
            let group = row["assignedByGroup"].as_str().and_then(|id| id.parse().ok());
            let group = group.and_then(|id| self.group(id)).and_then(|(at, _)| u16::try_from(at).ok());
            let off = row["disabledPlans"].as_array().cloned().unwrap_or_default();
            let mut off: Vec<PlanId> = off.iter().filter_map(|id| id.as_str()?.parse().ok()).collect();
            off.sort_unstable();
            let disabled = self.plan_sets.iter().position(|set| *set == off).unwrap_or_else(|| {
                self.plan_sets.push(off);
                self.plan_sets.len() - 1
            });
            let time = row["lastUpdatedDateTime"].as_str().and_then(|time| time.parse::<Timestamp>().ok());
            licenses.push(License {
                sku: self.sku_place(SkuId(sku)),
                group,
                disabled: u16::try_from(disabled).unwrap_or(0),
                changed: time.and_then(Day::at).unwrap_or(FIRST_DAY),
                failed: row["state"] == "Error",
            });
        }
        licenses
    }

    /// 404 when the directory is a folder that lacks a collection.
    pub(crate) fn has_saved(&self, collection: &'static str) -> Result<(), Refused> {
        match &self.saved {
            Some(saved) if !saved.collections.contains(collection) => Err(Refused::missing(collection)),
            _ => Ok(()),
        }
    }
}

/// Objects of a collection and the files they came from.
type Items = Vec<(PathBuf, Map<String, Value>)>;

fn person(id: PersonId, licenses: Vec<License>, raw: Map<String, Value>) -> Person {
    Person {
        id,
        name: Name::Thing(0),
        number: 0,
        kind: if raw.get("userType").is_some_and(|kind| kind == "Guest") { Kind::Guest } else { Kind::Employee },
        enabled: raw.get("accountEnabled").is_none_or(|enabled| enabled != false),
        synced: raw.get("onPremisesSyncEnabled").is_some_and(|synced| synced == true),
        global_admin: false,
        deleted: false,
        deleted_on: None,
        department: 0,
        title: 0,
        office: 0,
        created: day(&raw, "createdDateTime").unwrap_or(FIRST_DAY),
        sign_in: SignIn::default(),
        usage: Usage::default(),
        licenses,
        mail: None,
        raw: Some(Box::new(raw)),
    }
}

fn string(object: &Map<String, Value>, name: &str) -> String {
    object.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
fn guid(object: &Map<String, Value>, name: &str) -> Option<Uuid> {
    object.get(name)?.as_str()?.parse().ok()
}
fn day(object: &Map<String, Value>, name: &str) -> Option<Day> {
    Day::at(object.get(name)?.as_str()?.parse().ok()?)
}
fn licenses_of(object: &Map<String, Value>) -> impl Iterator<Item = SkuId> {
    let list = object.get("assignedLicenses").and_then(Value::as_array).cloned().unwrap_or_default();
    list.into_iter().filter_map(|license| license["skuId"].as_str()?.parse().ok())
}
fn status(text: &str) -> &'static str {
    ["Enabled", "Warning", "Suspended", "LockedOut"].into_iter().find(|known| *known == text).unwrap_or("Deleted")
}
