//! Lambda `insights-revoke-feed`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::revoke_feed::FUNCTION)
}
