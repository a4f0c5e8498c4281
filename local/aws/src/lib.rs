//! AWS on one machine, at the level of its protocols: DynamoDB with streams, the event bus, SES and Secrets Manager.
//! Functions use the real SDKs against [`Aws::endpoints`]. What AWS does and an embedded table does not (throttling,
//! conflicts, lost answers, duplicate deliveries) is injected: [`Aws::faults`], [`Bus::chaos`],
//! [`Aws::fail_next_mail`].
//!
//! Everything listens on 127.0.0.1 on a port of the system's choice, so several can run in one process.

mod bus;
mod dynamodb;
mod faults;
mod inbox;
pub mod page;
mod secrets;
mod serve;
mod ses;
mod state;
mod stream;

use std::{
    fs::{self, File, TryLockError},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, bail};
use dynoxide::Database;
use model::Clock;
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};

pub use bus::{Bus, Chaos, DeadLetter, Pumped, Target};
pub use dynamodb::Calls;
pub use faults::{Fault, Faults};
pub use futures::future::BoxFuture;
pub use ses::{Mail, MailFault};

/// The region everything here says it is in.
pub const REGION: &str = "us-east-1";
/// The AWS account everything here says it belongs to.
pub const ACCOUNT: &str = "000000000000";

/// How to start.
#[derive(Debug, Clone)]
pub struct AwsConfig {
    /// The folder to keep data in; made when absent, for one process at a time. `None` keeps all in memory.
    pub data: Option<PathBuf>,
    /// Time of the bus, the inbox and (in memory only) the table's streams and TTL.
    pub clock: Clock,
}

/// Where the services listen, as a function's environment wants it: `http://127.0.0.1:<port>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// DynamoDB and DynamoDB Streams.
    pub dynamodb: String,
    /// SES v2.
    pub ses: String,
    /// Secrets Manager.
    pub secrets: String,
}

/// The running stand-ins. Dropping it ends them at once, as a killed process would.
pub struct Aws {
    database: Database,
    secrets: Arc<secrets::Secrets>,
    front: Arc<dynamodb::Front>,
    state: Arc<state::State>,
    mail: Arc<ses::Ses>,
    bus: Bus,
    endpoints: Endpoints,
    tasks: Mutex<JoinSet<()>>,
    // Dropping the sender lets the embedded server go.
    _engine: oneshot::Sender<()>,
    _lock: Option<File>,
}

