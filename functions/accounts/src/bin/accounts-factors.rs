//! Lambda `accounts-factors`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::factors::FUNCTION)
}
