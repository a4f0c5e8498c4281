//! Lambda `operators-end-person`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(operators::end_person::FUNCTION)
}
