//! Lambda `findings-attest`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::attest::FUNCTION)
}
