//! `DELETE /v1/microsoft`: ends the connection. Schedules stop, the directory is free for another account.

use std::collections::BTreeMap;

use api::{Code, Error, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Caller, can};
use model::Event;
use runtime::{Function, Kernel};
use store::{Commit, Connection, ConnectionState, Schedule, Versioned};
use utoipa_axum::routes;

/// `microsoft-disconnect`.
pub const FUNCTION: Function<Kernel> = Function::http("microsoft-disconnect", || routes!(disconnect));

/// Disconnect Microsoft 365
///
/// What was found stays readable, and what Steward was allowed to change it may not any more. To take the permissions
/// back as well, remove the apps in Microsoft's admin centre.
#[utoipa::path(
    delete, path = "/v1/microsoft", operation_id = "microsoft-disconnect", tag = "microsoft", security(("bearer" = []), ("key" = [])),
    responses(
        (status = 204, description = "Disconnected."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn disconnect(State(deps): State<Kernel>, caller: Caller<can::ManageConnection>) -> Result<StatusCode> {
    let tenant = deps.store.of(caller.scope());
    let connection = tenant
        .get_strong::<Connection>(&())
        .await?
        .filter(|connection| connection.value.state != ConnectionState::Disconnected)
        .ok_or_else(|| Error::new(Code::NotConnected, "There is no connection to end."))?;
    let schedule =
        tenant.get_strong::<Schedule>(&()).await?.ok_or_else(|| Error::internal("a company without schedule"))?;
    let directory = connection.value.directory;
    let ended = Versioned {
        value: Connection {
            state: ConnectionState::Disconnected,
            granted: Vec::new(),
            missing: Vec::new(),
            tiers: BTreeMap::new(),
            since: deps.clock.now(),
            ..connection.value
        },
        version: connection.version,
    };
    let off = Versioned { value: Schedule { on: false, ..schedule.value }, version: schedule.version };
    let change = Commit::new()
        .replace(&ended)
        .replace(&off)
        .release_directory(directory, caller.tenant())
        .event(Event::ConnectionDisconnected { directory })?;
    tenant.commit(change).await?;
    Ok(StatusCode::NO_CONTENT)
}
