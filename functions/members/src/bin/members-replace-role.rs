//! Lambda `members-replace-role`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::replace_role::FUNCTION)
}
