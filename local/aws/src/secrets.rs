//! Secrets Manager: the operations Steward uses, in its JSON 1.1 protocol, and rotation by a function of ours.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;
use http::{Request, StatusCode};
use model::Clock;
use rusqlite::{OptionalExtension, params};
use serde_json::{Value, json};

use crate::{
    ACCOUNT, REGION, Target,
    serve::{self, Answer, Closed, Service},
    state::State,
};

const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";
/// What a rotation asks of its function, in this order.
const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

pub(crate) struct Secrets {
    state: Arc<State>,
    clock: Clock,
    /// What rotates which secret.
    rotations: RwLock<HashMap<String, Arc<dyn Target>>>,
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
        Self { state, clock, rotations: RwLock::default() }
    }

    /// The secret `name` is rotated by `target` from now on.
    pub(crate) fn rotated_by(&self, name: &str, target: Arc<dyn Target>) {
        self.rotations.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), target);
    }

    /// Rotates a secret: the four steps, one after the other. AWS answers before they are done; here whoever asked
    /// waits for them.
    pub(crate) async fn rotate(&self, name: &str, token: &str) -> anyhow::Result<()> {
        let target = self.rotations.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        let target = target.ok_or_else(|| anyhow::anyhow!("no function rotates {name}"))?;
        for step in STEPS {
            let event = json!({ "SecretId": arn(name), "ClientRequestToken": token, "Step": step });
            target.deliver(event).await?;
        }
        Ok(())
    }

    async fn rotate_secret(&self, input: &Value) -> Result<Value, Refused> {
        let name = name(input, "SecretId")?;
        let token = token(input)?;
        self.rotate(&name, token).await.map_err(|error| {
            tracing::error!(%error, name, "a rotation failed");
            Refused("InvalidRequestException", "The rotation failed; see the log.".into())
        })?;
        Ok(json!({ "ARN": arn(&name), "Name": name, "VersionId": token }))
    }

    fn get(&self, input: &Value) -> Result<Value, Refused> {
        let name = name(input, "SecretId")?;
        let (version, stage) = (input["VersionId"].as_str(), input["VersionStage"].as_str());
        let stage_wanted = if version.is_none() { Some(stage.unwrap_or(CURRENT)) } else { stage };
        let state = self.state.lock();
        let found = state
            .query_row(
                "SELECT version, value, created_ms, stage FROM secret
                 WHERE name = ?1 AND (?2 IS NULL OR version = ?2)
                   AND (?3 IS NULL OR ' ' || stage || ' ' LIKE '% ' || ?3 || ' %')",
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
            "VersionStages": labels(stage.as_deref()),
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
        let version = token(input)?;
        let stages: Vec<&str> =
            input["VersionStages"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let stages = if stages.is_empty() { vec![CURRENT] } else { stages };
        let mut state = self.state.lock();
        let transaction = state.transaction()?;
        let versions: i64 =
            transaction.query_row("SELECT COUNT(*) FROM secret WHERE name = ?1", [&name], |row| row.get(0))?;
        let sql = "SELECT value FROM secret WHERE name = ?1 AND version = ?2";
        let before: Option<String> = transaction.query_row(sql, [&*name, version], |row| row.get(0)).optional()?;
        let answer = json!({ "ARN": arn(&name), "Name": name, "VersionId": version, "VersionStages": stages });
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
        for stage in stages {
            put_label(&transaction, &name, version, stage)?;
        }
        transaction.commit()?;
        Ok(answer)
    }

    fn describe(&self, input: &Value) -> Result<Value, Refused> {
        let name = name(input, "SecretId")?;
        let versions = versions(&self.state.lock(), &name)?;
        if versions.is_empty() {
            return Err(not_found());
        }
        let labelled: BTreeMap<_, _> = versions.into_iter().filter(|(_, labels)| !labels.is_empty()).collect();
        Ok(json!({ "ARN": arn(&name), "Name": name, "VersionIdsToStages": labelled }))
    }

    /// `UpdateSecretVersionStage`: moves a label, which must be taken from where it is by name.
    fn move_label(&self, input: &Value) -> Result<Value, Refused> {
        let name = name(input, "SecretId")?;
        let label = input["VersionStage"].as_str().ok_or_else(|| invalid("You must provide VersionStage."))?;
        let to = input["MoveToVersionId"].as_str().ok_or_else(|| invalid("You must provide MoveToVersionId."))?;
        let mut state = self.state.lock();
        let transaction = state.transaction()?;
        let versions = versions(&transaction, &name)?;
        if !versions.contains_key(to) {
            return Err(not_found());
        }
        let holder = versions.iter().find(|(_, labels)| labels.iter().any(|one| one == label)).map(|(id, _)| id);
        if holder.is_some_and(|holder| holder != to && input["RemoveFromVersionId"] != json!(holder)) {
            return Err(invalid(&format!("The staging label {label} is attached to another version: name it.")));
        }
        put_label(&transaction, &name, to, label)?;
        transaction.commit()?;
        Ok(json!({ "ARN": arn(&name), "Name": name }))
    }
}

fn token(input: &Value) -> Result<&str, Refused> {
    let token = input["ClientRequestToken"].as_str().filter(|token| (32..=64).contains(&token.len()));
    token.ok_or_else(|| invalid("ClientRequestToken must have 32 to 64 characters."))
}

/// A version's labels, as they are kept: words with a space between.
fn labels(kept: Option<&str>) -> Vec<String> {
    kept.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
}

/// The labels of every version of a secret.
fn versions(state: &rusqlite::Connection, name: &str) -> Result<BTreeMap<String, Vec<String>>, rusqlite::Error> {
    let mut found = state.prepare_cached("SELECT version, stage FROM secret WHERE name = ?1")?;
    let found =
        found.query_map([name], |row| Ok((row.get(0)?, labels(row.get::<_, Option<String>>(1)?.as_deref()))))?;
    found.collect()
}

/// Gives a label to one version alone. What loses `AWSCURRENT` becomes `AWSPREVIOUS`, as in AWS.
fn put_label(state: &rusqlite::Connection, name: &str, to: &str, label: &str) -> Result<(), rusqlite::Error> {
    let mut all = versions(state, name)?;
    let before = all.iter().find(|(_, labels)| labels.iter().any(|one| one == label)).map(|(id, _)| id.clone());
    if before.as_deref() == Some(to) {
        return Ok(());
    }
    let mut give = |to: &str, label: &str| {
        all.values_mut().for_each(|labels| labels.retain(|one| one != label));
        if let Some(labels) = all.get_mut(to) {
            labels.push(label.to_owned());
        }
    };
    give(to, label);
    if let Some(before) = before.filter(|_| label == CURRENT) {
        give(&before, PREVIOUS);
    }
    for (version, labels) in &all {
        let kept = (!labels.is_empty()).then(|| labels.join(" "));
        state.execute("UPDATE secret SET stage = ?3 WHERE name = ?1 AND version = ?2", params![name, version, kept])?;
    }
    // AWS forgets versions without labels after a day; nobody asks for them.
    state.execute("DELETE FROM secret WHERE name = ?1 AND stage IS NULL", [name])?;
    Ok(())
}

fn insert(
    state: &rusqlite::Connection,
    name: &str,
    version: &str,
    value: &str,
    now_ms: i64,
) -> Result<(), rusqlite::Error> {
    state.execute(
        "INSERT INTO secret (name, version, value, created_ms) VALUES (?1, ?2, ?3, ?4)",
        params![name, version, value, now_ms],
    )?;
    Ok(())
}

/// The version of a secret that was made here.
const FIRST: &str = "00000000-0000-0000-0000-000000000001";

/// Gives the secret one value, in place of all it had.
pub(crate) fn set(state: &State, name: &str, value: &str) -> anyhow::Result<()> {
    let mut state = state.lock();
    let transaction = state.transaction()?;
    transaction.execute("DELETE FROM secret WHERE name = ?1", [name])?;
    insert(&transaction, name, FIRST, value, 0)?;
    put_label(&transaction, name, FIRST, CURRENT)?;
    Ok(transaction.commit()?)
}

pub(crate) fn if_absent(state: &State, name: &str, value: impl FnOnce() -> String) -> anyhow::Result<bool> {
    let mut state = state.lock();
    let transaction = state.transaction()?;
    let known: bool =
        transaction.query_row("SELECT EXISTS (SELECT 1 FROM secret WHERE name = ?1)", [name], |row| row.get(0))?;
    if !known {
        insert(&transaction, name, FIRST, &value(), 0)?;
        put_label(&transaction, name, FIRST, CURRENT)?;
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
            (Some("DescribeSecret"), Some(input)) => self.describe(&input),
            (Some("UpdateSecretVersionStage"), Some(input)) => self.move_label(&input),
            (Some("RotateSecret"), Some(input)) => self.rotate_secret(&input).await,
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
