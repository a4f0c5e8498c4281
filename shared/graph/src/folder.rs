//! A folder of saved Graph answers, read as a scan reads Graph. Files are known by what is in them, not by their names:
//! an answer by its `@odata.context`, a usage report by its header. A collection may be several files, one a page.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use checks::facts::{Missing, Person, Sku, Subscription};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::{
    Activity, Report, endpoints, facts,
    http::Decoder,
    page::{Elements, Piece, Splitter},
    report::{Fold, Rows},
    wire,
};

const CHUNK: usize = 64 * 1024;
/// Days an activity report must look back.
const PERIOD_MIN: u32 = 90;

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Folder {
    /// Graph's `organization.displayName`; hostile text.
    pub organization: Option<String>,
    /// Licence types; `None` when they are missing.
    pub skus: Option<Vec<Sku>>,
    /// Subscriptions; `None` when they are missing.
    pub subscriptions: Option<Vec<Subscription>>,
    /// People, in the order of their ids; `None` when they are missing or not all there.
    pub people: Option<Vec<Person>>,
    /// Why sign-in dates are not known; `None` when they are, for at least one person.
    pub sign_in_missing: Option<Missing>,
    /// What the usage reports say.
    pub activity: Activity,
    /// What would make the result better, in the order of [`Part`].
    pub missing: Vec<MissingPart>,
    /// Files that were not used, by name.
    pub ignored: Vec<Ignored>,
}

/// A part of a directory a folder should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// `GET /v1.0/subscribedSkus`.
    LicenceTypes,
    /// `GET /v1.0/users`, with licences.
    People,
    /// `signInActivity` of people.
    SignInDates,
    /// `GET /v1.0/reports/getOffice365ActiveUserDetail(period='D90')`.
    ActivityReport,
    /// `GET /v1.0/directory/subscriptions`.
    Subscriptions,
}

impl Part {
    /// The call of Graph whose answer belongs in the folder, such as `GET /v1.0/subscribedSkus?$select=…`.
    pub fn call(self) -> String {
        let (endpoint, period) = match self {
            Self::LicenceTypes => (&endpoints::SUBSCRIBED_SKUS, ""),
            Self::People => (&endpoints::USERS, ""),
            Self::SignInDates => (&endpoints::USERS_WITH_SIGN_IN, ""),
            Self::ActivityReport => (Report::ActiveUsers.endpoint(), "D90"),
            Self::Subscriptions => (&endpoints::SUBSCRIPTIONS, ""),
        };
        format!("{} {}", endpoint.method, endpoint.relative(period))
    }
}

/// A part that is not there, or not usable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingPart {
    /// Which.
    pub part: Part,
    /// Why, in words for whoever saved the files.
    pub why: String,
}

/// A file that was not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// Its name; hostile text.
    pub file: String,
    /// Why, in words for whoever saved the files.
    pub why: String,
}

/// A folder that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the folder {}", path.display())]
pub struct FolderError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    #[source]
    pub source: io::Error,
}

/// Reads all files in `dir`, not those in folders inside it.
///
/// # Errors
/// When the folder cannot be listed. A file that cannot be read or understood is in [`Folder::ignored`].
pub fn read(dir: &Path) -> Result<Folder, FolderError> {
    let failed = |source| FolderError { path: dir.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        files.push(entry.map_err(failed)?.path());
    }
    files.sort();
    let mut found = Found::default();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Err(why) = found.file(&path) {
            found.ignored.push(Ignored { file: name, why });
        }
    }
    Ok(found.into_folder())
}

#[derive(Default)]
struct Found {
    organization: Option<wire::Organization>,
    skus: Pages<wire::SubscribedSku>,
    subscriptions: Pages<wire::CompanySubscription>,
    people: BTreeMap<Uuid, SeenPerson>,
    people_pages: Pages<()>,
    activity: Activity,
    ignored: Vec<Ignored>,
}

struct SeenPerson {
    user: wire::User,
    sign_in: bool,
}

struct Pages<T> {
    items: Vec<T>,
    /// A page was there.
    any: bool,
    /// The last page was there.
    ended: bool,
}

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self { items: Vec::new(), any: false, ended: false }
    }
}

