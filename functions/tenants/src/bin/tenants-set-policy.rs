//! Lambda `tenants-set-policy`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(tenants::set_policy::FUNCTION)
}
