//! Lambda `findings-list-people`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::list_people::FUNCTION)
}
