//! Lambda `members-key-create`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::key_create::FUNCTION)
}
