//! `POST /v1/me/passkeys`: adds the passkey that the browser made.

use api::{Code, Error, FieldProblem, Json, Result};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{Recent, can};
use model::{Event, PasskeyId, event::Factor};
use runtime::Function;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{Factors, Passkey, Purpose, TokenHash};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    Accounts,
    factor_change::{self, End},
    factors::PasskeyFactor,
    passkey::RelyingParty,
    proof, recovery,
};

/// `accounts-add-passkey`.
pub const FUNCTION: Function<Accounts> = Function::http("accounts-add-passkey", || routes!(add_passkey));

/// What the browser made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPasskeyRequest {
    /// From the beginning.
    #[schema(example = "soc_Vw4…", max_length = 128)]
    ceremony: String,
    /// What to call it.
    #[schema(example = "Anna's laptop", max_length = 100)]
    name: String,
    /// What `navigator.credentials.create()` answered, as its `toJSON()` gives it.
    #[schema(value_type = Object)]
    credential: Value,
    /// Whether your other sessions end.
    #[serde(default)]
    end_other_sessions: bool,
}

/// A passkey that was added.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct PasskeyAdded {
    /// It.
    pub passkey: PasskeyFactor,
    /// With your first second factor ten recovery codes, shown once; empty otherwise.
    #[schema(max_items = 10)]
    pub recovery_codes: Vec<String>,
}

/// Add a passkey
///
/// It signs you in without a password, and from here on your password alone does not. Its authenticator has to keep it
/// and to verify you, by PIN or a part of the body.
#[utoipa::path(
    post, path = "/v1/me/passkeys", operation_id = "accounts-add-passkey", tag = "accounts", request_body = AddPasskeyRequest, security(("bearer" = [])),
    responses(
        (status = 201, description = "It is added.", body = PasskeyAdded),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn add_passkey(
    State(deps): State<Accounts>,
    person: Recent<can::ChangeOneself>,
    Json(body): Json<AddPasskeyRequest>,
) -> Result<Response> {
    let (kernel, user) = (&deps.kernel, person.user());
    let wrong = |pointer, code, told: &str| Error::invalid(vec![FieldProblem::new(pointer, code, told)]);
    let name = model::text::name(&body.name)
        .ok_or_else(|| wrong("/name", "not_a_name", "Enter a name, at most 100 characters on one line."))?;
    let begun = kernel.store.take_token(&TokenHash::of(&body.ceremony)).await?.map(|token| token.purpose);
    let state = match begun {
        Some(Purpose::PasskeySetup { user: whose, state }) if whose == user => state,
        _ => return Err(Error::new(Code::LinkNotGood, "Begin to add the passkey again.")),
    };
    let mut own = factor_change::read(&kernel.store, &person).await?;
    let factors = &mut own.factors.value;
    let made = RelyingParty::of(&kernel.app_url)?.finish(&state, body.credential, &factors.passkeys)?;
    let Some(made) = made.filter(|_| factors.passkeys.len() < Factors::PASSKEYS_MOST) else {
        return Err(wrong("/credential", "refused", "The passkey could not be verified. Begin again."));
    };
    let had_any = factors.any();
    let added = Passkey {
        passkey: PasskeyId::generate(&kernel.ids),
        name,
        credential: made.credential,
        counter: made.counter,
        added_at: kernel.clock.now(),
        last_used_at: None,
    };
    let passkey = PasskeyFactor::from(&added);
    factors.passkeys.push(added);
    let recovery_codes = recovery::with_first(had_any, factors, kernel).recovery_codes;
    let end = End { proved: proof::PASSKEY, end_other_sessions: body.end_other_sessions, ..End::default() };
    own.commit(&kernel.store, &person, Event::FactorAdded { user, factor: Factor::Passkey }, end).await?;
    Ok((StatusCode::CREATED, Json(PasskeyAdded { passkey, recovery_codes })).into_response())
}
