//! Lambda `tenants-policy`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(tenants::policy::FUNCTION)
}
