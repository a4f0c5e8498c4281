//! Lambda `members-resend-invitation`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::resend_invitation::FUNCTION)
}
