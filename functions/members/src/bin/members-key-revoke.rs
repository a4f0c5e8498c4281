//! Lambda `members-key-revoke`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::key_revoke::FUNCTION)
}
