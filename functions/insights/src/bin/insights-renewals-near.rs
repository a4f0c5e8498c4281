//! Lambda `insights-renewals-near`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::renewals_near::FUNCTION)
}
