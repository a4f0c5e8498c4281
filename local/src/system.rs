//! The running system.

use std::{path::PathBuf, sync::Arc};

use anyhow::Context;
use aws::Http;
use axum::Router;
use jiff::{SignedDuration, Timestamp};
use local_aws::{Aws, AwsConfig, Bus, REGION, Target};
use local_microsoft::{App, Credential, Directory, Simulation};
use model::{Clock, Ids, Tier};
use registration::Registration;
use runtime::{Connect, Deadline, Deps, Env, Kernel, Rotation, secrets};
use serde_json::Value;
use store::Store;
use url::Url;
use uuid::{Uuid, uuid};

use crate::{functions, keys, table};

/// Client id of the reader app at the simulated Microsoft.
pub const READER_CLIENT_ID: Uuid = uuid!("5eead000-0000-4000-8000-000000000001");
/// Client id of the licence writer at the simulated Microsoft.
pub const LICENCE_WRITER_CLIENT_ID: Uuid = uuid!("5eead000-0000-4000-8000-000000000002");
const TABLE: &str = "steward";

/// Which directories the simulated Microsoft has.
pub enum Directories {
    /// These, made by a generator or read from a folder.
    Simulated(Vec<Directory>),
    /// None here: the real Microsoft, with app registrations of one's own.
    Real {
        /// The reader app.
        reader: RealApp,
        /// The licence writer. Without one Steward only reads: consent to change things ends at Microsoft's page.
        licence_writer: Option<RealApp>,
    },
}

/// An app registration at the real Microsoft.
#[derive(Clone)]
pub struct RealApp {
    /// Its client id.
    pub client_id: Uuid,
    /// Its private key, PEM.
    pub private_key_pem: String,
    /// Its certificate, PEM.
    pub certificate_pem: String,
}

/// How to start.
pub struct SystemConfig {
    /// Folder to keep data in; `None` keeps all in memory.
    pub data: Option<PathBuf>,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub ids: Ids,
    /// Where the API and the dashboard are reached.
    pub app_url: String,
    /// Microsoft.
    pub directories: Directories,
    /// Key and certificate of our apps at the simulated Microsoft; made, for each its own, when `None` and there are none
    /// yet.
    pub credential: Option<Arc<Credential>>,
    /// How long an invocation may take, as Lambda's time-out.
    pub limit: SignedDuration,
}

/// Everything, running.
pub struct System {
    /// The stand-ins of AWS.
    pub aws: Aws,
    /// The simulated Microsoft and where it listens; `None` with the real one.
    pub microsoft: Option<(Simulation, local_microsoft::Running)>,
    /// The table, as a function sees it.
    pub store: Store,
    clock: Clock,
    with: Connect,
    router: Router,
    scheduled: Vec<Scheduled>,
    invoked: functions::Invoked,
    rotator: Arc<dyn Target>,
    limit: SignedDuration,
}

struct Scheduled {
    name: &'static str,
    every: SignedDuration,
    run: Arc<dyn Fn(Deadline) -> futures::future::BoxFuture<'static, Result<(), runtime::Failure>> + Send + Sync>,
}

