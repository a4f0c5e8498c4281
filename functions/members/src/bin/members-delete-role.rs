//! Lambda `members-delete-role`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::delete_role::FUNCTION)
}
