//! Lambda `microsoft-connect`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(microsoft::connect::FUNCTION)
}
