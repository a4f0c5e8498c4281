//! Lambda `findings-export-licenses`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::export_licenses::FUNCTION)
}
