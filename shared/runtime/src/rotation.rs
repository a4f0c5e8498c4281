//! The rotation of a secret, as Secrets Manager asks for it: four steps, each an invocation that may come twice
//! (docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html).

use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata, operation::get_secret_value::GetSecretValueError};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Failure, Secrets};

/// The label of the version in force.
const CURRENT: &str = "AWSCURRENT";
/// The label of the version that is being made.
const PENDING: &str = "AWSPENDING";

/// One step of one rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rotation {
    /// ARN of the secret.
    pub secret_id: String,
    /// The version that is being made.
    pub client_request_token: String,
    /// What is to be done.
    pub step: Step,
}

/// What is to be done, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// Make the new value.
    CreateSecret,
    /// Tell those who have to accept it.
    SetSecret,
    /// See that they do.
    TestSecret,
    /// Put it in force.
    FinishSecret,
}

impl Step {
    /// All four, in order.
    pub const ALL: [Self; 4] = [Self::CreateSecret, Self::SetSecret, Self::TestSecret, Self::FinishSecret];
}

/// The versions of a secret that is rotated.
pub struct Versions<'a> {
    client: &'a Client,
    rotation: &'a Rotation,
}

impl Secrets {
    /// The versions of the secret that `rotation` is of.
    pub const fn versions<'a>(&'a self, rotation: &'a Rotation) -> Versions<'a> {
        Versions { client: &self.client, rotation }
    }
}

impl Versions<'_> {
    /// The value in force; `None` when there is none, or none of this shape, as before the first rotation.
    ///
    /// # Errors
    /// When Secrets Manager does not answer.
    pub async fn current<T: DeserializeOwned>(&self) -> Result<Option<T>, Failure> {
        let text = self.value(None, CURRENT).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The value that is being made, if it is made already.
    ///
    /// # Errors
    /// When Secrets Manager does not answer, or the value is of another shape. The message never holds it.
    pub async fn pending<T: DeserializeOwned>(&self) -> Result<Option<T>, Failure> {
        let text = self.value(Some(&self.rotation.client_request_token), PENDING).await?;
        let parsed = text.map(|text| serde_json::from_str(&text)).transpose();
        parsed.map_err(|_| "the pending version is not of the right shape".into())
    }

    /// Keeps the value that is being made.
    ///
    /// # Errors
    /// When Secrets Manager refuses.
    pub async fn put_pending<T: Serialize>(&self, value: &T) -> Result<(), Failure> {
        let put = self
            .client
            .put_secret_value()
            .secret_id(&self.rotation.secret_id)
            .client_request_token(&self.rotation.client_request_token)
            .secret_string(serde_json::to_string(value)?)
            .version_stages(PENDING);
        put.send().await.map_err(|error| told("put", &error.into_service_error()))?;
        Ok(())
    }

    /// Puts the value that was made in force. Nothing to do when it is.
    ///
    /// # Errors
    /// When Secrets Manager refuses.
    pub async fn promote(&self) -> Result<(), Failure> {
        let (secret, token) = (&self.rotation.secret_id, &self.rotation.client_request_token);
        let described = self.client.describe_secret().secret_id(secret).send().await;
        let described = described.map_err(|error| told("describe", &error.into_service_error()))?;
        let versions = described.version_ids_to_stages();
        let current = versions.into_iter().flatten().find(|(_, stages)| stages.iter().any(|stage| stage == CURRENT));
        let current = current.map(|(version, _)| version.clone());
        if current.as_ref() == Some(token) {
            return Ok(());
        }
        let moved = self
            .client
            .update_secret_version_stage()
            .secret_id(secret)
            .version_stage(CURRENT)
            .move_to_version_id(token)
            .set_remove_from_version_id(current);
        moved.send().await.map_err(|error| told("promote", &error.into_service_error()))?;
        Ok(())
    }

    async fn value(&self, version: Option<&str>, stage: &str) -> Result<Option<String>, Failure> {
        let wanted = self.client.get_secret_value().secret_id(&self.rotation.secret_id).version_stage(stage);
        match wanted.set_version_id(version.map(str::to_owned)).send().await {
            Ok(answer) => Ok(answer.secret_string),
            Err(error) => match error.into_service_error() {
                GetSecretValueError::ResourceNotFoundException(_) => Ok(None),
                error => Err(told("get", &error)),
            },
        }
    }
}

/// What Secrets Manager said; never a value.
fn told(what: &str, error: &impl ProvideErrorMetadata) -> Failure {
    let (code, message) = (error.code().unwrap_or("no code"), error.message().unwrap_or_default());
    format!("{what} of the secret's version: {code}: {message}").into()
}
