//! Lambda `findings-end-exception`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::end_exception::FUNCTION)
}
