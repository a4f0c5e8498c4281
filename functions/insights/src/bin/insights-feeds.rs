//! Lambda `insights-feeds`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::feeds::FUNCTION)
}
