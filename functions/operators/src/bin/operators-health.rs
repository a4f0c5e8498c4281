//! Lambda `operators-health`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(operators::health::FUNCTION)
}
