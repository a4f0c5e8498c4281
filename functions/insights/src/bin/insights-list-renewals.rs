//! Lambda `insights-list-renewals`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::list_renewals::FUNCTION)
}
