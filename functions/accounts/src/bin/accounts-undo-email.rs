//! Lambda `accounts-undo-email`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::undo_email::FUNCTION)
}
