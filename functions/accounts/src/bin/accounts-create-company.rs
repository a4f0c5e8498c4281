//! Lambda `accounts-create-company`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::create_company::FUNCTION)
}
