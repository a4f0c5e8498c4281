//! Lambda `findings-person`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::person::FUNCTION)
}
