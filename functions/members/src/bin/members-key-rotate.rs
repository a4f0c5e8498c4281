//! Lambda `members-key-rotate`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::key_rotate::FUNCTION)
}
