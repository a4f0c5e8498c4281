//! Lambda `findings-export-people`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::export_people::FUNCTION)
}
