//! Lambda `findings-export-prices`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::export_prices::FUNCTION)
}
