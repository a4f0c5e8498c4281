//! Lambda `members-leave`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::leave::FUNCTION)
}
