//! Lambda `accounts-refresh`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::refresh::FUNCTION)
}
