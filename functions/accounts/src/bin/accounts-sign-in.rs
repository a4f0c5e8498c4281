//! Lambda `accounts-sign-in`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::sign_in::FUNCTION)
}