impl System {
    /// Starts the stand-ins, makes what a first start needs, and connects every function.
    ///
    /// # Errors
    /// When a port, the folder or a function's start fails.
    pub async fn start(config: SystemConfig) -> anyhow::Result<Self> {
        let SystemConfig { data, clock, ids, app_url, directories, credential, limit } = config;
        let aws_data = data.as_ref().map(|folder| folder.join("aws"));
        let aws = Aws::start(AwsConfig { data: aws_data, clock: clock.clone() }).await?;
        aws.create_table(table::definition(TABLE)?)?;
        keys::seed(&aws, &ids)?;
        let endpoints = aws.endpoints();
        let mut variables = vec![
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "one-machine".into()),
            ("AWS_SECRET_ACCESS_KEY", "one-machine".into()),
            ("AWS_ENDPOINT_URL_DYNAMODB", endpoints.dynamodb),
            ("AWS_ENDPOINT_URL_SESV2", endpoints.ses),
            ("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoints.secrets),
            ("STEWARD_TABLE", TABLE.into()),
            ("STEWARD_SECRETS", keys::PREFIX.into()),
            ("STEWARD_APP_URL", app_url.clone()),
            ("STEWARD_SHOW_CAPACITY", "yes".into()),
            ("STEWARD_MAIL_FROM_NAME", "Steward".into()),
            ("STEWARD_MAIL_FROM", "no-reply@steward.example".into()),
            ("STEWARD_MAIL_REPLY_TO", "help@steward.example".into()),
            ("STEWARD_MAIL_CONFIGURATION_SET", "transactional".into()),
            ("STEWARD_MAIL_POSTAL_ADDRESS", "Steward on this machine; nothing leaves it".into()),
        ];
        let http = Http::new()?;
        let connect = |variables: &[(&str, String)]| Connect {
            env: Env::of(variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone()))),
            clock: clock.clone(),
            ids: ids.clone(),
            http: http.clone(),
        };
        let microsoft = match directories {
            Directories::Simulated(directories) => {
                let simulation = match &data {
                    Some(folder) => Simulation::open(clock.clone(), 1, &folder.join("microsoft.json"))?,
                    None => Simulation::new(clock.clone(), 1),
                };
                for directory in directories {
                    simulation.add(directory);
                }
                let with = connect(&variables);
                let certificate = app_certificate(&aws, &with, Registration::READER, credential.clone()).await?;
                simulation.register_app(App {
                    client_id: READER_CLIENT_ID,
                    name: "Steward (reader)".into(),
                    certificates: vec![certificate],
                    secret: None,
                    redirect_uris: ["/connect/callback", "/sign-in/microsoft", "/account/microsoft"]
                        .map(|page| format!("{app_url}{page}"))
                        .into(),
                    permissions: graph::reader_permissions().into_iter().map(str::to_owned).collect(),
                });
                let certificate = app_certificate(&aws, &with, Registration::LICENCE_WRITER, credential).await?;
                let asked = graph::writer_permissions(Tier::LicenceWriter).into_iter();
                let asked = asked.chain(graph::optional_permissions(Tier::LicenceWriter));
                simulation.register_app(App {
                    client_id: LICENCE_WRITER_CLIENT_ID,
                    name: "Steward (changes licences)".into(),
                    certificates: vec![certificate],
                    secret: None,
                    redirect_uris: vec![format!("{app_url}/connect/callback")],
                    permissions: asked.map(str::to_owned).collect(),
                });
                let running = simulation.serve(([127, 0, 0, 1], 0).into()).await?;
                variables.push(("STEWARD_MICROSOFT_AUTHORITY", running.base.to_string()));
                variables.push(("STEWARD_MICROSOFT_GRAPH", running.base.to_string()));
                variables.push((Registration::READER.client_id, READER_CLIENT_ID.to_string()));
                variables.push((Registration::LICENCE_WRITER.client_id, LICENCE_WRITER_CLIENT_ID.to_string()));
                Some((simulation, running))
            }
            Directories::Real { reader, licence_writer } => {
                // A function starts with all it may need; nobody has consented to an app that is none.
                let licence_writer =
                    licence_writer.unwrap_or_else(|| RealApp { client_id: Uuid::nil(), ..reader.clone() });
                for (registration, app) in
                    [(Registration::READER, &reader), (Registration::LICENCE_WRITER, &licence_writer)]
                {
                    keys::seed_app(&aws, registration.secret, &app.private_key_pem, &app.certificate_pem)?;
                    variables.push((registration.client_id, app.client_id.to_string()));
                }
                variables.push(("STEWARD_MICROSOFT_AUTHORITY", "https://login.microsoftonline.com".into()));
                variables.push(("STEWARD_MICROSOFT_GRAPH", "https://graph.microsoft.com".into()));
                None
            }
        };
        let with = connect(&variables);
        let kernel = Kernel::connect(&with).await.map_err(|error| anyhow::anyhow!(error))?;
        let rotator = functions::key_rotation(&with).await?;
        aws.secret_rotated_by(&keys::signing(), Arc::clone(&rotator));
        keys::first_signing_key(&aws, &with).await?;
        let mut mounted = functions::mount(&with, limit).await?;
        mounted.subscribe(&aws.bus());
        let scheduled = mounted
            .scheduled
            .into_iter()
            .map(|(name, every, run)| Ok(Scheduled { name, every: rate(every)?, run }))
            .collect::<anyhow::Result<_>>()?;
        let (router, invoked) = (api::finish_with(mounted.router, mounted.pages, true), mounted.invoked);
        Ok(Self { aws, microsoft, store: kernel.store, clock, with, router, scheduled, invoked, rotator, limit })
    }

    /// Every HTTP function behind one router.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// What an operator invokes.
    pub(crate) fn invoked(&self) -> functions::Invoked {
        self.invoked.clone()
    }

    /// What a function is connected with.
    pub fn connect(&self) -> &Connect {
        &self.with
    }

    /// The bus.
    pub fn bus(&self) -> Bus {
        self.aws.bus()
    }

    /// Runs a scheduled function now.
    ///
    /// # Errors
    /// When there is none of that name or it fails.
    pub async fn run(&self, name: &str) -> anyhow::Result<()> {
        let function = self.scheduled.iter().find(|f| f.name == name).with_context(|| format!("no schedule {name}"))?;
        let deadline = Deadline(self.clock.now().checked_add(self.limit)?);
        (function.run)(deadline).await.map_err(|error| anyhow::anyhow!(error))
    }

    /// Invokes a function as an operator does, and gives its answer. `None` where there is none of that name that one
    /// may.
    ///
    /// # Errors
    /// When it fails.
    pub async fn invoke(&self, name: &str, given: Value) -> Option<Result<Value, runtime::Failure>> {
        let (_, answer) = self.invoked.iter().find(|(known, _)| *known == name)?;
        Some(answer(given).await)
    }

    /// Rotates the key that signs access tokens, as Secrets Manager does by its schedule. Functions that run go on with
    /// the key they started with, as a Lambda's environment does.
    ///
    /// # Errors
    /// When a step fails; the key in force stays in force.
    pub async fn rotate_signing_key(&self) -> anyhow::Result<()> {
        keys::rotate_signing(&self.aws, &self.with.ids).await
    }

    /// Has one step of a rotation of the signing key taken.
    ///
    /// # Errors
    /// When the step fails.
    pub async fn rotate(&self, rotation: Rotation) -> anyhow::Result<()> {
        self.rotator.deliver(serde_json::to_value(rotation)?).await
    }

    /// Delivers events and runs schedules until dropped.
    pub fn run_in_background(&self) {
        self.aws.run_in_background();
        for Scheduled { name, every, run } in &self.scheduled {
            let (name, every, run, clock, limit) = (*name, *every, Arc::clone(run), self.clock.clone(), self.limit);
            tokio::spawn(async move {
                loop {
                    clock.sleep(every).await;
                    let deadline = Deadline(clock.now().checked_add(limit).unwrap_or(Timestamp::MAX));
                    if let Err(error) = run(deadline).await {
                        tracing::error!(name, %error, "a scheduled function failed; it runs again at its time");
                    }
                }
            });
        }
    }

    /// Where the simulated Microsoft listens.
    pub fn microsoft_url(&self) -> Option<&Url> {
        self.microsoft.as_ref().map(|(_, running)| &running.base)
    }
}

