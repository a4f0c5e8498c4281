//! `POST /v1/me/recovery-codes`: ten new recovery codes; the old ones stop working.

use api::{Code, Error, Json, Result};
use axum::extract::State;
use identity::{Recent, can};
use model::{Event, event::Factor};
use runtime::Function;
use utoipa_axum::routes;

use crate::{
    Accounts,
    factor_change::{self, End},
    recovery::{self, RecoveryCodes},
};

/// `accounts-renew-recovery-codes`.
pub const FUNCTION: Function<Accounts> =
    Function::http("accounts-renew-recovery-codes", || routes!(renew_recovery_codes));

/// Make new recovery codes
///
/// Needs a proof of who you are that is at most ten minutes old. They are not shown again.
#[utoipa::path(
    post, path = "/v1/me/recovery-codes", operation_id = "accounts-renew-recovery-codes", tag = "accounts", security(("bearer" = [])),
    responses(
        (status = 200, description = "The new codes.", body = RecoveryCodes),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn renew_recovery_codes(
    State(deps): State<Accounts>,
    person: Recent<can::ChangeOneself>,
) -> Result<Json<RecoveryCodes>> {
    let (kernel, user) = (&deps.kernel, person.user());
    let mut own = factor_change::read(&kernel.store, &person).await?;
    if !own.factors.value.any() {
        let told = "Recovery codes stand in for a second factor, and you have none.";
        return Err(Error::new(Code::SecondFactorRequired, told));
    }
    let codes = recovery::renew(&mut own.factors.value, kernel);
    let event = Event::FactorRemoved { user, factor: Factor::RecoveryCodes };
    own.commit(&kernel.store, &person, event, End::default()).await?;
    Ok(Json(codes))
}