impl<T> Pages<T> {
    fn add(&mut self, items: Vec<T>, next: Option<String>) {
        self.items.extend(items);
        self.any = true;
        self.ended |= next.is_none();
    }
    /// Why these are not all there are.
    fn gap(&self) -> Option<&'static str> {
        match (self.any, self.ended) {
            (false, _) => Some("not in the folder"),
            (true, false) => Some("the last page is not in the folder: follow @odata.nextLink until there is none"),
            (true, true) => None,
        }
    }
}

/// What an answer is about, from its `@odata.context`.
#[derive(Default)]
struct Outline {
    context: Option<String>,
    error: Option<String>,
    collection: bool,
}

impl Outline {
    /// The entity set, such as `users` or `directory/subscriptions`, and the fields in brackets after it.
    fn about(&self) -> Option<(&str, &str)> {
        let (_, fragment) = self.context.as_deref()?.split_once('#')?;
        let fragment = fragment.trim_end_matches("/$entity");
        Some(fragment.split_once('(').unwrap_or((fragment, "")))
    }
}

impl Found {
    fn file(&mut self, path: &Path) -> Result<(), String> {
        let metadata = std::fs::metadata(path).map_err(|e| format!("cannot be read: {e}"))?;
        if !metadata.is_file() {
            return Err("not a file".to_owned());
        }
        let mut start = Vec::new();
        let opened = File::open(path).and_then(|file| file.take(512).read_to_end(&mut start));
        opened.map_err(|e| format!("cannot be read: {e}"))?;
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err("is UTF-16; save it as UTF-8".to_owned());
        }
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii_start();
        match start.first() {
            None => Err("is empty".to_owned()),
            Some(b'{') => self.answer(path),
            Some(_) if start.starts_with(b"Report Refresh Date") || start.starts_with(b"\"Report Refresh Date") => {
                self.report(path)
            }
            Some(_) => Err("neither an answer of Microsoft Graph nor a usage report".to_owned()),
        }
    }

    fn answer(&mut self, path: &Path) -> Result<(), String> {
        let outline = outline(path)?;
        if let Some(code) = outline.error {
            return Err(format!("holds an error of Microsoft Graph: {code}"));
        }
        let Some((set, fields)) = outline.about() else {
            return Err("JSON without @odata.context: not an answer of Microsoft Graph".to_owned());
        };
        match (set, outline.collection) {
            ("subscribedSkus", true) => {
                let (items, next) = elements(path)?;
                self.skus.add(items, next);
            }
            ("directory/subscriptions" | "subscriptions" | "companySubscriptions", true) => {
                let (items, next) = elements(path)?;
                self.subscriptions.add(items, next);
            }
            ("users", true) => {
                let (users, next) = elements::<wire::User>(path)?;
                let listed = fields.split([',', ')']).any(|field| field == "signInActivity");
                let sign_in = listed || users.iter().any(|user| user.sign_in_activity.is_some());
                self.people_pages.add(Vec::new(), next);
                users.into_iter().for_each(|user| self.person(user, sign_in));
            }
            ("organization", true) => {
                let (organizations, _) = elements::<wire::Organization>(path)?;
                self.organization = organizations.into_iter().next().or(self.organization.take());
            }
            ("admin/reportSettings" | "groups", _) => {}
            _ => return Err("an answer of Microsoft Graph that is not needed".to_owned()),
        }
        Ok(())
    }

    fn person(&mut self, user: wire::User, sign_in: bool) {
        let Some(id) = user.id else { return };
        match self.people.entry(id) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(SeenPerson { user, sign_in });
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                entry.get_mut().sign_in |= sign_in;
                entry.get_mut().user.fill_from(user);
            }
        }
    }

    fn report(&mut self, path: &Path) -> Result<(), String> {
        #[derive(Default)]
        struct Rest {
            activity: Activity,
            report: Option<Report>,
            short: bool,
        }
        let add = |rest: &mut Rest, row: &crate::ReportRow<'_>| {
            rest.short |=
                row.get("Report Period").and_then(|days| days.parse().ok()).is_some_and(|days: u32| days < PERIOD_MIN);
            rest.report = rest.report.or_else(|| row.report());
            if let Some(report) = rest.report {
                rest.activity.add(report, row);
            }
        };
        let mut fold = Fold { rows: Rows::default(), state: Rest::default(), add };
        each_chunk(path, |chunk| fold.push(chunk))?;
        let header = fold.rows.header().and_then(Report::of_header);
        let Rest { activity, report, short } = fold.finish()?;
        let report = report.or(header).ok_or("a usage report that is not needed")?;
        // Copilot's speaks of a month.
        if short && report != Report::Copilot {
            return Err(format!("looks back less than {PERIOD_MIN} days; save it with period='D90'"));
        }
        self.activity.merge(activity.from(report));
        Ok(())
    }

    fn into_folder(self) -> Folder {
        let mut missing = Vec::new();
        let mut gap = |part, why: Option<&str>| {
            let why = why?;
            missing.push(MissingPart { part, why: why.to_owned() });
            Some(())
        };
        let skus = match gap(Part::LicenceTypes, self.skus.gap()) {
            Some(()) => None,
            None => Some(by_id(self.skus.items.into_iter().filter_map(facts::sku), |sku| sku.id)),
        };
        let without_licenses =
            !self.people.is_empty() && self.people.values().all(|person| person.user.assigned_licenses.is_none());
        let people_gap = self.people_pages.gap();
        let people_gap = people_gap.or(without_licenses.then_some("saved without assignedLicenses: add it to $select"));
        let people = match gap(Part::People, people_gap) {
            Some(()) => None,
            None => Some(self.people.into_values()),
        };
        let people = people.map(|people| people.filter_map(|p| facts::person(p.user, p.sign_in)).collect::<Vec<_>>());
        let sign_in = |person: &Person| person.sign_in != checks::facts::SignIn::Unavailable;
        let has_sign_in = people.as_ref().is_some_and(|people| people.iter().any(sign_in));
        if people.is_some() && !has_sign_in {
            gap(Part::SignInDates, Some("people were saved without signInActivity (it needs Microsoft Entra ID P1)"));
        }
        gap(
            Part::ActivityReport,
            self.activity.missing().map(|why| match why {
                Missing::NamesConcealed => {
                    "its names are hidden: show them in the Microsoft 365 admin centre, then save again"
                }
                Missing::NotCovered => "it has no rows",
                _ => "getOffice365ActiveUserDetail is not in the folder",
            }),
        );
        let subscriptions = match gap(Part::Subscriptions, self.subscriptions.gap()) {
            Some(()) => None,
            None => {
                let all = self.subscriptions.items.into_iter().filter_map(facts::subscription);
                Some(by_id(all, |subscription| subscription.id.clone()))
            }
        };
        Folder {
            organization: self.organization.and_then(|organization| organization.display_name),
            skus,
            subscriptions,
            people,
            sign_in_missing: (!has_sign_in).then_some(Missing::Error),
            activity: self.activity,
            missing,
            ignored: self.ignored,
        }
    }
}

