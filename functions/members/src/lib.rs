//! Who else: members, invitations, roles, API keys.

pub mod accept_invitation;
pub mod change;
pub mod create_role;
pub mod decline_invitation;
pub mod delete_role;
pub mod deps;
pub mod invitations;
pub mod invite;
pub mod key_create;
pub mod key_leaked;
pub mod key_list;
pub mod key_revoke;
pub mod key_rotate;
pub mod keys;
pub mod keys_expiring;
pub mod keys_follow;
pub mod leave;
pub mod limits;
pub mod list;
pub mod preview_invitation;
pub mod race;
pub mod remove;
pub mod replace_role;
pub mod resend_invitation;
pub mod reset_factors;
pub mod revoke_invitation;
pub mod role;
pub mod roles;
pub mod standing;
pub mod view;

pub use deps::Joining;
use runtime::{Function, Kernel};

/// The functions of this capability.
pub const FUNCTIONS: &[Function<Kernel>] = &[
    list::FUNCTION,
    change::FUNCTION,
    remove::FUNCTION,
    leave::FUNCTION,
    reset_factors::FUNCTION,
    invite::FUNCTION,
    invitations::FUNCTION,
    resend_invitation::FUNCTION,
    revoke_invitation::FUNCTION,
    preview_invitation::FUNCTION,
    decline_invitation::FUNCTION,
    roles::FUNCTION,
    create_role::FUNCTION,
    replace_role::FUNCTION,
    delete_role::FUNCTION,
    key_create::FUNCTION,
    key_list::FUNCTION,
    key_rotate::FUNCTION,
    key_revoke::FUNCTION,
    key_leaked::FUNCTION,
    keys_expiring::FUNCTION,
    keys_follow::FUNCTION,
];
/// The functions that hash a password.
pub const JOINING_FUNCTIONS: &[Function<Joining>] = &[accept_invitation::FUNCTION];
