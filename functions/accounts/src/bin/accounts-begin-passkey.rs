//! Lambda `accounts-begin-passkey`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::begin_passkey::FUNCTION)
}
