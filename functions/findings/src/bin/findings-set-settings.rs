//! Lambda `findings-set-settings`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::set_settings::FUNCTION)
}
