//! Lambda `accounts-sign-up-status`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::sign_up_status::FUNCTION)
}
