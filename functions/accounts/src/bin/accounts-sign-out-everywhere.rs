//! Lambda `accounts-sign-out-everywhere`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::sign_out_everywhere::FUNCTION)
}
