//! Lambda `findings-exceptions`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::exceptions::FUNCTION)
}
