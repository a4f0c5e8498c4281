//! Lambda `microsoft-callback`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(microsoft::callback::FUNCTION)
}
