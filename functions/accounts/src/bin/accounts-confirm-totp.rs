//! Lambda `accounts-confirm-totp`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::confirm_totp::FUNCTION)
}
