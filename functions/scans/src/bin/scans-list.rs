//! Lambda `scans-list`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(scans::list::FUNCTION)
}
