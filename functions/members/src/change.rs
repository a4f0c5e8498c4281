//! `PATCH /v1/members/{user}`: another role, or in and out.

use api::{Error, FieldProblem, IfMatch, Json, Path, Result, Tagged, etag};
use axum::extract::State;
use identity::{Person, can};
use model::{RoleName, UserId};
use runtime::{Function, Kernel};
use serde::Deserialize;
use store::{Member, Store, Versioned};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::{
    race::settled,
    standing::{may_change, may_give, not_break_glass},
    view::MemberView,
};

/// `members-change`.
pub const FUNCTION: Function<Kernel> = Function::http("members-change", || routes!(change));

/// One change. Each is a line of its own in the log, so one is sent at a time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberChange {
    /// The role they are to have.
    #[serde(default)]
    role: Option<RoleName>,
    /// Whether they are to get in.
    #[serde(default)]
    active: Option<bool>,
}

#[derive(Clone, Copy)]
enum Change {
    Role(RoleName),
    Active(bool),
}

/// Change a member
///
/// Their tokens stop working at once; who stays gets new ones by refreshing. Nobody gives or takes more than they hold,
/// and a company keeps an owner. A role that manages the company, members, roles or keys, or applies fixes, takes a
/// recent proof of who you are, and so does letting in again who has such a role.
#[utoipa::path(
    patch, path = "/v1/members/{user}", operation_id = "members-change", tag = "members", request_body = MemberChange, security(("bearer" = [])),
    params(
        ("user" = UserId, Path, description = "Which member."),
        ("if-match" = String, Header, description = "The member's `etag`, as read.", max_length = 100, example = "\"3\""),
    ),
    responses(
        (status = 200, description = "As the member is now.", body = MemberView),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    State(store): State<Store>,
    person: Person<can::ManageMembers>,
    Path(user): Path<UserId>,
    seen: IfMatch,
    Json(body): Json<MemberChange>,
) -> Result<Tagged<MemberView>> {
    let wanted = match (body.role, body.active) {
        (Some(role), None) => Change::Role(role),
        (None, Some(active)) => Change::Active(active),
        _ => {
            let told = "Send either `role` or `active`.";
            return Err(Error::invalid(vec![FieldProblem::new("/", "one_of", told)]));
        }
    };
    let member = settled(|_| attempt(&store, &person, user, &seen, wanted)).await?;
    let (company, factors) = store.of(person.scope()).second_factors(std::slice::from_ref(&member.value)).await?;
    let factor = factors.first().copied().unwrap_or_default();
    Ok(Tagged { etag: etag(member.version), body: MemberView::of(member, &company, factor) })
}

async fn attempt(
    store: &Store,
    person: &Person<can::ManageMembers>,
    user: UserId,
    seen: &IfMatch,
    wanted: Change,
) -> Result<Versioned<Member>> {
    let tenant = store.of(person.scope());
    let place = tenant.place_of(user).await?.ok_or_else(Error::not_found)?;
    seen.holds(&etag(place.member.version))?;
    may_change(person, &place)?;
    match wanted {
        Change::Role(role) => {
            if place.member.value.role == role {
                return Ok(place.member);
            }
            may_give(store, person, &place.company.value, role, "/role").await?;
            if role != RoleName::OWNER {
                not_break_glass(&place)?;
            }
            Ok(tenant.set_role(place, role).await?)
        }
        Change::Active(active) => {
            if place.member.value.active == active {
                return Ok(place.member);
            }
            if active {
                // Whoever is let in again gets all that their role gives.
                may_give(store, person, &place.company.value, place.member.value.role, "/active").await?;
            } else {
                not_break_glass(&place)?;
            }
            Ok(tenant.set_active(place, active).await?)
        }
    }
}
