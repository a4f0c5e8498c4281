//! What every capability needs, and how it is connected at a cold start.

use std::future::Future;

use aws::Http;
use aws_sdk_secretsmanager::config::{BehaviorVersion, timeout::TimeoutConfig};
use axum::extract::FromRef;
use base64::{Engine, prelude::BASE64_STANDARD};
use identity::Verifier;
use model::{Clock, Ids};
use serde::de::DeserializeOwned;
use store::{Store, StoreConfig};

use crate::{Env, StartError};

/// What a function is connected with: environment, time, randomness.
#[derive(Debug, Clone)]
pub struct Connect {
    /// Variables.
    pub env: Env,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub ids: Ids,
    /// Connections to AWS.
    pub http: Http,
}

/// What the functions of one capability need. A Lambda links only what its capability's has.
pub trait Deps: Clone + Send + Sync + 'static {
    /// Connects at a cold start; opens every connection the first request needs (P-2).
    ///
    /// # Errors
    /// When configuration is missing or a dependency does not answer: the function does not start (F11).
    fn connect(with: &Connect) -> impl Future<Output = Result<Self, StartError>> + Send;
}

/// What every capability needs.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// The table.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub ids: Ids,
    /// Verifies access tokens.
    pub verifier: Verifier,
    /// Where the dashboard is; links in mails and redirects begin with it, never with a Host header (F121).
    pub app_url: String,
}

impl Deps for Kernel {
    async fn connect(with: &Connect) -> Result<Self, StartError> {
        let Connect { env, clock, ids, http } = with;
        #[derive(serde::Deserialize)]
        struct Sealing {
            key: String,
        }
        let sealing: Sealing = secrets(with)?.get("sealing").await?;
        let sealing_key =
            BASE64_STANDARD.decode(sealing.key)?.try_into().map_err(|_| "the sealing key is not 256 bits")?;
        let config = StoreConfig {
            service: env.service("AWS_ENDPOINT_URL_DYNAMODB", http)?,
            table: env.required("STEWARD_TABLE")?.to_owned(),
            sealing_key,
        };
        let store = Store::new(config, clock.clone(), ids.clone());
        let app_url = env.required("STEWARD_APP_URL")?.trim_end_matches('/').to_owned();
        let verifier = Verifier::load(store.clone(), &app_url, clock.clone()).await?;
        Ok(Self { store, clock: clock.clone(), ids: ids.clone(), verifier, app_url })
    }
}

impl FromRef<Kernel> for Store {
    fn from_ref(kernel: &Kernel) -> Self {
        kernel.store.clone()
    }
}

impl FromRef<Kernel> for Verifier {
    fn from_ref(kernel: &Kernel) -> Self {
        kernel.verifier.clone()
    }
}

/// Secrets Manager, for the secrets under this installation's prefix.
#[derive(Debug, Clone)]
pub struct Secrets {
    pub(crate) client: aws_sdk_secretsmanager::Client,
    prefix: String,
}

/// A client of Secrets Manager.
///
/// # Errors
/// When its configuration is missing.
pub fn secrets(with: &Connect) -> Result<Secrets, StartError> {
    let service = with.env.service("AWS_ENDPOINT_URL_SECRETS_MANAGER", &with.http)?;
    let mut config = aws_sdk_secretsmanager::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(service.region)
        .credentials_provider(service.credentials)
        .timeout_config(TimeoutConfig::builder().connect_timeout(aws::CONNECT_TIMEOUT).build())
        .http_client(service.http.client());
    if let Some(endpoint) = service.endpoint {
        config = config.endpoint_url(endpoint);
    }
    let prefix = with.env.required("STEWARD_SECRETS")?.to_owned();
    Ok(Secrets { client: aws_sdk_secretsmanager::Client::from_conf(config.build()), prefix })
}

impl Secrets {
    /// The secret `<prefix>/<name>`, which is JSON.
    ///
    /// # Errors
    /// When it is missing or of another shape. The message never holds the value.
    pub async fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, StartError> {
        let id = format!("{}/{name}", self.prefix);
        let answer = self.client.get_secret_value().secret_id(&id).send().await;
        let answer = answer.map_err(|error| format!("secret {id}: {}", error.into_service_error()))?;
        let text = answer.secret_string().ok_or_else(|| format!("secret {id} is not text"))?;
        serde_json::from_str(text).map_err(|_| format!("secret {id} is not of the right shape").into())
    }
}

/// Lets extractors find the kernel in a capability's own dependencies.
#[macro_export]
macro_rules! kernel_of {
    ($deps:ty, |$name:ident| $kernel:expr) => {
        impl axum::extract::FromRef<$deps> for store::Store {
            fn from_ref($name: &$deps) -> Self {
                $kernel.store.clone()
            }
        }
        impl axum::extract::FromRef<$deps> for identity::Verifier {
            fn from_ref($name: &$deps) -> Self {
                $kernel.verifier.clone()
            }
        }
    };
}
