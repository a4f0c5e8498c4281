//! Lambda `microsoft-end-tier`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(microsoft::end_tier::FUNCTION)
}
