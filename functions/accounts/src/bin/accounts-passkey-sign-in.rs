//! Lambda `accounts-passkey-sign-in`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::passkey_sign_in::FUNCTION)
}
