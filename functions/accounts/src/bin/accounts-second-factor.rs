//! Lambda `accounts-second-factor`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::second_factor::FUNCTION)
}
