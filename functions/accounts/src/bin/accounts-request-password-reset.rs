//! Lambda `accounts-request-password-reset`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::request_password_reset::FUNCTION)
}
