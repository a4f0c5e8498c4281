//! Lambda `accounts-add-passkey`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::add_passkey::FUNCTION)
}
