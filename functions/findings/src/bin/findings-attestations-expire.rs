//! Lambda `findings-attestations-expire`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::attestations_expire::FUNCTION)
}
