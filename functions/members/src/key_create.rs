//! `POST /v1/keys`: makes a key for programs. Its text is in this answer and nowhere else (C10, F87).

use api::{Code, Error, Json, Result};
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use identity::{Recent, api_key, can};
use model::KeyId;
use runtime::{Function, Kernel};
use store::{ApiKey, KEYS_MOST};
use utoipa_axum::routes;

use crate::keys::{KeyView, KeyWithSecret, NewKey};

/// `members-key-create`.
pub const FUNCTION: Function<Kernel> = Function::http("members-key-create", || routes!(key_create));

/// Make an API key
///
/// It may do at most what you may. Its text is shown this once: we keep a hash. A company has at most 20 live keys. Asks
/// for a recent proof of who you are.
#[utoipa::path(
    post, path = "/v1/keys", operation_id = "members-key-create", tag = "members", request_body = NewKey, security(("bearer" = [])),
    responses(
        (status = 201, description = "The key, with its text.", body = KeyWithSecret),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn key_create(
    State(deps): State<Kernel>,
    person: Recent<can::ManageKeys>,
    Json(body): Json<NewKey>,
) -> Result<Response> {
    let now = deps.clock.now();
    let wanted = body.checked(now).map_err(Error::invalid)?;
    person.may_give(body.scopes)?;
    let id = KeyId::generate(&deps.ids);
    let (text, secret) = api_key::mint(person.tenant(), id, &deps.ids);
    let key = ApiKey {
        key: id,
        name: wanted.name,
        scopes: body.scopes,
        created_by: person.user(),
        rotated_by: None,
        created_at: now,
        expires_at: wanted.expires_at,
        networks: wanted.networks,
        secret,
        old_secret: None,
        last_used_at: None,
        last_used_ip: None,
        revoked_at: None,
        warn_at: ApiKey::warning_after(wanted.expires_at, now),
    };
    if !deps.store.of(person.scope()).create_key(&key).await? {
        let told = format!("A company has at most {KEYS_MOST} live keys. Revoke one that is not used.");
        return Err(Error::new(Code::PlanLimitReached, told));
    }
    let answer = KeyWithSecret { key: KeyView::of(key, person.tenant(), now), text };
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}
