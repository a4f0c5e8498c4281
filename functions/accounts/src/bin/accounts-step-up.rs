//! Lambda `accounts-step-up`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::step_up::FUNCTION)
}
