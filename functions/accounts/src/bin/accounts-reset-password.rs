//! Lambda `accounts-reset-password`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::reset_password::FUNCTION)
}
