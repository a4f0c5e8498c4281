//! Lambda `microsoft-colleagues`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(microsoft::colleagues::FUNCTION)
}
