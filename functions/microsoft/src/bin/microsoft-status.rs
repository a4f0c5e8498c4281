//! Lambda `microsoft-status`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(microsoft::status::FUNCTION)
}
