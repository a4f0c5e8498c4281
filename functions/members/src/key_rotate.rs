//! `POST /v1/keys/{key}/rotate`: gives a key another secret; the one before works on for a while (C10).

use api::{Code, Error, Json, Path, Result};
use axum::extract::State;
use identity::{Recent, api_key, can};
use jiff::SignedDuration;
use model::KeyId;
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::ApiKey;
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::keys::{KeyView, KeyWithSecret};

/// `members-key-rotate`.
pub const FUNCTION: Function<Kernel> = Function::http("members-key-rotate", || routes!(key_rotate));

/// Longest overlap, in hours: a week.
const OVERLAP_MOST: u32 = 168;

/// How to rotate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    /// Hours for which the secret before works too; 0 ends it now.
    #[serde(default = "a_day")]
    #[schema(minimum = 0, maximum = 168, default = 24, example = 24)]
    overlap_hours: u32,
}

const fn a_day() -> u32 {
    24
}

/// Rotate an API key
///
/// The key stays what it is and gets another secret, whose text is shown this once. Only who may do all the key may can
/// have its secret; when they leave, or may do less, the key follows them as it follows who made it. Asks for a recent
/// proof of who you are.
#[utoipa::path(
    post, path = "/v1/keys/{key}/rotate", operation_id = "members-key-rotate", tag = "members", request_body = Rotate, security(("bearer" = [])),
    params(("key" = KeyId, Path, description = "Which key.")),
    responses(
        (status = 200, description = "The key, with its new text.", body = KeyWithSecret),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn key_rotate(
    State(deps): State<Kernel>,
    person: Recent<can::ManageKeys>,
    Path(id): Path<KeyId>,
    Json(body): Json<Rotate>,
) -> Result<Json<KeyWithSecret>> {
    if body.overlap_hours > OVERLAP_MOST {
        let told = "Choose from 0 to 168 hours.";
        return Err(Error::invalid(vec![api::FieldProblem::new("/overlap_hours", "out_of_range", told)]));
    }
    let tenant = deps.store.of(person.scope());
    let key = tenant.get_strong::<ApiKey>(&id).await?.ok_or_else(Error::not_found)?;
    // Whoever gets its secret can do what it can.
    person.may_give(key.value.scopes)?;
    let (text, secret) = api_key::mint(person.tenant(), id, &deps.ids);
    let overlap = SignedDuration::from_hours(body.overlap_hours.into());
    let rotated = tenant.rotate_key(id, person.user(), &secret, overlap).await?;
    let rotated = rotated.ok_or_else(|| Error::new(Code::KeyOver, "Make a new key instead."))?;
    Ok(Json(KeyWithSecret { key: KeyView::of(rotated, person.tenant(), deps.clock.now()), text }))
}
