//! Lambda `accounts-switch-company`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::switch_company::FUNCTION)
}
