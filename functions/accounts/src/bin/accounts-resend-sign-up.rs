//! Lambda `accounts-resend-sign-up`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::resend_sign_up::FUNCTION)
}
