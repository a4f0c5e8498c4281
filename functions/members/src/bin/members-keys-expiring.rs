//! Lambda `members-keys-expiring`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::keys_expiring::FUNCTION)
}
