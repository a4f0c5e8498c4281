//! Lambda `findings-list`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::list::FUNCTION)
}
