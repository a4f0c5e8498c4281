//! Lambda `findings-checks`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::checks::FUNCTION)
}
