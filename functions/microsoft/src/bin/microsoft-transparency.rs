//! Lambda `microsoft-transparency`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(microsoft::transparency::FUNCTION)
}
