//! Lambda `members-change`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::change::FUNCTION)
}
