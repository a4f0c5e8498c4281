//! `DELETE /v1/microsoft/tiers/{tier}`: gives back what Steward may change. Reading goes on.

use api::{Code, Error, Json, Path, Result};
use axum::extract::State;
use identity::{Caller, can};
use model::{Event, Tier};
use runtime::{Function, Kernel};
use serde::{Deserialize, Serialize};
use store::{Commit, Connection, Versioned};
use utoipa::ToSchema;
use utoipa_axum::routes;

/// `microsoft-end-tier`.
pub const FUNCTION: Function<Kernel> = Function::http("microsoft-end-tier", || routes!(end_tier));

/// Where administrators see and remove apps that were consented to.
const ENTERPRISE_APPS: &str =
    "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview";

/// What is left to do at Microsoft.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Ended {
    /// Steward changes nothing any more. To have Microsoft forget the consent, remove the app here.
    #[schema(
        example = "https://entra.microsoft.com/#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview"
    )]
    pub remove_at: String,
}

/// Take back what Steward may change
///
/// Steward goes on reading. Changes that are under way stop, and what was changed stays as it is; undo it first if you
/// want it undone.
#[utoipa::path(
    delete, path = "/v1/microsoft/tiers/{tier}", operation_id = "microsoft-end-tier", tag = "microsoft", security(("bearer" = []), ("key" = [])),
    params(("tier" = Tier, Path, description = "What Steward may change.")),
    responses(
        (status = 200, description = "Taken back.", body = Ended),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn end_tier(
    State(deps): State<Kernel>,
    caller: Caller<can::ManageConnection>,
    Path(tier): Path<Tier>,
) -> Result<Json<Ended>> {
    let tenant = deps.store.of(caller.scope());
    let connection = tenant.get_strong::<Connection>(&()).await?;
    let ended = connection.and_then(|connection| {
        let value = connection.value.without(tier)?;
        Some(Versioned { value, version: connection.version })
    });
    let ended = ended.ok_or_else(|| Error::new(Code::NotConnected, "Steward was not allowed to change this."))?;
    let event = Event::TierEnded { directory: ended.value.directory, tier, reason: None };
    tenant.commit(Commit::new().replace(&ended).event(event)?).await?;
    Ok(Json(Ended { remove_at: ENTERPRISE_APPS.into() }))
}
