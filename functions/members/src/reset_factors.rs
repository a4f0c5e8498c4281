//! `POST /v1/members/{user}/reset-factors`: for who lost their second factor (C5).

use api::{Code, Error, Path, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Recent, can};
use model::UserId;
use runtime::{Function, Kernel};
use store::{Conflict, Store, StoreError};
use utoipa_axum::routes;

use crate::{
    race::settled,
    standing::{break_glass, may_change, not_break_glass},
};

/// `members-reset-factors`.
pub const FUNCTION: Function<Kernel> = Function::http("members-reset-factors", || routes!(reset_factors));

/// Remove a member's second factors
///
/// For who lost theirs: they sign in with their password alone and set up a new one. Their sessions end, and they are
/// told by mail. Takes a second factor of your own, used in this session, and a recent proof that it is you. An account
/// that is in another company as well is not yours to weaken, and the owner who gets in when Microsoft does not work keeps
/// theirs: name another one in the rules first.
#[utoipa::path(
    post, path = "/v1/members/{user}/reset-factors", operation_id = "members-reset-factors", tag = "members", security(("bearer" = [])),
    params(("user" = UserId, Path, description = "Which member.")),
    responses(
        (status = 204, description = "They have no second factor."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn reset_factors(
    State(store): State<Store>,
    person: Recent<can::ManageMembers>,
    Path(user): Path<UserId>,
) -> Result<StatusCode> {
    settled(|_| attempt(&store, &person, user)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn attempt(store: &Store, person: &Recent<can::ManageMembers>, user: UserId) -> Result<()> {
    let tenant = store.of(person.scope());
    let place = tenant.place_of(user).await?.ok_or_else(Error::not_found)?;
    if !person.has_second_factor() {
        let told = "Sign in with a second factor of your own to remove somebody else's.";
        return Err(Error::new(Code::SecondFactorRequired, told));
    }
    may_change(person, &place)?;
    not_break_glass(&place)?;
    tenant.reset_factors(&place.member.value).await.map_err(|error| match error {
        StoreError::Conflict(Conflict::State("account")) => Error::new(
            Code::InUse,
            "They use their account for another company too. They sign in with a recovery code, or with Microsoft. Whoever \
             has neither answers any mail from Steward: that reaches who runs it.",
        ),
        StoreError::Conflict(Conflict::State("break glass")) => break_glass(),
        error => error.into(),
    })
}
