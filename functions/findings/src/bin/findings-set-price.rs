//! Lambda `findings-set-price`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::set_price::FUNCTION)
}
