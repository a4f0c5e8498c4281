//! Lambda `scans-run`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(scans::run::FUNCTION)
}
