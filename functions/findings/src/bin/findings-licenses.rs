//! Lambda `findings-licenses`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::licenses::FUNCTION)
}
