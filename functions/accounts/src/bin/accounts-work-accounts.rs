//! Lambda `accounts-work-accounts`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(accounts::work_accounts::FUNCTION)
}
