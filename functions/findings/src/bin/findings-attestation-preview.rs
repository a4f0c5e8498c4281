//! Lambda `findings-attestation-preview`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::attestation_preview::FUNCTION)
}
