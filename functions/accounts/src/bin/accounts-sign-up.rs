//! Lambda `accounts-sign-up`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::sign_up::FUNCTION)
}
