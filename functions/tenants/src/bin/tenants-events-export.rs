//! Lambda `tenants-events-export`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(tenants::events_export::FUNCTION)
}
