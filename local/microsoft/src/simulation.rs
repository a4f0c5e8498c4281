//! The simulation as its users hold it: directories, apps, consent, faults, what was called; and its one HTTP entrance.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State as Extract},
    response::Response,
};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use model::{Clock, DirectoryId, GroupId, PersonId, PlanId, SkuId};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::{
    answer::{Answer, Content},
    bought::Bought,
    credential::SigningKey,
    day::Day,
    directory::{Changes, Directory, Refused, Source},
    entra::{self, Code, Spoiled, Transaction},
    faults::{Call, Fault, InFlight, Queue, RetryAfter, When},
    graph,
    throttle::Throttle,
};

/// What a clock before 2000 counts as.
pub(crate) const FIRST_DAY: Day = Day::FIRST;
/// Origin where none was set and the request names no host.
const REAL_ORIGIN: &str = "https://login.microsoftonline.com";
/// Calls remembered; older ones are forgotten.
const CALLS: usize = 200_000;
/// Longest request body read, in bytes.
const BODY: usize = 4 << 20;

/// Microsoft Entra and Microsoft Graph on one origin. Cheap to clone; clones are the same simulation.
#[derive(Clone)]
pub struct Simulation(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub clock: Clock,
    pub state: Mutex<State>,
}

/// Signs id tokens and access tokens. Made when first needed, and once a process, because making it takes a while.
static KEY: OnceLock<SigningKey> = OnceLock::new();
/// The key of the directory of personal accounts: published, and never to be trusted for a company.
static CONSUMER_KEY: OnceLock<SigningKey> = OnceLock::new();
/// The key that signs id tokens once Microsoft rolled its keys.
static NEXT_KEY: OnceLock<SigningKey> = OnceLock::new();

pub(crate) struct State {
    pub random: ChaCha20Rng,
    /// Seals page tokens.
    pub secret: [u8; 32],
    pub origin: Option<String>,
    /// Where reports are downloaded, when not from the same origin.
    pub downloads_origin: Option<String>,
    pub apps: BTreeMap<Uuid, App>,
    pub hosted: BTreeMap<DirectoryId, Hosted>,
    pub transactions: HashMap<Uuid, Transaction>,
    pub codes: HashMap<String, Code>,
    /// `jti`s of assertions, to refuse their second use.
    pub assertions: HashMap<(Uuid, String), Timestamp>,
    pub downloads: HashMap<Uuid, Download>,
    pub throttle: Throttle,
    pub faults: Queue,
    pub spoiled: VecDeque<Spoiled>,
    /// What id tokens of a person say beside or instead of what they would.
    pub claims: HashMap<PersonId, serde_json::Map<String, Value>>,
    pub rolled: bool,
    calls: VecDeque<Call>,
    in_flight: InFlight,
    latency: SignedDuration,
    /// How far what is read is behind what was written.
    lag: SignedDuration,
    path: Option<PathBuf>,
}

/// An app registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// The application (client) id.
    pub client_id: Uuid,
    /// Its name, shown on the consent page.
    pub name: String,
    /// X.509 certificates (DER) whose keys may sign its assertions.
    pub certificates: Vec<Vec<u8>>,
    /// Its client secret, where it has one.
    pub secret: Option<String>,
    /// Where it may be sent back to; compared exactly.
    pub redirect_uris: Vec<String>,
    /// Application permissions it asks for, as in `User.Read.All`.
    pub permissions: Vec<String>,
}

/// A directory and what happened to it since it was made.
pub(crate) struct Hosted {
    pub directory: Directory,
    pub consents: BTreeMap<Uuid, Consent>,
    /// Apps whose consent was taken back.
    pub revoked: BTreeSet<Uuid>,
    pub changes: Changes,
    /// The directory before each write that reads do not show yet, oldest first.
    before: VecDeque<(Timestamp, Directory)>,
}

/// What an app was granted in a directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Consent {
    /// Of this grant: a token of an earlier one is no longer good.
    pub id: Uuid,
    pub granted: Vec<String>,
}

/// A report waiting at a pre-authenticated address.
pub(crate) struct Download {
    pub directory: DirectoryId,
    pub report: &'static str,
    pub period: u16,
    pub expires: Timestamp,
}

/// What a data file keeps.
#[derive(Default, Serialize, Deserialize)]
struct Snapshot {
    directories: Vec<Kept>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    source: Source,
    consents: BTreeMap<Uuid, Consent>,
    revoked: BTreeSet<Uuid>,
    changes: Changes,
}

