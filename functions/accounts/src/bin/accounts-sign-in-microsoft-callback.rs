//! Lambda `accounts-sign-in-microsoft-callback`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::sign_in_microsoft_callback::FUNCTION)
}