/// The first of each id, in the order they came: the same answer may have been saved twice.
fn by_id<T, K: std::hash::Hash + Eq>(items: impl Iterator<Item = T>, id: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = HashMap::new();
    items.filter(|item| seen.insert(id(item), ()).is_none()).collect()
}

fn outline(path: &Path) -> Result<Outline, String> {
    let (mut outline, mut splitter) = (Outline::default(), Splitter::default());
    each_chunk(path, |chunk| {
        splitter.push(chunk, &mut |piece| {
            match piece {
                Piece::Member("@odata.context", json) => outline.context = serde_json::from_slice(json).ok(),
                Piece::Member("error", json) => {
                    let error: serde_json::Value = serde_json::from_slice(json).unwrap_or_default();
                    let code = error.get("code").and_then(serde_json::Value::as_str).unwrap_or("without a code");
                    outline.error = Some(crate::error::for_log(code));
                }
                Piece::Member(..) | Piece::Element(_) => {}
            }
            Ok(())
        })
    })?;
    if !splitter.is_done() {
        return Err("JSON that is cut short".to_owned());
    }
    outline.collection = splitter.is_collection();
    Ok(outline)
}

fn elements<T: DeserializeOwned + Send>(path: &Path) -> Result<(Vec<T>, Option<String>), String> {
    let mut decoder = Elements::without_limit();
    each_chunk(path, |chunk| decoder.push(chunk))?;
    decoder.finish()
}

fn each_chunk(path: &Path, mut take: impl FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
    let mut file = File::open(path).map_err(|e| format!("cannot be read: {e}"))?;
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(length) => take(&chunk[..length])?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(format!("cannot be read: {e}")),
        }
    }
}
