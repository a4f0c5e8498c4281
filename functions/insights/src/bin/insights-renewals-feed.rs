//! Lambda `insights-renewals-feed`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::renewals_feed::FUNCTION)
}
