//! Lambda `accounts-change-password`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::change_password::FUNCTION)
}
