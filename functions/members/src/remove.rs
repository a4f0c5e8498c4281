//! `DELETE /v1/members/{user}`: ends a membership.

use api::{Error, IfMatch, Path, Result, etag};
use axum::{extract::State, http::StatusCode};
use identity::{Recent, can};
use model::UserId;
use runtime::{Function, Kernel};
use store::Store;
use utoipa_axum::routes;

use crate::{
    race::settled,
    standing::{may_change, not_break_glass},
};

/// `members-remove`.
pub const FUNCTION: Function<Kernel> = Function::http("members-remove", || routes!(remove));

/// Remove a member
///
/// Every access of theirs ends at once and their seat is free. Their account stays theirs. Only an invitation brings
/// them back, not signing in with Microsoft. Takes a recent proof of who you are.
#[utoipa::path(
    delete, path = "/v1/members/{user}", operation_id = "members-remove", tag = "members", security(("bearer" = [])),
    params(
        ("user" = UserId, Path, description = "Which member."),
        ("if-match" = String, Header, description = "The member's `etag`, as read.", max_length = 100, example = "\"3\""),
    ),
    responses(
        (status = 204, description = "They are no member any more."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn remove(
    State(store): State<Store>,
    person: Recent<can::ManageMembers>,
    Path(user): Path<UserId>,
    seen: IfMatch,
) -> Result<StatusCode> {
    settled(|_| attempt(&store, &person, user, &seen)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn attempt(store: &Store, person: &Recent<can::ManageMembers>, user: UserId, seen: &IfMatch) -> Result<()> {
    let tenant = store.of(person.scope());
    let place = tenant.place_of(user).await?.ok_or_else(Error::not_found)?;
    seen.holds(&etag(place.member.version))?;
    may_change(person, &place)?;
    not_break_glass(&place)?;
    Ok(tenant.remove_member(place).await?)
}
