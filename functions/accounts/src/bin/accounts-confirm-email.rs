//! Lambda `accounts-confirm-email`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::confirm_email::FUNCTION)
}
