//! Lambda `members-accept-invitation`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::accept_invitation::FUNCTION)
}
