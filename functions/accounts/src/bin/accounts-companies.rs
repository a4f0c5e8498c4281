//! Lambda `accounts-companies`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::companies::FUNCTION)
}
