//! Lambda `members-remove`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::remove::FUNCTION)
}
