//! Lambda `microsoft-manifest`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(microsoft::manifest::FUNCTION)
}
