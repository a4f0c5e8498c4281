//! Lambda `accounts-rotate-signing-key`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::rotate_signing_key::FUNCTION)
}
