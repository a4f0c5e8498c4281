//! Secrets Manager: the three operations Steward uses, in its JSON 1.1 protocol.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};
use model::Clock;
use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};

use crate::{
    ACCOUNT, REGION,
    serve::{self, Answer, Closed, Service},
    state::State,
};

const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";

pub(crate) struct Secrets {
    state: Arc<State>,
    clock: Clock,
}

/// An error as the service words it: its type and message.
struct Refused(&'static str, String);

fn not_found() -> Refused {
    Refused("ResourceNotFoundException", "Secrets Manager can't find the specified secret.".into())
}

fn invalid(message: &str) -> Refused {
    Refused("InvalidParameterException", message.into())
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the secrets' storage failed");
        Self("InternalServiceError", "An internal error occurred.".into())
    }
}

impl Secrets {
    pub(crate) fn new(state: Arc<State>, clock: Clock) -> Self {
        Self { state, clock }
    }

    fn get(&self, input: &Value) -> Result<Value, Refused> {
        let name = name(input, "SecretId")?;
        let (version, stage) = (input["VersionId"].as_str(), input["VersionStage"].as_str());
        let stage_wanted = if version.is_none() { Some(stage.unwrap_or(CURRENT)) } else { stage };
        let state = self.state.lock();
        let found = state
            .query_row(
                "SELECT version, value, created_ms, stage FROM secret
                 WHERE name = ?1 AND (?2 IS NULL OR version = ?2) AND (?3 IS NULL OR stage = ?3)",
                params![name, version, stage_wanted],
                |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?, row.get(3)?)),
            )
            .optional()?;
        let (version, value, created_ms, stage): (_, _, _, Option<String>) = found.ok_or_else(not_found)?;
        Ok(json!({
            "ARN": arn(&name),
            "Name": name,
            "VersionId": version,
            "SecretString": value,
            "VersionStages": stage.into_iter().collect::<Vec<_>>(),
            "CreatedDate": created_ms as f64 / 1000.0,
        }))
    }

    /// `CreateSecret` when `new`, else `PutSecretValue`. The same token with the same value is the same request.
    fn write(&self, input: &Value, new: bool) -> Result<Value, Refused> {
        let name = name(input, if new { "Name" } else { "SecretId" })?;
        let value = input["SecretString"].as_str().ok_or_else(|| invalid("You must provide SecretString."))?;
        if value.len() > 65_536 {
            return Err(invalid("SecretString is longer than 65536 bytes."));
        }
        let version = input["ClientRequestToken"].as_str().filter(|token| (32..=64).contains(&token.len()));
        let version = version.ok_or_else(|| invalid("ClientRequestToken must have 32 to 64 characters."))?;
        let mut state = self.state.lock();
        let transaction = state.transaction()?;
        let versions: i64 =
            transaction.query_row("SELECT COUNT(*) FROM secret WHERE name = ?1", [&name], |row| row.get(0))?;
        let sql = "SELECT value FROM secret WHERE name = ?1 AND version = ?2";
        let before: Option<String> = transaction.query_row(sql, [&*name, version], |row| row.get(0)).optional()?;
        let answer = json!({ "ARN": arn(&name), "Name": name, "VersionId": version, "VersionStages": [CURRENT] });
        match before {
            Some(before) if before == value => return Ok(answer),
            Some(_) => {
                let message = "You can't use the ClientRequestToken again with another value.";
                return Err(Refused("ResourceExistsException", message.into()));
            }
            None if new && versions > 0 => {
                let message = format!("The operation failed because the secret {name} already exists.");
                return Err(Refused("ResourceExistsException", message));
            }
            None if !new && versions == 0 => return Err(not_found()),
            None => {}
        }
        insert(&transaction, &name, version, value, self.clock.now().as_millisecond())?;
        transaction.commit()?;
        Ok(answer)
    }
}

/// Makes `version` the current one, the current one the previous.
fn insert(
    state: &rusqlite::Connection,
    name: &str,
    version: &str,
    value: &str,
    now_ms: i64,
) -> Result<(), rusqlite::Error> {
    state.execute("DELETE FROM secret WHERE name = ?1 AND stage = ?2", [name, PREVIOUS])?;
    state.execute("UPDATE secret SET stage = ?2 WHERE name = ?1 AND stage = ?3", [name, PREVIOUS, CURRENT])?;
    state.execute(
        "INSERT INTO secret (name, version, value, created_ms, stage) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![name, version, value, now_ms, CURRENT],
    )?;
    Ok(())
}

pub(crate) fn if_absent(state: &State, name: &str, value: impl FnOnce() -> String) -> anyhow::Result<bool> {
    let mut state = state.lock();
    let transaction = state.transaction()?;
    let known: bool =
        transaction.query_row("SELECT EXISTS (SELECT 1 FROM secret WHERE name = ?1)", [name], |row| row.get(0))?;
    if !known {
        insert(&transaction, name, "00000000-0000-0000-0000-000000000001", &value(), 0)?;
        transaction.commit()?;
    }
    Ok(!known)
}

/// The secret's name, from its name or its ARN.
fn name(input: &Value, field: &str) -> Result<String, Refused> {
    let id = input[field].as_str().filter(|id| !id.is_empty()).ok_or_else(|| invalid("The secret has no name."))?;
    let named = id.strip_prefix(&arn("")[..arn("").len() - SUFFIX.len()]);
    Ok(named.and_then(|rest| rest.strip_suffix(SUFFIX)).unwrap_or(id).to_owned())
}

/// What Secrets Manager appends to a name; random there.
const SUFFIX: &str = "-000000";

fn arn(name: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}{SUFFIX}")
}

impl Service for Secrets {
    async fn answer(&self, request: Request<Bytes>) -> Result<Answer, Closed> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
        let input: Option<Value> = serde_json::from_slice(request.body()).ok();
        let result = match (target.strip_prefix("secretsmanager."), input) {
            _ if !serve::is_signed(&request) => {
                Err(Refused("MissingAuthenticationTokenException", "Missing Authentication Token".into()))
            }
            (_, None) => Err(Refused("SerializationException", "The body is not JSON.".into())),
            (Some("GetSecretValue"), Some(input)) => self.get(&input),
            (Some("PutSecretValue"), Some(input)) => self.write(&input, false),
            (Some("CreateSecret"), Some(input)) => self.write(&input, true),
            _ => Err(Refused("UnknownOperationException", "Not an operation this stand-in has.".into())),
        };
        let content_type = "application/x-amz-json-1.1";
        Ok(match result {
            Ok(answer) => serve::json(StatusCode::OK, content_type, &answer),
            Err(Refused(kind @ "InternalServiceError", message)) => serve::json(
                StatusCode::INTERNAL_SERVER_ERROR,
                content_type,
                &json!({ "__type": kind, "Message": message }),
            ),
            Err(Refused(kind, message)) => {
                serve::json(StatusCode::BAD_REQUEST, content_type, &json!({ "__type": kind, "Message": message }))
            }
        })
    }
}
