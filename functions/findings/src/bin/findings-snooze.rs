//! Lambda `findings-snooze`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::snooze::FUNCTION)
}
