//! Lambda `accounts-preview-sign-up`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::preview_sign_up::FUNCTION)
}
