//! `PUT /v1/checks/settings`: changes what the checks look for.

use api::{Error, FieldProblem, IfMatch, Json, Result, Tagged, etag};
use axum::extract::State;
use checks::{Settings, SettingsError};
use identity::{Caller, can};
use model::Event;
use runtime::{Function, Kernel};
use store::{CheckSettings, Commit, Store, Versioned};
use utoipa_axum::routes;

/// `findings-set-settings`.
pub const FUNCTION: Function<Kernel> = Function::http("findings-set-settings", || routes!(set_settings));

/// Change what checks look for
///
/// All the settings, those that stay as well; what is left out is as Steward sets it. The next check goes by them.
/// `If-Match` is the `ETag` they were read with.
#[utoipa::path(
    put, path = "/v1/checks/settings", operation_id = "findings-set-settings", tag = "findings", request_body = Settings,
    params(("If-Match" = String, Header, description = "The version that is changed.", example = "\"7\"")),
    security(("bearer" = []), ("key" = [])),
    responses(
        (status = 200, description = "The settings as they are now.", body = Settings),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn set_settings(
    State(store): State<Store>,
    caller: Caller<can::ManageChecks>,
    seen: IfMatch,
    Json(settings): Json<Settings>,
) -> Result<Tagged<Settings>> {
    let wrong = settings.problems();
    if !wrong.is_empty() {
        return Err(Error::invalid(wrong.iter().map(told).collect()));
    }
    let tenant = store.of(caller.scope());
    let before = tenant.check_settings().await?;
    seen.holds(&etag(before.version))?;
    let fields = settings.changed(&before.value.settings);
    if fields.is_empty() {
        return Ok(Tagged { etag: etag(before.version), body: settings });
    }
    let changes = settings.moves(&before.value.settings);
    let changed = Versioned { value: CheckSettings { settings }, version: before.version };
    tenant.commit(Commit::new().put_at(&changed).event(Event::ChecksChanged { fields, changes })?).await?;
    Ok(Tagged { etag: etag(changed.version + 1), body: changed.value.settings })
}

fn told(error: &SettingsError) -> FieldProblem {
    let (code, message) = match error {
        SettingsError::Range { min, max, .. } => ("out_of_range", format!("Choose a number from {min} to {max}.")),
        SettingsError::Order => ("too_low", "Choose at least as many days as in review_after_days.".into()),
        SettingsError::TooMany { most, .. } => ("too_many", format!("Name at most {most}.")),
    };
    FieldProblem::new(format!("/{}", error.field()), code, message)
}
