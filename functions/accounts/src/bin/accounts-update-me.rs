//! Lambda `accounts-update-me`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::update_me::FUNCTION)
}
