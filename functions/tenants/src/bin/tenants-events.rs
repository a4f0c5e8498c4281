//! Lambda `tenants-events`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(tenants::events::FUNCTION)
}
