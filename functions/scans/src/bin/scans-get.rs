//! Lambda `scans-get`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(scans::get::FUNCTION)
}
