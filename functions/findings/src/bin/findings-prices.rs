//! Lambda `findings-prices`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::prices::FUNCTION)
}
