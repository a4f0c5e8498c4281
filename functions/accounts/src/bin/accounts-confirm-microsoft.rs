//! Lambda `accounts-confirm-microsoft`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::confirm_microsoft::FUNCTION)
}
