//! Lambda `findings-change-exception`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::change_exception::FUNCTION)
}
