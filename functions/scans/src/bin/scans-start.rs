//! Lambda `scans-start`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(scans::start::FUNCTION)
}
