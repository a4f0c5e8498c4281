//! Lambda `members-decline-invitation`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::decline_invitation::FUNCTION)
}
