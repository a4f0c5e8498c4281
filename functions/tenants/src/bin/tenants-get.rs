//! Lambda `tenants-get`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(tenants::get::FUNCTION)
}
