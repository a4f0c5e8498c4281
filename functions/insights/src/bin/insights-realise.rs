//! Lambda `insights-realise`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::realise::FUNCTION)
}
