//! `POST /v1/sign-in`: address and password for tokens. One answer and one course of work for every refusal (C3).

use api::{Client, Code, Error, Json, Result};
use axum::extract::State;
use identity::{normalised, visitor};
use jiff::SignedDuration;
use model::{TenantId, UserId};
use runtime::Function;
use serde::Deserialize;
use store::{Membership, Proven, StoreError, Throttle};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{Signing, tokens::Tokens};

/// `accounts-sign-in`.
pub const FUNCTION: Function<Signing> = Function::http("accounts-sign-in", || routes!(sign_in));

/// Failures before waiting begins.
const FREE: u32 = 5;
/// Longest wait.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// Your address.
    #[schema(example = "anna@northwind.example", max_length = 254)]
    email: String,
    /// Your password.
    #[schema(example = "correct horse battery staple", max_length = 128)]
    password: String,
    /// Which company, if you are in several; the oldest otherwise.
    #[serde(default)]
    tenant: Option<TenantId>,
}

/// Sign in
///
/// Answers 401 `sign_in_refused` for every reason alike. After five failures in a row each further one makes the next
/// try wait, up to a quarter of an hour.
#[utoipa::path(
    post, path = "/v1/sign-in", operation_id = "accounts-sign-in", tag = "accounts", request_body = SignInRequest, security(()),
    responses(
        (status = 200, description = "Signed in.", body = Tokens),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn sign_in(
    State(deps): State<Signing>,
    client: Client,
    Json(body): Json<SignInRequest>,
) -> Result<Json<Tokens>> {
    let accounts = &deps.accounts;
    let store = &accounts.kernel.store;
    let refused = |why: &'static str| {
        Error::new(Code::SignInRefused, "Check both and try again, or reset your password.").because(why)
    };
    // An address that is none is looked up all the same: the course of work is the same for every refusal.
    let email = normalised(&body.email).unwrap_or_else(|| "nobody@invalid.example".into());
    let facts = store.sign_in_facts(&email).await?;
    let now = accounts.kernel.clock.now();
    let waiting = facts.throttle.not_before > now.as_second();
    let hash = facts.login.as_ref().filter(|_| !waiting).and_then(|login| login.password_hash.as_deref());
    let right =
        accounts.hashers.verify(&body.password, hash).await.map_err(|error| Error::internal(error.to_string()))?;
    let user = facts.login.as_ref().map_or_else(|| UserId::generate(&accounts.kernel.ids), |login| login.user);
    let memberships = store.memberships(user).await?;
    if !right {
        let failures = if waiting { facts.throttle.failures } else { facts.throttle.failures.saturating_add(1) };
        let not_before = if waiting { facts.throttle.not_before } else { now.as_second() + wait(failures).as_secs() };
        let until = jiff::Timestamp::from_second(not_before).unwrap_or(now);
        store.sign_in_failed(&email, until, failures).await?;
        return Err(refused(if waiting { "too many failures" } else { "address or password" }));
    }
    let Some(membership) = chosen(&memberships, body.tenant) else {
        // No failure to count; written all the same, so that this refusal takes as long as the others.
        let until = jiff::Timestamp::from_second(facts.throttle.not_before).unwrap_or(now);
        store.sign_in_failed(&email, until, facts.throttle.failures).await?;
        return Err(refused("no membership"));
    };
    let proven = Proven {
        user,
        amr: vec!["pwd".into()],
        clear_throttle_of: (facts.throttle != Throttle::default()).then(|| email.clone()),
        by_password: facts.login.map(|login| (email, login.epoch)),
        new_device: false,
        consume: None,
    };
    match store.open_session(proven, membership, visitor(client)).await {
        Ok((token, session)) => Tokens::of(&deps, &session, membership.mver, token).map(Json),
        Err(StoreError::Conflict(_)) => Err(refused("membership or company closed")),
        Err(error) => Err(error.into()),
    }
}

fn chosen(memberships: &[Membership], tenant: Option<TenantId>) -> Option<&Membership> {
    match tenant {
        Some(tenant) => memberships.iter().find(|membership| membership.tenant == tenant),
        None => memberships.first(),
    }
}

/// How long the next try waits after so many failures: nothing up to five, then 1, 2, 4 … seconds.
fn wait(failures: u32) -> SignedDuration {
    match failures.checked_sub(FREE) {
        None | Some(0) => SignedDuration::ZERO,
        Some(over) => SignedDuration::from_secs(1i64 << over.min(10)).min(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_tries_are_free_and_no_wait_is_longer_than_a_quarter_of_an_hour() {
        assert_eq!(wait(5), SignedDuration::ZERO);
        assert_eq!(wait(6), SignedDuration::from_secs(2));
        assert_eq!(wait(u32::MAX), LONGEST);
    }
}
