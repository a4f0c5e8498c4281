//! Lambda `findings-dismiss`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::dismiss::FUNCTION)
}
