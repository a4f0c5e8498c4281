//! Lambda `insights-trends`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::trends::FUNCTION)
}
