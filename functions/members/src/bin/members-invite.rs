//! Lambda `members-invite`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::invite::FUNCTION)
}