/// A simulation that listens. Stops when dropped.
pub struct Running {
    /// The origin of Entra and Graph, such as `http://127.0.0.1:4100/`.
    pub base: Url,
    /// The origin of report downloads, another one as with Microsoft.
    pub downloads: Url,
    tasks: [tokio::task::JoinHandle<()>; 2],
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Why a simulation could not be opened from its data file.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file could not be read or written.
    #[error("cannot use {0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// The file is not what a simulation writes.
    #[error("{0} was not written by the simulation: {1}")]
    Content(PathBuf, #[source] serde_json::Error),
    /// The folder a directory came from cannot be read any more.
    #[error(transparent)]
    Folder(#[from] crate::FolderError),
    /// A kept change no longer fits its directory.
    #[error("a kept change no longer fits its directory: {0}")]
    Change(#[from] Refused),
}

impl Simulation {
    /// A simulation with no directory and no app. `seed` decides ids, codes and faults by percentage.
    pub fn new(clock: Clock, seed: u64) -> Self {
        let mut random = ChaCha20Rng::seed_from_u64(seed);
        let mut secret = [0; 32];
        random.fill_bytes(&mut secret);
        let state = State {
            random,
            secret,
            origin: None,
            downloads_origin: None,
            apps: BTreeMap::new(),
            hosted: BTreeMap::new(),
            transactions: HashMap::new(),
            codes: HashMap::new(),
            assertions: HashMap::new(),
            downloads: HashMap::new(),
            throttle: Throttle::default(),
            faults: Queue::default(),
            spoiled: VecDeque::new(),
            claims: HashMap::new(),
            rolled: false,
            calls: VecDeque::new(),
            in_flight: InFlight::default(),
            latency: SignedDuration::ZERO,
            lag: SignedDuration::ZERO,
            path: None,
        };
        Self(Arc::new(Inner { clock, state: Mutex::new(state) }))
    }

    /// A simulation whose directories, consents and writes outlive it in the file at `path`.
    ///
    /// # Errors
    /// When the file is there and cannot be read, or a folder it names is gone.
    pub fn open(clock: Clock, seed: u64, path: &Path) -> Result<Self, OpenError> {
        let simulation = Self::new(clock, seed);
        let snapshot = match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| OpenError::Content(path.to_owned(), e))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Snapshot::default(),
            Err(error) => return Err(OpenError::File(path.to_owned(), error)),
        };
        let mut state = simulation.state();
        for kept in snapshot.directories {
            let mut directory = match &kept.source {
                Source::Recipe(recipe) => Directory::generate(recipe),
                Source::Folder(folder) => Directory::from_folder(folder)?,
            };
            directory.restore(&kept.changes)?;
            let Kept { consents, revoked, changes, .. } = kept;
            let before = VecDeque::new();
            state.hosted.insert(directory.id, Hosted { directory, consents, revoked, changes, before });
        }
        state.path = Some(path.to_owned());
        drop(state);
        Ok(simulation)
    }

    /// Adds a directory, unless it is there already (a data file brought it back). Its id.
    pub fn add(&self, directory: Directory) -> DirectoryId {
        let id = directory.id;
        let mut state = self.state();
        state.hosted.entry(id).or_insert_with(|| Hosted {
            directory,
            consents: BTreeMap::new(),
            revoked: BTreeSet::new(),
            changes: Changes::default(),
            before: VecDeque::new(),
        });
        state.save();
        id
    }

    /// The directories, in order of their ids.
    pub fn directories(&self) -> Vec<DirectoryId> {
        self.state().hosted.keys().copied().collect()
    }

    /// Looks at a directory as it is now; `None` when there is none of this id.
    pub fn directory<T>(&self, id: DirectoryId, look: impl FnOnce(&Directory) -> T) -> Option<T> {
        self.state().hosted.get(&id).map(|hosted| look(&hosted.directory))
    }

    /// Registers an app, in place of an earlier one of the same id.
    pub fn register_app(&self, app: App) {
        self.state().apps.insert(app.client_id, app);
    }

    /// Grants an app everything it asks for in a directory, as its administrator does on the consent page.
    pub fn consent(&self, client_id: Uuid, directory: DirectoryId) {
        let permissions = self.state().apps.get(&client_id).map(|app| app.permissions.clone()).unwrap_or_default();
        self.consent_partly(client_id, directory, &permissions.iter().map(String::as_str).collect::<Vec<_>>());
    }

    /// Grants an app some of its permissions, as an administrator can in the portal.
    pub fn consent_partly(&self, client_id: Uuid, directory: DirectoryId, permissions: &[&str]) {
        let granted = permissions.iter().map(|name| (*name).to_owned()).collect();
        self.state().grant(client_id, directory, granted);
    }

    /// Takes an app's consent back: its tokens are refused at once, and it gets no new ones.
    pub fn revoke_consent(&self, client_id: Uuid, directory: DirectoryId) {
        let mut state = self.state();
        if let Some(hosted) = state.hosted.get_mut(&directory)
            && hosted.consents.remove(&client_id).is_some()
        {
            hosted.revoked.insert(client_id);
        }
        state.save();
    }

    /// What an app was granted in a directory; `None` without consent.
    pub fn granted(&self, client_id: Uuid, directory: DirectoryId) -> Option<Vec<String>> {
        let state = self.state();
        Some(state.hosted.get(&directory)?.consents.get(&client_id)?.granted.clone())
    }

    /// Signs in at an authorize URL as somebody, without the page. The URL the browser is sent back to.
    ///
    /// # Errors
    /// What the page would have shown instead.
    pub fn sign_in_as(&self, authorize_url: &str, person: PersonId) -> Result<Url, entra::Shown> {
        entra::walk(self, authorize_url, person, true)
    }

    /// Accepts (or with `false` cancels) at an admin-consent URL as somebody, without the pages. The URL the browser is
    /// sent back to.
    ///
    /// # Errors
    /// What the page would have shown instead.
    pub fn consent_as(&self, consent_url: &str, person: PersonId, accept: bool) -> Result<Url, entra::Shown> {
        entra::walk(self, consent_url, person, accept)
    }

    /// Makes the next id token a bad one.
    pub fn spoil_next_id_token(&self, how: Spoiled) {
        self.state().spoiled.push_back(how);
    }

    /// What the id tokens of a person say from now on beside or instead of what they would: `amr`, `roles`, an `email`
    /// that is somebody else's. `null` leaves a claim out.
    pub fn set_claim(&self, person: PersonId, claim: &str, value: Value) {
        self.state().claims.entry(person).or_default().insert(claim.to_owned(), value);
    }

    /// Rolls the key of id tokens: the old one is not published any more.
    pub fn roll_keys(&self) {
        self.state().rolled = true;
    }

    /// How long each Graph call takes, on the simulation's clock.
    pub fn page_latency(&self, latency: SignedDuration) {
        self.state().latency = latency;
    }

    /// How far reads are behind writes from now on, as Entra's replicas are (checks.md 4.6). Each write of a lagging
    /// directory keeps a copy of it: for small directories.
    pub fn lag(&self, lag: SignedDuration) {
        self.state().lag = lag;
    }

    /// All that writes can change in a directory, as bytes: equal bytes are equal directories. Empty without one.
    pub fn fingerprint(&self, directory: DirectoryId) -> Vec<u8> {
        self.directory(directory, Directory::fingerprint).unwrap_or_default()
    }

    /// Gives and takes licences, as an administrator does beside us.
    ///
    /// # Errors
    /// What Graph would refuse.
    pub fn assign(
        &self,
        directory: DirectoryId,
        person: PersonId,
        add: &[(SkuId, Vec<PlanId>)],
        remove: &[SkuId],
    ) -> Result<(), Refused> {
        let today = Day::at(self.now()).unwrap_or(FIRST_DAY);
        self.edit(directory, |hosted| {
            hosted.directory.assign(person, add, remove, today)?;
            hosted.note_person(person);
            Ok(())
        })
    }

    /// Puts somebody into a group or takes them out, as an administrator does beside us.
    ///
    /// # Errors
    /// What Graph would refuse.
    pub fn set_member(
        &self,
        directory: DirectoryId,
        group: GroupId,
        person: PersonId,
        member: bool,
    ) -> Result<(), Refused> {
        let today = Day::at(self.now()).unwrap_or(FIRST_DAY);
        self.edit(directory, |hosted| {
            match member {
                true => hosted.directory.join(group, person, today)?,
                false => hosted.directory.leave(group, person)?,
            }
            hosted.note_person(person);
            hosted.note_group(group);
            Ok(())
        })
    }

    /// Gives a group an address for mail, as an administrator does in Exchange: Graph changes its members no more.
    ///
    /// # Errors
    /// When there is no such group.
    pub fn give_address(&self, directory: DirectoryId, group: GroupId) -> Result<(), Refused> {
        self.edit(directory, |hosted| hosted.directory.give_address(group))
    }

    /// Lets somebody sign in or not, as an administrator does beside us.
    ///
    /// # Errors
    /// What Graph would refuse.
    pub fn set_sign_in(&self, directory: DirectoryId, person: PersonId, enabled: bool) -> Result<(), Refused> {
        self.edit(directory, |hosted| {
            hosted.directory.enable(person, enabled)?;
            hosted.note_person(person);
            Ok(())
        })
    }

    /// Writes an address to somebody's account, whosever it is, as an administrator can. Not kept in a file.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn set_mail(&self, directory: DirectoryId, person: PersonId, mail: &str) -> Result<(), Refused> {
        self.edit(directory, |hosted| hosted.directory.set_mail(person, mail))
    }

