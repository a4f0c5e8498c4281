//! Lambda `findings-wake`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::wake::FUNCTION)
}
