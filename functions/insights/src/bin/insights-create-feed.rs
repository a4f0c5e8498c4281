//! Lambda `insights-create-feed`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::create_feed::FUNCTION)
}
