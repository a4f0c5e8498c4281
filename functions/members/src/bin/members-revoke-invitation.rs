//! Lambda `members-revoke-invitation`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::revoke_invitation::FUNCTION)
}
