//! Lambda `findings-attestations`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::attestations::FUNCTION)
}
