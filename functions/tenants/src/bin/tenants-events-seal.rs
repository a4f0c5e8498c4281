//! Lambda `tenants-events-seal`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(tenants::events_seal::FUNCTION)
}
