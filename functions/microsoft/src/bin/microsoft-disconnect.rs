//! Lambda `microsoft-disconnect`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(microsoft::disconnect::FUNCTION)
}
