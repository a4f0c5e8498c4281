//! Lambda `accounts-begin-totp`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::begin_totp::FUNCTION)
}
