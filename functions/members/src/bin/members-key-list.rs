//! Lambda `members-key-list`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::key_list::FUNCTION)
}
