//! Lambda `findings-settle`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::settle::FUNCTION)
}
