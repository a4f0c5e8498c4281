//! Lambda `accounts-remove-passkey`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::remove_passkey::FUNCTION)
}
