//! Lambda `accounts-remove-totp`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::remove_totp::FUNCTION)
}
