//! Lambda `findings-expire`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::expire::FUNCTION)
}
