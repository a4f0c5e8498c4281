//! Lambda `findings-export`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(findings::export::FUNCTION)
}
