//! Lambda `insights-export-trends`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::export_trends::FUNCTION)
}
