//! Lambda `accounts-sessions`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::sessions::FUNCTION)
}
