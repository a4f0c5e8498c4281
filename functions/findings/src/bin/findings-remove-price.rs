//! Lambda `findings-remove-price`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::remove_price::FUNCTION)
}
