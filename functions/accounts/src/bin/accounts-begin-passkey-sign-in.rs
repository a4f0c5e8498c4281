//! Lambda `accounts-begin-passkey-sign-in`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::begin_passkey_sign_in::FUNCTION)
}
