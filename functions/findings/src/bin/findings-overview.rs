//! Lambda `findings-overview`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::overview::FUNCTION)
}
