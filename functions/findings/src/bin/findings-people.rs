//! Lambda `findings-people`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::people::FUNCTION)
}
