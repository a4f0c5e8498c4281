//! `POST /v1/me/tenants/{tenant}/switch`: a session in another company of yours (F19). It rests on the same proof of
//! who you are, no younger; the other company's rules for signing in hold.

use api::{Client, Code, Error, Path, Result, within};
use axum::{extract::State, response::Response};
use identity::{Person, can, visitor};
use model::TenantId;
use runtime::Function;
use store::{Conflict, StoreError};
use utoipa_axum::routes;

use crate::{Signing, keeper::Keeper, limits, tokens::Tokens};

/// `accounts-switch-company`.
pub const FUNCTION: Function<Signing> = Function::http("accounts-switch-company", || routes!(switch_company));

/// Switch to another company
///
/// Opens a session there; the one here goes on. A company you are not in reads like one that does not exist. Sixty an hour
/// at most. Whoever signed in with Microsoft, on its word alone as far as that company goes, and has a second factor here
/// confirms with it first: 403 `proof_too_old`.
#[utoipa::path(
    post, path = "/v1/me/tenants/{tenant}/switch", operation_id = "accounts-switch-company", tag = "accounts", security(("bearer" = [])),
    params(
        ("tenant" = TenantId, Path, description = "Which company."),
        ("x-steward-client" = Option<String>, Header, description = "`browser`: the refresh token comes as a cookie."),
    ),
    responses(
        (status = 200, description = "Tokens for the other company.", body = Tokens),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn switch_company(
    State(deps): State<Signing>,
    client: Client,
    keeper: Keeper,
    person: Person<can::BeHere>,
    Path(tenant): Path<TenantId>,
) -> Result<Response> {
    let accounts = &deps.accounts;
    let (store, session) = (&accounts.kernel.store, person.session());
    let (membership, company) = store.way_to(person.user(), tenant).await?.ok_or_else(Error::not_found)?;
    if !company.lets_in(person.user(), session.directory) {
        let told = "That company signs in with its own Microsoft 365. Sign in again with your account of it.";
        return Err(Error::new(Code::MicrosoftOnly, told));
    }
    let strong = session.has_second_factor(company.directory);
    if !strong && company.policy.needs_second_factor(accounts.kernel.clock.now()) {
        let told = "That company needs a second factor. Set one up, confirm with it at `/v1/step-up`, then switch.";
        return Err(Error::new(Code::SecondFactorRequired, told));
    }
    // One company's directory does not speak for another: who has a second factor of ours is asked for it there.
    if !strong && session.by_microsoft() && store.has_second_factor(person.user()).await? {
        let told = "Confirm with your second factor at `/v1/step-up`, then switch.";
        return Err(Error::new(Code::ProofTooOld, told));
    }
    within(store, limits::SWITCH_OF, &person.user().to_string()).await?;
    match store.switch(session, &membership, visitor(client)).await {
        Ok((token, session)) => Tokens::answer(&deps, &keeper, &session, membership.mver, token),
        // Deactivated there, or the company is closed: as if there were none.
        Err(StoreError::Conflict(Conflict::State(_))) => Err(Error::not_found()),
        Err(error) => Err(error.into()),
    }
}
