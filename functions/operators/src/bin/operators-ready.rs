//! Lambda `operators-ready`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(operators::ready::FUNCTION)
}
