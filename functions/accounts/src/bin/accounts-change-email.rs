//! Lambda `accounts-change-email`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::change_email::FUNCTION)
}
