//! Lambda `members-list`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::list::FUNCTION)
}
