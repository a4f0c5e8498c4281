//! Lambda `accounts-jwks`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::jwks::FUNCTION)
}
