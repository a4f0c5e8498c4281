//! Lambda `accounts-renew-recovery-codes`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::renew_recovery_codes::FUNCTION)
}
