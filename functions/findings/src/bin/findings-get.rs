//! Lambda `findings-get`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::get::FUNCTION)
}
