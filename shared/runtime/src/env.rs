//! The environment: what differs between AWS and one machine is in here, and nowhere in the code.

use std::{collections::HashMap, str::FromStr, sync::Arc};

use aws::{Http, Service};
use aws_credential_types::Credentials;
use aws_types::region::Region;

/// A variable that is missing or wrong. The function does not start.
#[derive(Debug, thiserror::Error)]
#[error("environment variable {name}: {what}")]
pub struct EnvError {
    name: String,
    what: String,
}

/// The variables a function was started with. Cheap to clone.
#[derive(Clone)]
pub struct Env(Arc<HashMap<String, String>>);

impl Env {
    /// Those of the process, as Lambda sets them.
    pub fn of_process() -> Self {
        Self(Arc::new(std::env::vars().collect()))
    }
    /// Given ones, as one machine sets them.
    pub fn of(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(Arc::new(variables.into_iter().collect()))
    }
    /// A variable that may be missing.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }
    /// A variable that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub fn required(&self, name: &str) -> Result<&str, EnvError> {
        self.optional(name).ok_or_else(|| EnvError { name: name.into(), what: "is missing".into() })
    }
    /// A variable that must read as `T`.
    ///
    /// # Errors
    /// When it is missing or does not.
    pub fn parsed<T: FromStr>(&self, name: &str) -> Result<T, EnvError> {
        let bad = |_| EnvError { name: name.into(), what: "cannot be read".into() };
        self.required(name)?.parse().map_err(bad)
    }
    /// A service of AWS, whose endpoint the variable `endpoint` moves. Lambda puts region and the role's credentials into
    /// the environment; they are fixed for its life.
    ///
    /// # Errors
    /// When they are missing.
    pub fn service(&self, endpoint: &str, http: &Http) -> Result<Service, EnvError> {
        let key = self.required("AWS_ACCESS_KEY_ID")?;
        let secret = self.required("AWS_SECRET_ACCESS_KEY")?;
        let token = self.optional("AWS_SESSION_TOKEN").map(str::to_owned);
        Ok(Service {
            endpoint: self.optional(endpoint).map(str::to_owned),
            region: Region::new(self.required("AWS_REGION")?.to_owned()),
            credentials: Credentials::new(key, secret, token, None, "environment"),
            http: http.clone(),
        })
    }
}

impl std::fmt::Debug for Env {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values may be secrets.
        f.debug_set().entries(self.0.keys()).finish()
    }
}
