//! Lambda `accounts-me`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::me::FUNCTION)
}
