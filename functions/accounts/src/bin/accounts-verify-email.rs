//! Lambda `accounts-verify-email`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::verify_email::FUNCTION)
}
