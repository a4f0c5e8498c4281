//! Lambda `accounts-sign-out`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::sign_out::FUNCTION)
}
