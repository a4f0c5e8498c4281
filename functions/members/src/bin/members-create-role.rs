//! Lambda `members-create-role`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::create_role::FUNCTION)
}
