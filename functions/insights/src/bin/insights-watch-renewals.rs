//! Lambda `insights-watch-renewals`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(insights::watch_renewals::FUNCTION)
}