/// The certificate one of our apps is registered with: the one kept, or a new one.
async fn app_certificate(
    aws: &Aws,
    with: &Connect,
    app: Registration,
    given: Option<Arc<Credential>>,
) -> anyhow::Result<Vec<u8>> {
    #[derive(serde::Deserialize)]
    struct Kept {
        certificate_pem: String,
    }
    let kept = async { secrets(with)?.get::<Kept>(app.secret).await };
    if let Ok(kept) = kept.await {
        return keys::der(&kept.certificate_pem);
    }
    let credential = match given {
        Some(credential) => credential,
        None => Arc::new(Credential::generate(&format!("Steward {} on this machine", app.secret))?),
    };
    keys::seed_app(aws, app.secret, &credential.private_key_pem, &keys::pem(&credential.certificate_der))?;
    Ok(credential.certificate_der.clone())
}

/// `rate(5 minutes)` as a duration.
fn rate(text: &str) -> anyhow::Result<SignedDuration> {
    let inner = text.strip_prefix("rate(").and_then(|t| t.strip_suffix(')')).context("a rate")?;
    let (number, unit) = inner.split_once(' ').context("number and unit")?;
    let number: i64 = number.parse()?;
    match unit.trim_end_matches('s') {
        "minute" => Ok(SignedDuration::from_mins(number)),
        "hour" => Ok(SignedDuration::from_hours(number)),
        "day" => Ok(SignedDuration::from_hours(24 * number)),
        other => anyhow::bail!("unit {other}"),
    }
}
