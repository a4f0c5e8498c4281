//! Lambda `members-reset-factors`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(members::reset_factors::FUNCTION)
}
