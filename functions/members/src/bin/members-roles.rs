//! Lambda `members-roles`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::roles::FUNCTION)
}
