//! Lambda `findings-import-prices`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::import_prices::FUNCTION)
}
