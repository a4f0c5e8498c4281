//! Lambda `members-keys-follow`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::keys_follow::FUNCTION)
}
