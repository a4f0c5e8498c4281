//! Lambda `insights-approve`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::approve::FUNCTION)
}
