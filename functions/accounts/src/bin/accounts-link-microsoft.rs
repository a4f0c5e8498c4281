//! Lambda `accounts-link-microsoft`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::link_microsoft::FUNCTION)
}
