//! Lambda `accounts-end-session`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::end_session::FUNCTION)
}
