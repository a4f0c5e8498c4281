//! Lambda `accounts-link-microsoft-callback`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::link_microsoft_callback::FUNCTION)
}
