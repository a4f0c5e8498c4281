//! Lambda `findings-settings`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::settings::FUNCTION)
}