impl Aws {
    /// Starts all services on the current Tokio runtime.
    ///
    /// # Errors
    /// When the folder cannot be used, is in use by another process, or no port is free.
    pub async fn start(config: AwsConfig) -> anyhow::Result<Self> {
        let AwsConfig { data, clock } = config;
        let lock = data.as_ref().map(claim).transpose()?;
        let file = |name: &str| data.as_ref().map(|folder| folder.join(name));
        let table_file = file("dynamodb.sqlite");
        let database = dynamodb::open(table_file.as_deref(), &clock)?;
        let state = Arc::new(state::State::open(file("services.sqlite").as_deref())?);

        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let engine_address = listener.local_addr()?;
        let (engine, stopped) = oneshot::channel::<()>();
        let serving = dynoxide::server::serve_with_shutdown(listener, database.clone(), async {
            // Ends when the sender is dropped; nothing is ever sent.
            let _ = stopped.await;
        });
        // Not in `tasks`: it ends by itself once our pooled connections close, and then releases the file.
        tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(error, "the embedded DynamoDB stopped");
            }
        });

        let signal = Arc::new(bus::Signal::default());
        let bus = Bus::new(database.clone(), table_file, Arc::clone(&state), clock.clone(), Arc::clone(&signal));
        let front = Arc::new(dynamodb::Front::new(engine_address, Faults::default(), signal));
        let mail = Arc::new(ses::Ses::new(Arc::clone(&state), clock.clone(), bus.clone()));
        let secrets = Arc::new(secrets::Secrets::new(Arc::clone(&state), clock));

        let mut tasks = JoinSet::new();
        let endpoints = Endpoints {
            dynamodb: serve::listen(&mut tasks, Arc::clone(&front)).await?,
            ses: serve::listen(&mut tasks, Arc::clone(&mail)).await?,
            secrets: serve::listen(&mut tasks, Arc::clone(&secrets)).await?,
        };
        let tasks = Mutex::new(tasks);
        Ok(Self { database, secrets, front, state, mail, bus, endpoints, tasks, _engine: engine, _lock: lock })
    }

    /// Where the services listen.
    pub fn endpoints(&self) -> Endpoints {
        self.endpoints.clone()
    }

    /// Makes the table of a `CreateTable` request in DynamoDB's JSON, which may also hold a
    /// `TimeToLiveSpecification` as CloudFormation's resource does. A table that exists gets the indexes it lacks.
    ///
    /// # Errors
    /// When the request is not valid, or a table of that name has another key.
    pub fn create_table(&self, request: serde_json::Value) -> anyhow::Result<()> {
        dynamodb::create_table(&self.database, request)
    }

    /// Deletes items whose TTL has passed, as DynamoDB does some time after. Returns how many.
    ///
    /// # Errors
    /// When the table's storage fails.
    pub fn sweep_ttl(&self) -> anyhow::Result<usize> {
        Ok(self.database.sweep_ttl()?)
    }

    /// The event bus: rules, dead letters, chaos.
    pub fn bus(&self) -> Bus {
        self.bus.clone()
    }

    /// Delivers everything that is pending, what the deliveries cause, and all retries, until it is quiet. Waits for
    /// a retry on the clock, so with a manual clock this takes no time. One delivery at a time, in order, so a
    /// target that never returns holds it up.
    ///
    /// # Errors
    /// When the storage of the table or the bus fails. A failing target is no error: see [`Bus::dead_letters`].
    pub async fn pump(&self) -> anyhow::Result<Pumped> {
        self.bus.pump().await
    }

    /// Delivers from now on as events are written, several at a time, until this value is dropped. Sweeps the TTL.
    pub fn run_in_background(&self) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.spawn(self.bus.clone().run());
    }

    /// The faults DynamoDB shows.
    pub fn faults(&self) -> Faults {
        self.front.faults.clone()
    }

    /// Requests DynamoDB has been sent so far, those a fault answered included.
    pub fn dynamodb_calls(&self) -> Calls {
        self.front.calls()
    }

    /// All mails sent so far, oldest first.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn inbox(&self) -> anyhow::Result<Vec<Mail>> {
        self.mail.inbox()
    }

    /// Pages to read the mails in, under `prefix` (such as `/inbox`), which must be a path without trailing slash.
    /// `<prefix>/mails.json` is the same as JSON. They link to `templates`, a page that is the caller's.
    pub fn inbox_pages(&self, prefix: &str, templates: &str) -> axum::Router {
        inbox::pages(prefix, templates, Arc::clone(&self.mail))
    }

    /// The next mail is answered with `fault`; more than one queue up.
    pub fn fail_next_mail(&self, fault: MailFault) {
        self.mail.fail_next(fault);
    }

    /// Makes the secret `name` unless it exists. Returns whether it was made.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn secret_if_absent(&self, name: &str, value: impl FnOnce() -> String) -> anyhow::Result<bool> {
        secrets::if_absent(&self.state, name, value)
    }

    /// Makes the secret `name`, in place of what it was.
    ///
    /// # Errors
    /// When the storage fails.
    pub fn set_secret(&self, name: &str, value: &str) -> anyhow::Result<()> {
        secrets::set(&self.state, name, value)
    }

    /// The secret `name` is rotated by `target`, which gets the events that Secrets Manager sends to a rotation
    /// function. `RotateSecret` of the service does it too.
    pub fn secret_rotated_by(&self, name: &str, target: Arc<dyn Target>) {
        self.secrets.rotated_by(name, target);
    }

    /// Rotates the secret `name` into a version called `token` (32 to 64 characters). Safe to call again with the same.
    ///
    /// # Errors
    /// When nothing rotates it, or a step fails.
    pub async fn rotate_secret(&self, name: &str, token: &str) -> anyhow::Result<()> {
        self.secrets.rotate(name, token).await
    }
}

/// Makes `folder`, for this user only, and takes it for this process.
fn claim(folder: &PathBuf) -> anyhow::Result<File> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Mails and secrets are in it.
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    let lock = File::create(folder.join("lock"))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => bail!("{} is in use by another process", folder.display()),
        Err(TryLockError::Error(error)) => Err(error).context("cannot lock the data folder"),
    }
}
