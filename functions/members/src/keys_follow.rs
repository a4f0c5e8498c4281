//! When a member left, or a role holds less than before: the keys they made or rotated follow, and the invitations they
//! sent that wait; with who left, the calendar addresses they made. Idempotent: compared with what they hold now, whatever
//! the event said.

use std::collections::BTreeMap;

use model::{Event, EventKind, Permissions, UserId};
use runtime::{Delivered, Failure, Function, Kernel};
use store::{ApiKey, Company, Member, StoreError, Tenant};

/// `members-keys-follow`.
pub const FUNCTION: Function<Kernel> = Function::event(
    "members-keys-follow",
    &[
        EventKind::MemberDeactivated,
        EventKind::MemberRemoved,
        EventKind::MemberRoleChanged,
        EventKind::RoleChanged,
        EventKind::RoleDeleted,
    ],
    |deps, event| Box::pin(keys_follow(deps, event)),
);

async fn keys_follow(deps: Kernel, event: Delivered) -> Result<(), Failure> {
    let whose = match event.recorded.event {
        Event::MemberDeactivated { user, .. }
        | Event::MemberRemoved { user, .. }
        | Event::MemberRoleChanged { user, .. } => Some(user),
        // Everybody who has the role.
        _ => None,
    };
    let tenant = deps.store.of(&event.scope);
    let keys = tenant.keys_strong().await?;
    let concerned =
        |key: &&ApiKey| key.revoked_at.is_none() && whose.is_none_or(|user| key.rests_on().any(|one| one == user));
    let mut held: BTreeMap<UserId, Permissions> = BTreeMap::new();
    for key in keys.iter().filter(concerned) {
        let mut most = Permissions::ALL;
        for user in key.rests_on() {
            let holds = match held.get(&user) {
                Some(holds) => *holds,
                None => {
                    let holds = held_by(&tenant, user).await?;
                    held.insert(user, holds);
                    holds
                }
            };
            most = most.and(holds);
        }
        tenant.trim_key(key.key, most).await?;
    }
    tenant.revoke_invitations_without_inviter(whose).await?;
    if let Some(left) = whose
        && !tenant.get_strong::<Member>(&left).await?.is_some_and(|member| member.value.active)
    {
        tenant.revoke_feeds_of(left).await?;
    }
    Ok(())
}

/// What a user may do here now; nothing when they are no active member.
async fn held_by(tenant: &Tenant<'_>, user: UserId) -> Result<Permissions, StoreError> {
    let Some(member) = tenant.get_strong::<Member>(&user).await? else { return Ok(Permissions::NONE) };
    let company = tenant.get_strong::<Company>(&()).await?;
    let active = company.filter(|_| member.value.active);
    Ok(active.map_or(Permissions::NONE, |company| company.value.permissions_of(member.value.role)))
}
