//! Lambda `members-key-leaked`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::key_leaked::FUNCTION)
}
