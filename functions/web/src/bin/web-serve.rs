//! Lambda `web-serve`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(web::serve::FUNCTION)
}
