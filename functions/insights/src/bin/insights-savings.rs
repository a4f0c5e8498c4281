//! Lambda `insights-savings`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::savings::FUNCTION)
}
