//! Lambda `tenants-events-verify`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(tenants::events_verify::FUNCTION)
}
