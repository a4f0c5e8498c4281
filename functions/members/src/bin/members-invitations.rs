//! Lambda `members-invitations`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::invitations::FUNCTION)
}
