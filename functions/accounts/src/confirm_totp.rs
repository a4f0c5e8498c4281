//! `POST /v1/me/totp/confirm`: the first right code sets an app up as a second factor.

use api::{Code, Error, FieldProblem, Json, Result};
use axum::extract::State;
use identity::{Recent, can};
use model::{Event, event::Factor};
use runtime::Function;
use serde::Deserialize;
use store::{Purpose, TokenHash, Totp};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Accounts,
    factor_change::{self, End},
    recovery::{self, RecoveryCodes},
    totp,
};

/// `accounts-confirm-totp`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-confirm-totp", || routes!(confirm_totp));

/// The first code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotpRequest {
    /// From the beginning.
    #[schema(example = "soc_Vw4…", max_length = 128)]
    setup: String,
    /// The code the app shows.
    #[schema(example = "492039", max_length = 16)]
    code: String,
    /// Whether your other sessions end.
    #[serde(default)]
    end_other_sessions: bool,
}

/// Confirm codes of an app
///
/// From here on your password alone does not sign you in. With your first second factor you get ten recovery codes; they
/// are not shown again.
#[utoipa::path(
    post, path = "/v1/me/totp/confirm", operation_id = "accounts-confirm-totp", tag = "accounts", request_body = ConfirmTotpRequest, security(("bearer" = [])),
    responses(
        (status = 200, description = "It is set up.", body = RecoveryCodes),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn confirm_totp(
    State(deps): State<Accounts>,
    person: Recent<can::ChangeOneself>,
    Json(body): Json<ConfirmTotpRequest>,
) -> Result<Json<RecoveryCodes>> {
    let (kernel, user) = (&deps.kernel, person.user());
    let setup = TokenHash::of(&body.setup);
    let seed = match kernel.store.token(&setup).await?.map(|token| token.purpose) {
        Some(Purpose::TotpSetup { user: whose, seed }) if whose == user => seed,
        _ => return Err(Error::new(Code::LinkNotGood, "Begin again with a new secret.")),
    };
    let mut own = factor_change::read(&kernel.store, &person).await?;
    let now = kernel.clock.now();
    let codes = totp::Totp::open(kernel.store.sealer(), user, &own.profile.email, &seed)
        .ok_or_else(|| Error::internal("a seed does not open"))?;
    let Some(step) = codes.step_of(&body.code, now, 0) else {
        let told = "Type the code the app shows now. If it stays wrong, set the phone's clock to automatic.";
        return Err(Error::invalid(vec![FieldProblem::new("/code", "wrong_code", told)]));
    };
    let factors = &mut own.factors.value;
    let had_any = factors.any();
    factors.totp = Some(Totp { seed, last_step: step, added_at: now });
    let codes = recovery::with_first(had_any, factors, kernel);
    let end =
        End { proved: &["otp"], consume: Some(&setup), end_other_sessions: body.end_other_sessions, ..End::default() };
    own.commit(&kernel.store, &person, Event::FactorAdded { user, factor: Factor::Totp }, end).await?;
    Ok(Json(codes))
}
