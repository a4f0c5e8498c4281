//! Lambda `members-preview-invitation`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::preview_invitation::FUNCTION)
}
