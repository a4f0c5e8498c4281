//! Lambda `insights-export-savings`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::export_savings::FUNCTION)
}
