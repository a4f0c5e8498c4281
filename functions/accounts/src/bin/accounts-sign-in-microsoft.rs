//! Lambda `accounts-sign-in-microsoft`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::sign_in_microsoft::FUNCTION)
}