    /// Makes somebody an administrator, as another does beside us. Not kept in a file.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn appoint(&self, directory: DirectoryId, person: PersonId) -> Result<(), Refused> {
        self.edit(directory, |hosted| hosted.directory.appoint(person))
    }

    /// Makes somebody's mailbox a shared one, as an administrator does in Exchange. Not kept in a file.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn share_mailbox(&self, directory: DirectoryId, person: PersonId) -> Result<(), Refused> {
        self.edit(directory, |hosted| hosted.directory.share_mailbox(person))
    }

    /// Somebody signs in today, as people do beside us. Not kept in a file.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn signs_in(&self, directory: DirectoryId, person: PersonId) -> Result<(), Refused> {
        let today = Day::at(self.now()).unwrap_or(FIRST_DAY);
        self.edit(directory, |hosted| hosted.directory.sign_in(person, today))
    }

    fn edit(
        &self,
        directory: DirectoryId,
        edit: impl FnOnce(&mut Hosted) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        let now = self.now();
        let mut state = self.state();
        state.remember(directory, now);
        state.change(directory, edit).unwrap_or_else(|| Err(Refused::missing(directory)))
    }

    /// Lets a fault befall calls to come.
    pub fn fault(&self, when: When, fault: Fault) {
        self.state().faults.push(when, fault);
    }
    /// Faults that still wait for their call.
    pub fn faults_left(&self) -> usize {
        self.state().faults.len()
    }
    /// Forgets faults that wait.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// The calls answered so far, oldest first.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.iter().cloned().collect()
    }
    /// Forgets the calls, and how many were under way at once.
    pub fn clear_calls(&self) {
        let mut state = self.state();
        state.calls.clear();
        state.in_flight.clear();
    }
    /// The most calls of one path template that were under way at once.
    pub fn most_in_flight(&self, template: &str) -> usize {
        self.state().in_flight.most(template)
    }

    /// Deletes a person, as an administrator does beside a scan. Whether there was one.
    pub fn delete_person(&self, directory: DirectoryId, person: PersonId) -> bool {
        self.edit(directory, |hosted| hosted.delete(person)).is_ok()
    }

    /// Changes which licences a group gives its members, as an administrator does beside us. Who finds no seat has the
    /// row in error. The group's licences are not kept over a restart, its members' are.
    ///
    /// # Errors
    /// When there is no such group or licence type.
    pub fn assign_to_group(
        &self,
        directory: DirectoryId,
        group: GroupId,
        add: &[SkuId],
        remove: &[SkuId],
    ) -> Result<(), Refused> {
        let today = Day::at(self.now()).unwrap_or(FIRST_DAY);
        self.edit(directory, |hosted| {
            for member in hosted.directory.assign_to_group(group, add, remove, today)? {
                hosted.note_person(member);
            }
            Ok(())
        })
    }

    /// Changes a subscription (its id is in [`Directory::bought`]), as Microsoft does when it renews or lapses and an
    /// administrator who buys seats or gives them back. The seats of its licence type follow; what the generator planted
    /// does not.
    ///
    /// # Errors
    /// When there is no such directory, subscription or day, and when it is served as it was saved in a folder.
    pub fn set_subscription(&self, directory: DirectoryId, id: &str, to: Bought) -> Result<(), Refused> {
        self.edit(directory, |hosted| {
            hosted.directory.set_bought(id, to)?;
            hosted.changes.subscriptions.insert(id.to_owned(), to);
            Ok(())
        })
    }

    /// Hides names in usage reports or shows them, as an administrator does beside us.
    ///
    /// # Errors
    /// When there is no such directory.
    pub fn conceal_names(&self, directory: DirectoryId, concealed: bool) -> Result<(), Refused> {
        self.edit(directory, |hosted| {
            hosted.directory.concealed = concealed;
            hosted.changes.concealed = Some(concealed);
            Ok(())
        })
    }

    /// Puts a directory back as it was when it was copied, so that many tests begin alike; reads show it at once.
    /// Consents stay. Nothing of it reaches a data file.
    pub fn put_back(&self, directory: Directory) {
        let mut state = self.state();
        if let Some(hosted) = state.hosted.get_mut(&directory.id) {
            hosted.directory = directory;
            hosted.before.clear();
        }
    }

    /// The origin of issuers and links (`http://127.0.0.1:4100`). Without it they follow the request's `Host`.
    pub fn set_origin(&self, origin: &str) {
        self.state().origin = Some(origin.trim_end_matches('/').to_owned());
    }
    /// The origin of report downloads. Without it they are on the same origin.
    pub fn set_downloads_origin(&self, origin: &str) {
        self.state().downloads_origin = Some(origin.trim_end_matches('/').to_owned());
    }

    /// Everything the simulation serves. Entra under `/{tenant}/…`, Graph under `/v1.0/`, reports under `/downloads/`.
    pub fn router(&self) -> Router {
        Router::new().fallback(handle).with_state(self.clone())
    }

    /// Listens on `address` (port 0: any), and on another port for report downloads.
    ///
    /// # Errors
    /// When an address cannot be bound.
    pub async fn serve(&self, address: SocketAddr) -> io::Result<Running> {
        let main = tokio::net::TcpListener::bind(address).await?;
        let other = tokio::net::TcpListener::bind(SocketAddr::new(address.ip(), 0)).await?;
        let base = origin_of(main.local_addr()?)?;
        let downloads = origin_of(other.local_addr()?)?;
        self.set_origin(base.as_str());
        self.set_downloads_origin(downloads.as_str());
        let serve = |listener| {
            let router = self.router();
            tokio::spawn(async move {
                if let Err(error) = axum::serve(listener, router).await {
                    tracing::error!(%error, "the simulated Microsoft stopped listening");
                }
            })
        };
        Ok(Running { base, downloads, tasks: [serve(main), serve(other)] })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
}

