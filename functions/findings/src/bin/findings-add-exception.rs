//! Lambda `findings-add-exception`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::add_exception::FUNCTION)
}
