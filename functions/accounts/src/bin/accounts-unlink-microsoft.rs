//! Lambda `accounts-unlink-microsoft`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::unlink_microsoft::FUNCTION)
}
