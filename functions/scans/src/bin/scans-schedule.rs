//! Lambda `scans-schedule`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(scans::schedule::FUNCTION)
}