/// The key that signs tokens of companies' directories.
pub(crate) fn key() -> &'static SigningKey {
    KEY.get_or_init(|| SigningKey::named("microsoft.pkcs8"))
}
/// The key that signs id tokens, before and after Microsoft rolled its keys.
pub(crate) fn id_key(rolled: bool) -> &'static SigningKey {
    if rolled { NEXT_KEY.get_or_init(|| SigningKey::named("microsoft-next.pkcs8")) } else { key() }
}
/// The key that signs tokens of personal accounts.
pub(crate) fn consumer_key() -> &'static SigningKey {
    CONSUMER_KEY.get_or_init(|| SigningKey::named("microsoft-personal.pkcs8"))
}

fn origin_of(address: SocketAddr) -> io::Result<Url> {
    Url::parse(&format!("http://{address}/")).map_err(io::Error::other)
}

impl State {
    pub fn guid(&mut self) -> Uuid {
        let mut bytes = [0; 16];
        self.random.fill_bytes(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    pub fn grant(&mut self, client_id: Uuid, directory: DirectoryId, granted: Vec<String>) {
        let id = self.guid();
        if let Some(hosted) = self.hosted.get_mut(&directory) {
            hosted.revoked.remove(&client_id);
            hosted.consents.insert(client_id, Consent { id, granted });
        }
        self.save();
    }

    /// Keeps the directory as it is before a write, for as long as reads do not show the write.
    pub fn remember(&mut self, directory: DirectoryId, now: Timestamp) {
        let Some(hosted) = self.hosted.get_mut(&directory).filter(|_| self.lag.is_positive()) else { return };
        // What was before the first write of an instant was before all of them.
        if hosted.before.back().is_none_or(|(at, _)| *at < now) {
            hosted.before.push_back((now, hosted.directory.clone()));
        }
    }

    /// Reads of a directory as it is seen now: as it was the lag ago.
    pub fn as_seen<T>(
        &mut self,
        directory: DirectoryId,
        now: Timestamp,
        read: impl FnOnce(&mut Self) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        let lag = self.lag;
        let swap = |state: &mut Self| {
            if let Some(hosted) = state.hosted.get_mut(&directory)
                && let Some((_, seen)) = hosted.before.front_mut()
            {
                std::mem::swap(seen, &mut hosted.directory);
            }
        };
        if let Some(hosted) = self.hosted.get_mut(&directory) {
            hosted.before.retain(|(at, _)| now.duration_since(*at) < lag);
        }
        swap(self);
        let answer = read(self);
        swap(self);
        answer
    }

    /// Changes a directory and keeps the change. `None` without such a directory.
    pub fn change<T>(
        &mut self,
        directory: DirectoryId,
        change: impl FnOnce(&mut Hosted) -> Result<T, Refused>,
    ) -> Option<Result<T, Refused>> {
        let done = change(self.hosted.get_mut(&directory)?);
        if done.is_ok() {
            self.save();
        }
        Some(done)
    }

    /// Writes the data file, where there is one: whole, and in one move.
    fn save(&self) {
        let Some(path) = &self.path else { return };
        let directories = self.hosted.values().map(|hosted| Kept {
            source: hosted.directory.source.clone(),
            consents: hosted.consents.clone(),
            revoked: hosted.revoked.clone(),
            changes: hosted.changes.clone(),
        });
        let snapshot = Snapshot { directories: directories.collect() };
        let new = path.with_extension("new");
        let written = serde_json::to_vec_pretty(&snapshot)
            .map_err(io::Error::from)
            .and_then(|bytes| fs::write(&new, bytes))
            .and_then(|()| fs::rename(&new, path));
        if let Err(error) = written {
            tracing::error!(%error, path = %path.display(), "the simulated Microsoft could not keep its changes");
        }
    }

    pub fn log(&mut self, call: Call) {
        if self.calls.len() == CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
    }

    /// The fault of a call, if one is due.
    pub fn take_fault(&mut self, method: &str, path: &str, template: &str) -> Option<Fault> {
        let Self { faults, random, .. } = self;
        faults.take(method, path, template, || (random.next_u32() % 100) as u8)
    }
}

impl Hosted {
    /// Notes what is now true of a person, to keep it.
    pub fn note_person(&mut self, id: PersonId) {
        if let Some(change) = self.directory.change_of(id) {
            self.changes.people.insert(id, change);
        }
    }
    /// Notes who is in a group now, to keep it.
    pub fn note_group(&mut self, id: GroupId) {
        if let Some((_, group)) = self.directory.group(id) {
            self.changes.groups.insert(id, group.members.clone());
        }
    }
    /// Deletes a person and keeps that.
    pub fn delete(&mut self, person: PersonId) -> Result<(), Refused> {
        for group in self.directory.delete(person)? {
            self.note_group(group);
        }
        self.note_person(person);
        Ok(())
    }
}

/// Counts a call as under way until dropped, also when the client hangs up.
struct UnderWay<'a>(&'a Simulation, &'a str);

impl<'a> UnderWay<'a> {
    fn begin(simulation: &'a Simulation, template: &'a str) -> Self {
        simulation.state().in_flight.enter(template);
        Self(simulation, template)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.state().in_flight.leave(self.1);
    }
}

/// A request, read whole.
pub(crate) struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: http::HeaderMap,
    pub body: Vec<u8>,
    /// Scheme and host the links of the answer begin with.
    pub origin: String,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

async fn handle(Extract(simulation): Extract<Simulation>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, BODY).await else {
        return Answer::error(413, "RequestTooLarge", "The request body is too large.").into_response(simulation.now());
    };
    let mut asked = Asked {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body: body.to_vec(),
        origin: String::new(),
    };
    let host = asked.header("host").map(|host| format!("http://{host}"));
    asked.origin = simulation.state().origin.clone().or(host).unwrap_or_else(|| REAL_ORIGIN.to_owned());
    answer(&simulation, &asked).await
}

async fn answer(simulation: &Simulation, asked: &Asked) -> Response {
    let of_graph = asked.path.starts_with("/v1.0/");
    let template = if of_graph { graph::template(&asked.path) } else { entra::template(&asked.path) };
    let under_way = UnderWay::begin(simulation, &template);
    if of_graph {
        let latency = simulation.state().latency;
        if latency > SignedDuration::ZERO {
            simulation.0.clock.sleep(latency).await;
        }
    }
    let now = simulation.now();
    let fault = simulation.state().take_fault(&asked.method, &asked.path, &template);
    let mut called = Call {
        at: now,
        method: asked.method.clone(),
        template: template.clone(),
        path: asked.path.clone(),
        body: Value::Null,
        done: false,
        status: 0,
        batched: false,
        app: None,
        directory: None,
    };
    if of_graph && asked.method != "GET" && template != graph::BATCH {
        called.body = serde_json::from_slice(&asked.body).unwrap_or_default();
    }
    let answer = match fault.as_ref().and_then(|fault| instead(fault, now)) {
        Some(answer) => answer,
        None => {
            let answer = match of_graph {
                true => graph::answer(simulation, asked, fault.as_ref(), &mut called),
                false => entra::answer(simulation, asked),
            };
            called.done = answer.status < 400;
            answer
        }
    };
    drop(under_way);
    let reset = matches!(fault, Some(Fault::ResetMidBody | Fault::AnswerLost));
    called.status = if reset { 0 } else { answer.status };
    let response = match fault {
        Some(Fault::StatusAfterwards(status)) => {
            called.status = status;
            let mut late = Answer::error(status, "UnknownError", "The service did not answer in time.");
            late.headers = answer.headers;
            late.into_response(now)
        }
        Some(Fault::TruncatedJson) => cut(answer, now, false),
        Some(Fault::ResetMidBody) => cut(answer, now, true),
        // An answer without a body would arrive whole.
        Some(Fault::AnswerLost) => cut(Answer::json(serde_json::json!({"value": []})), now, true),
        _ => answer.into_response(now),
    };
    simulation.state().log(called);
    response
}

/// The answer a fault gives in place of the true one.
pub(crate) fn instead(fault: &Fault, now: Timestamp) -> Option<Answer> {
    Some(match fault {
        Fault::Status(status, retry_after) => {
            let (code, message) = match status {
                429 => ("TooManyRequests", "Too many requests."),
                503 => ("ServiceUnavailable", "The service is temporarily unavailable."),
                504 => ("GatewayTimeout", "The request timed out."),
                409 => ("Directory_ConcurrencyViolation", "The object was changed meanwhile."),
                403 => ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
                423 => ("accessDenied", "The resource is locked."),
                _ => ("UnknownError", "Something went wrong."),
            };
            let answer = Answer::error(*status, code, message);
            match retry_after {
                RetryAfter::Absent => answer,
                RetryAfter::Seconds(seconds) => answer.with("Retry-After", seconds.to_string()),
                RetryAfter::DateIn(seconds) => {
                    let at = now.saturating_add(SignedDuration::from_secs(*seconds)).unwrap_or(now);
                    answer.with("Retry-After", at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string())
                }
            }
        }
        Fault::Refused(words) => Answer::error(400, "Request_BadRequest", *words),
        Fault::HtmlPage => Answer::html(200, "<!doctype html><title>Proxy</title><h1>Please sign in</h1>".to_owned()),
        Fault::ErrorWith200 => Answer { status: 200, ..Answer::error(500, "generalException", "General exception.") },
        Fault::Unauthorized => Answer::error(401, "InvalidAuthenticationToken", "Access token validation failure."),
        Fault::ExpiredSkipToken => Answer::error(400, "Directory_ExpiredPageToken", "The page token has expired."),
        _ => return None,
    })
}

/// The first half of an answer: as if it were all, or with the connection broken after it.
fn cut(answer: Answer, now: Timestamp, reset: bool) -> Response {
    let content_type = answer.content_type();
    let whole = answer.body_bytes(now);
    let half = bytes::Bytes::copy_from_slice(&whole[..whole.len() / 2]);
    if !reset {
        return Answer { content: Content::Raw(content_type, half.to_vec()), ..answer }.into_response(now);
    }
    let broken = async {
        // Without a pause the server would drop the half it has, and the head with it.
        tokio::task::yield_now().await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    };
    let status = answer.status;
    let pieces = stream::iter([Ok(half)]).chain(stream::once(broken));
    let mut response = Response::new(Body::from_stream(pieces));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::OK);
    if let Ok(value) = http::HeaderValue::from_str(content_type) {
        response.headers_mut().insert(http::header::CONTENT_TYPE, value);
    }
    response
}
