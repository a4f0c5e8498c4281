//! Lambda `accounts-failures-follow`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::failures_follow::FUNCTION)
}
