//! `DELETE /v1/me/tenants/{tenant}`: ends your own membership. Being a member is enough, in a company that is read-only
//! as well. One that is suspended lets nobody in, and so nobody leaves it (docs/adr/0021).

use api::{Code, Error, Path, Result};
use axum::{extract::State, http::StatusCode};
use identity::{Recent, can};
use model::TenantId;
use runtime::{Function, Kernel};
use store::Store;
use utoipa_axum::routes;

use crate::{race::settled, standing::not_break_glass};

/// `members-leave`.
pub const FUNCTION: Function<Kernel> = Function::http("members-leave", || routes!(leave));

/// Leave a company
///
/// Whatever your role: every access of yours ends at once, the API keys and calendar addresses you made there follow,
/// and your seat is free. Your account stays yours. Only an invitation brings you back, not signing in with Microsoft.
/// The last owner makes somebody else an owner first. Takes a token for that company, and a recent proof of who you are.
#[utoipa::path(
    delete, path = "/v1/me/tenants/{tenant}", operation_id = "members-leave", tag = "members", security(("bearer" = [])),
    params(("tenant" = TenantId, Path, description = "Which company: the one your token is for.")),
    responses(
        (status = 204, description = "You are no member any more."),
        (status = "4XX", description = "The request is refused.", body = api::Problem, content_type = "application/problem+json"),
    )
)]
pub async fn leave(
    State(store): State<Store>,
    person: Recent<can::ChangeOneself>,
    Path(tenant): Path<TenantId>,
) -> Result<StatusCode> {
    // Only compared: whoever switched company elsewhere meanwhile does not leave another one than they mean.
    if tenant != person.tenant() {
        return Err(Error::not_found());
    }
    settled(|_| attempt(&store, &person)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn attempt(store: &Store, person: &Recent<can::ChangeOneself>) -> Result<()> {
    let tenant = store.of(person.scope());
    let place = tenant.place_of(person.user()).await?.ok_or_else(Error::not_found)?;
    let told = "You are who gets in when Microsoft does not work. Choose another owner for that in the rules first.";
    not_break_glass(&place).map_err(|_| Error::new(Code::InUse, told))?;
    Ok(tenant.remove_member(place).await?)
}
