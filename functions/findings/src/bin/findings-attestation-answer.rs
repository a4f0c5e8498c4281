//! Lambda `findings-attestation-answer`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::attestation_answer::FUNCTION)
}
