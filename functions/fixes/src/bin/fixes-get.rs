//! Lambda `fixes-get`.

fn main() -> Result<(), runtime::StartError> {
    runtime::main(fixes::get::FUNCTION)
}
