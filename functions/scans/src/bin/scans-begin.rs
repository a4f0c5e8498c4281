//! Lambda `scans-begin`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(scans::begin::FUNCTION)
}
